"""Amounts as customers type them, in whatever way their country writes numbers."""

import re
import unicodedata
from typing import Final

from dispatcher.messages.money import decimals

_MOST_DIGITS: Final = 15
_GROUPED: Final = re.compile(r"(\d{1,3}(?:([ .,'])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,](\d+))?", re.ASCII)
_PLAIN: Final = re.compile(r"(\d+)(?:[.,](\d+))?", re.ASCII)


def amount_of(text: str, currency: str) -> int | None:
    """The amount in minor units, or None where it is not one: `1249`, `1249,5`, `1,249.00`, `1.249,00`.

    A sign with as many or fewer digits after it as the currency has decimals is the decimal sign; one with three digits
    after it otherwise groups thousands. The currency's name or symbol is not expected, and refused.
    """
    written = re.sub(r"[\u00a0\u202f\u2009]", " ", unicodedata.normalize("NFKC", text)).replace("\u2019", "'").strip()
    if len(written) > 2 * _MOST_DIGITS:
        return None
    places = decimals(currency)
    plain = _PLAIN.fullmatch(written)
    if plain is not None and len(plain[2] or "") <= places:
        return _minor(plain[1], plain[2] or "", places)
    grouped = _GROUPED.fullmatch(written)
    if grouped is not None and len(grouped[3] or "") <= places:
        return _minor(re.sub(r"\D", "", grouped[1]), grouped[3] or "", places)
    return None


def _minor(whole: str, fraction: str, places: int) -> int | None:
    digits = whole + fraction.ljust(places, "0")
    return int(digits) if len(digits) <= _MOST_DIGITS else None
