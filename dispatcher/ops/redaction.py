"""The last line of defence: numbers and addresses of people are masked in whatever is about to be logged.

Code never logs them in the first place. This catches what a library repeats in an error message.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

KEPT: Final = frozenset(
    {"partition", "offset", "attempt_id", "contact_id", "customer_id", "timestamp", "topic", "policy", "trace_id"}
)
"""Fields whose meaning is fixed and never personal; they may look like a number."""

_ADDRESS: Final = re.compile(r"[^\s@<>\"'(),:;\[\]{}=/]+@[^\s@<>\"'(),:;\[\]{}=/]+")
# A plus and 7 to 15 digits, however they are grouped; and a bare run of 10 to 15 digits that stands alone.
_INTERNATIONAL: Final = re.compile(r"(?:\+|\b00|%2B)[1-9](?:[ ./()-]{0,2}\d){6,14}(?!\d)")
# What asyncio says of a task that failed: `repr` of an exception, whose arguments may be anything.
_RAISED: Final = re.compile(r"exception=(\w+)\(.*", re.DOTALL)
_BARE: Final = re.compile(r"(?<![\w.:-])[1-9]\d{9,14}(?![\w:-]|\.\d)")

_SPEAKING: Final = frozenset({"aiokafka", "channels", "dispatcher", "schemas"})
"""Packages whose exceptions are worded by people who know what may be said; of others, nobody knows what they repeat."""

ADDRESS_MASK: Final = "[address]"
NUMBER_MASK: Final = "[number]"


def redact(text: str) -> str:
    """The text without e-mail addresses and telephone numbers."""
    text = _ADDRESS.sub(ADDRESS_MASK, _RAISED.sub(r"exception=\1(...)", text))
    return _BARE.sub(NUMBER_MASK, _INTERNATIONAL.sub(NUMBER_MASK, text))


def told(fault: BaseException) -> str:
    """What may be said of a fault: its kind, and its words where they cannot hold anybody's name."""
    kind, words = type(fault).__name__, redact(str(fault))
    return f"{kind}: {words}" if words and speaks(fault) else kind


def speaks(fault: BaseException) -> bool:
    """Whether the words of a fault are ours, Kafka's or the operating system's, and so nobody's data."""
    return isinstance(fault, OSError) or type(fault).__module__.partition(".")[0] in _SPEAKING


def chain(fault: BaseException) -> Iterator[BaseException]:
    """A fault and everything that led to it."""
    yield fault
    before = fault.__cause__ or fault.__context__
    if before is not None:
        yield from chain(before)
    if isinstance(fault, BaseExceptionGroup):
        for each in fault.exceptions:
            yield from chain(each)


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
