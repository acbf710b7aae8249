"""The last line of defence: numbers and addresses of people are masked in whatever is about to be logged.

Code never logs them in the first place. This catches what a library repeats in an error message.
"""

import re
from collections.abc import Mapping
from typing import Final

KEPT: Final = frozenset(
    {"partition", "offset", "attempt_id", "contact_id", "customer_id", "timestamp", "topic", "policy"}
)
"""Fields whose meaning is fixed and never personal; they may look like a number."""

_ADDRESS: Final = re.compile(r"[^\s@<>\"'(),:;\[\]{}=/]+@[^\s@<>\"'(),:;\[\]{}=/]+")
# A plus and 7 to 15 digits, however they are grouped; and a bare run of 10 to 15 digits that stands alone.
_INTERNATIONAL: Final = re.compile(r"(?:\+|\b00|%2B)[1-9](?:[ ./()-]{0,2}\d){6,14}(?!\d)")
_BARE: Final = re.compile(r"(?<![\w.:-])[1-9]\d{9,14}(?![\w:-]|\.\d)")

ADDRESS_MASK: Final = "[address]"
NUMBER_MASK: Final = "[number]"


def redact(text: str) -> str:
    """The text without e-mail addresses and telephone numbers."""
    text = _ADDRESS.sub(ADDRESS_MASK, text)
    return _BARE.sub(NUMBER_MASK, _INTERNATIONAL.sub(NUMBER_MASK, text))


def redacted(value: object) -> object:
    """The same for whatever a log field holds, at any depth; numbers, truth values and None stay."""
    match value:
        case str():
            return redact(value)
        case bool() | int() | float() | None:
            return value
        case Mapping():
            return {redact(str(key)): _field(str(key), each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redacted(each) for each in value]
        case _:
            return redact(repr(value))


def _field(name: str, value: object) -> object:
    return value if name in KEPT else redacted(value)
