"""How many parts an SMS is billed and carried as.

A text that GSM 7-bit default alphabet and its extension table can spell (3GPP TS 23.038, 6.2.1) takes 160 septets alone or
153 a part; any other text is UCS-2: 70 UTF-16 units alone, 67 a part. The difference is the part's user data header (TS
23.040, 9.2.3.24). What takes two units (an extension character, a surrogate pair) never spans two parts.
"""

from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM = _BASIC | _EXTENSION

_LIMITS: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
_LAST_SINGLE_UNIT = "\uffff"


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text is carried: `units` are septets (GSM-7) or UTF-16 units (UCS-2), `parts` is what is billed, at least 1."""

    encoding: Encoding
    units: int
    parts: int


def is_gsm(text: str) -> bool:
    """Whether GSM-7, extension table included, can spell the text."""
    return _GSM.issuperset(text)


def segments(text: str) -> Segments:
    """How the text is carried as an SMS."""
    encoding: Encoding = "GSM-7" if is_gsm(text) else "UCS-2"
    alone, part = _LIMITS[encoding]
    doubles = _doubles(text, encoding)
    units = len(text) + doubles
    if units <= alone:
        return Segments(encoding, units, 1)
    if not doubles:
        return Segments(encoding, units, -(-units // part))
    return Segments(encoding, units, _parts(text, encoding, part))


def _doubles(text: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return sum(map(text.count, _EXTENSION))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 - len(text)


def _parts(text: str, encoding: Encoding, size: int) -> int:
    parts, used = 1, 0
    for char in text:
        width = _width(char, encoding)
        if used + width > size:
            parts, used = parts + 1, 0
        used += width
    return parts


def _width(char: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if char in _EXTENSION else 1
    return 2 if char > _LAST_SINGLE_UNIT else 1
