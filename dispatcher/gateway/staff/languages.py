"""In which language somebody reads the staff pages: as they chose, else as their browser says, else English.

Words are those of a language; dates and amounts are written as in the country that the browser names beside it.
"""

from collections.abc import Mapping
from typing import Final

from babel import Locale, UnknownLocaleError

from dispatcher.gateway.page_language import words_for_browser
from dispatcher.gateway.staff.people import LANGUAGES, Language
from dispatcher.gateway.staff.words import Words
from dispatcher.gateway.staff.words_en import EN
from dispatcher.gateway.staff.words_zh import ZH

WORDS: Final[Mapping[Language, Words]] = {"en": EN, "zh-CN": ZH}


_LOCALES: Final[Mapping[Language, str]] = {"en": "en", "zh-CN": "zh_Hans_CN"}
_MOST_TAGS: Final = 20


def locale_of(language: Language, accepted: str) -> str:
    """The CLDR locale of somebody who reads a language: `en_GB` where the browser's first English is British."""
    tags = (each.partition(";")[0].strip() for each in accepted.split(",")[:_MOST_TAGS])
    named = next((each for each in tags if each.lower().startswith("en")), None) if language == "en" else None
    try:
        return _LOCALES[language] if named is None else str(Locale.parse(named, sep="-"))
    except (UnknownLocaleError, ValueError):  # a browser may say what it likes
        return _LOCALES[language]


def language_of(chosen: str | None, accepted: str) -> Language:
    """The language; `chosen` is a tag that was kept in a cookie, `accepted` the header Accept-Language."""
    wanted = chosen or words_for_browser(accepted).tag
    return next((each for each in LANGUAGES if each == wanted), "en")
