"""Which of the page's languages a customer reads."""

from typing import Final

from dispatcher.gateway.page_words import Words
from dispatcher.gateway.page_words_en import EN
from dispatcher.gateway.page_words_es import ES
from dispatcher.gateway.page_words_zh import ZH

LANGUAGES: Final[dict[str, Words]] = {words.tag: words for words in (EN, ES, ZH)}
"""By tag, in the order in which they are offered."""

_TRADITIONAL: Final = frozenset({"hant", "tw", "hk", "mo"})
_MOST_TAGS: Final = 20


def words_for(asked: str | None, locale: str) -> Words:
    """The language that was asked for by its tag, else that of a locale, else English.

    Readers of traditional characters get English, as they do in our messages.
    """
    if asked is not None and asked in LANGUAGES:
        return LANGUAGES[asked]
    first, *rest = locale.lower().replace("_", "-").split("-")
    if first == "zh" and not ("hans" not in rest and _TRADITIONAL & set(rest)):
        return ZH
    return ES if first == "es" else EN


def words_for_browser(accepted: str) -> Words:
    """The first language of an `Accept-Language` header that is ours, by its order alone; else English."""
    for each in accepted.split(",")[:_MOST_TAGS]:
        tag = each.partition(";")[0].strip()
        words = words_for(None, tag)
        if words is not EN or tag.lower().startswith("en"):
            return words
    return EN
