"""A rendered text as it goes into an SMS: one line, and no typographic character that would double its price.

Locale data writes no-break spaces and direction marks into amounts and dates; one of them turns a GSM-7 message of 135
characters into two UCS-2 parts.
"""

import re
import unicodedata

from dispatcher.messages.sms_segments import is_gsm

LONGEST = 1600
"""Characters; more is refused by Twilio (error 21617)."""

_CUT = " ..."

_ASCII = {
    "\u2018\u2019\u201a": "'",
    "\u201c\u201d\u201e": '"',
    "\u2010\u2011\u2013\u2014\u2212\u2022": "-",
    "\u2026": "...",
}
"""Quotes, dashes (minus and bullet too), the ellipsis."""

_ALWAYS = {ord("\u00a0"): " ", ord("\u202f"): " ", ord("\u2009"): " "} | dict.fromkeys(
    map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069")
)
_TYPOGRAPHY = {ord(char): plain for chars, plain in _ASCII.items() for char in chars}

_SPANISH = str.maketrans("áíóúÁÍÓÚ«»", 'aiouAIOU""')
"""`é`, `ñ`, `ü`, `¿` and `¡` are in GSM-7; these are not."""

_NEEDS_ALWAYS = re.compile(f"[{''.join(map(chr, _ALWAYS))}]")
_NEEDS_TYPOGRAPHY = re.compile(f"[{''.join(map(chr, _TYPOGRAPHY))}]")
"""Looking first is ten times cheaper than translating a text with one `€` in it."""


def sms_text(text: str, language: str = "") -> str:
    """The text on one line in NFC, at most 1600 characters.

    Curly quotes, dashes and ellipses become ASCII if the text then fits GSM-7, and in Spanish words the accents that GSM-7
    lacks go, as is usual there in an SMS; in a text that needs UCS-2 anyway they stay.
    """
    spaced = text.translate(_ALWAYS) if _NEEDS_ALWAYS.search(text) else text
    line = unicodedata.normalize("NFC", " ".join(spaced.split()))
    plain = line.translate(_TYPOGRAPHY) if _NEEDS_TYPOGRAPHY.search(line) else line
    if language.partition("-")[0] == "es":
        plain = plain.translate(_SPANISH)
    return _within(plain if is_gsm(plain) else line)


def _within(line: str) -> str:
    """At most what providers take, cut after a sentence where there is one: never inside a sum or a link."""
    if len(line) <= LONGEST:
        return line
    kept = line[: LONGEST - len(_CUT)]
    ends = [place + 1 for end in (". ", "。") if (place := kept.rfind(end)) >= 0]
    return kept[: max(ends, default=kept.rfind(" ") if " " in kept else len(kept))].rstrip() + _CUT
