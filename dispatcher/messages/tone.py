"""Whether a text is civil: what threatens, insults, hurries, claims the law or exposes, found by phrase and language.

No insult, threat, intimidation or undue pressure (the source documents: 003 "Principles" 2 and "Techniques" 2; 001 3.3; 004
2.2(2) and 5.3; S13 of the requirements). A consequence that the creditor declared true may be stated, as a fact: it may name
the law, and nothing else that is listed here.

Phrases cannot judge a meaning. Of 54 rude sentences that were written after the lists, as people dun (18 a language), they
found 40; of 54 that threaten and insult without a hard word, 12. Of the 108 polite ones written beside them one was taken
for rude, which was mended. So a template that passes still needs a reader.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias, get_args

from dispatcher.messages.tone_en import ENGLISH
from dispatcher.messages.tone_es import SPANISH
from dispatcher.messages.tone_zh import CHINESE

Offence: TypeAlias = Literal["threat", "insult", "false urgency", "legal claim", "exposure", "shouting"]

ADVICE: Final[Mapping[Offence, str]] = {
    "threat": "say what is asked for and by when; leave out what is meant to frighten",
    "insult": "speak of the invoice, not of the person",
    "false urgency": "a date to pay by; it needs no pressure beside it",
    "legal claim": "it among the creditor's declared consequences, if it is true, and nowhere else",
    "exposure": "nothing about other people: nobody else is told",
    "shouting": "one exclamation mark at most, and words that are not all in capitals",
}
"""What to write instead, by offence; follows "expected"."""

_SHOUTING: Final = re.compile(r"[!！¡]\s*[!！¡]|\b[A-ZÁÉÍÓÚÑ]{4,}(?:\s+[A-ZÁÉÍÓÚÑ]{3,})+\b")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_PHRASES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {"en": ENGLISH, "zh": CHINESE, "es": SPANISH}
_UNSPACED: Final = frozenset({"zh"})
"""Languages whose script puts no space between words."""


@dataclass(frozen=True, slots=True)
class Improper:
    """A phrase that a reminder must not hold."""

    offence: Offence
    phrase: str

    def __str__(self) -> str:
        kind = f"an {self.offence}" if self.offence[0] in "aeiou" else f"a {self.offence}"
        return f"{self.phrase!r} reads as {'shouting' if self.offence == 'shouting' else kind}"


def judged(language: str) -> bool:
    """Whether there are phrases for a language (BCP 47); others are checked for shouting alone."""
    return _primary(language) in _PHRASES


def improper(text: str, language: str, *, declared: Sequence[str] = ()) -> tuple[Improper, ...]:
    """Every phrase of a text that threatens, insults, hurries, claims or exposes; one an offence.

    `declared` sentences are taken out first: what the creditor has declared true may be said.
    """
    for sentence in declared:
        text = text.replace(sentence, "")
    bare = _bare(text, language)
    found = [
        Improper(offence, match.group().strip())
        for offence, pattern in _patterns(_primary(language))
        if (match := pattern.search(bare)) is not None
    ]
    return (*found, *(Improper("shouting", match.group()) for match in _SHOUTING.finditer(text)))


def improper_consequence(sentence: str, language: str) -> tuple[Improper, ...]:
    """What is wrong with a consequence that a creditor declares: it may name legal steps, but only as a fact."""
    return tuple(found for found in improper(sentence, language) if found.offence != "legal claim")


def _bare(text: str, language: str) -> str:
    """Without the accents that an SMS may have lost, in languages whose patterns have none."""
    if _primary(language) != "es":
        return text.replace("’", "'")
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text))


@lru_cache(maxsize=64)
def _patterns(language: str) -> tuple[tuple[Offence, re.Pattern[str]], ...]:
    listed = _PHRASES.get(language, {})
    around = ("(?:", ")") if language in _UNSPACED else (r"\b(?:", r")\b")
    return tuple(
        (offence, re.compile("|".join(listed[offence]).join(around), re.IGNORECASE))
        for offence in get_args(Offence)
        if offence in listed
    )


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
