"""Reads what billing published: bytes in, a fact about one customer or a refusal out. Never an exception.

An event is decoded strictly, in one pass. Only if that fails is it looked at again, slowly: to take out and
count fields that we do not know, or to say what is wrong with it. Of a field that stands twice in one object
the last counts, as in most JSON readers.
"""

import re
from typing import Any

import msgspec

from schemas.diagnosis import explain, type_of
from schemas.envelope import DECODERS, EVENT_MODELS, Envelope, binary_mode
from schemas.events import EVENT_TYPES
from schemas.inbox import Fact
from schemas.normalise import normalise
from schemas.plausibility import YEARS
from schemas.refusals import Refusal
from schemas.rejected import Headers, Rejected, refuse, refuse_binary_mode
from schemas.unknown_fields import Ignored, take_out
from schemas.values import to_micros

__all__ = [
    "MAX_EVENT_BYTES",
    "REJECTED_BINARY",
    "Accepted",
    "Read",
    "Rejected",
    "binary_mode",
    "ignored_fields",
    "read",
]

MAX_EVENT_BYTES = 256 * 1024
"""The largest event that is read. CloudEvents asks intermediaries for 64 KiB; a long bill needs more."""

_COMPARED = 16
"""Unknown fields of one event whose names are looked at: comparing is slow, and an event can hold thousands."""

_BYTE = re.compile(r"\(byte (\d+)\)$")
# An odd number of backslashes: the escape itself, not a text about it.
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

_EMPTY = Refusal("empty", "", "expected a CloudEvent; publish the event that says what happened")
_TOO_LARGE = Refusal("too_large", "", f"expected at most {MAX_EVENT_BYTES} bytes; give documents by their address")
_NUL_BYTE = Refusal("nul_byte", "", "expected text in UTF-8 without the character U+0000")
_SUBJECT_DIFFERS = Refusal("subject_differs", "subject", "expected the same text as data.customer_id")
_TIME_INVALID = Refusal("time_invalid", "time", "expected an instant from 1900 to 2199")


class Accepted(msgspec.Struct, frozen=True):
    """A readable event: whom it concerns, when it was stated, and what it says.

    `at` is microseconds since the epoch. `source` and `id` are its CloudEvents identity. `unknown_fields` is
    how many fields of `data` were ignored.
    """

    customer_id: str
    at: int
    source: str
    id: str
    fact: Fact
    unknown_fields: int = 0

    def __repr__(self) -> str:
        """Without the fact: it holds names, numbers and addresses."""
        return f"Accepted({type(self.fact).__name__}, at={self.at}, source={self.source!r}, id={self.id!r})"


Read = Accepted | Rejected


REJECTED_BINARY = refuse_binary_mode(())
"""The refusal of an event in binary mode of which nothing is told."""


def read(topic: str, value: bytes | None, headers: Headers = ()) -> Read:
    """The event in a record; `topic` is an input topic without the installation's prefix.

    Whatever the bytes are, the answer is a value. `KeyError` says that nobody publishes on `topic`, which is
    the caller's fault.
    """
    decoder = DECODERS[topic]
    if headers and binary_mode(headers):
        return refuse_binary_mode(headers)
    if not value:
        return refuse(_EMPTY, b"")
    if len(value) > MAX_EVENT_BYTES:
        return refuse(_TOO_LARGE, value)
    if b"\0" in value or (b"\\u0000" in value and _ESCAPED_NUL.search(value)):
        return refuse(_NUL_BYTE, value)
    try:
        event = decoder.decode(value)
    except msgspec.ValidationError:
        return _read_again(topic, value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return refuse(_unreadable(error), value)
    return _judge(value, event, 0)


def _judge(value: bytes, event: Envelope, unknown_fields: int) -> Read:
    data = event.data
    customer_id = data.customer_id
    if event.subject != customer_id:
        return refuse(_SUBJECT_DIFFERS, value)
    if event.time.year not in YEARS:
        return refuse(_TIME_INVALID, value)
    fact = normalise(data)
    if isinstance(fact, Refusal):
        return refuse(fact, value)
    return Accepted(customer_id, to_micros(event.time), event.source, event.id, fact, unknown_fields)


def _read_again(topic: str, value: bytes) -> Read:
    """The slow way: for events with unknown fields, and for those with something wrong."""
    try:
        event: Any = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return refuse(_unreadable(error), value)
    event_type = type_of(topic, event)
    if isinstance(event_type, Refusal):
        return refuse(event_type, value)
    data = event.get("data")
    ignored = take_out(data, EVENT_TYPES[event_type][1]) if isinstance(data, dict) else []
    model = EVENT_MODELS[event_type]
    try:
        fitting = msgspec.convert(event, model)
    except msgspec.ValidationError as error:
        return refuse(_with_slip(explain(error, model), ignored), value)
    return _judge(value, fitting, len(ignored))


def ignored_fields(topic: str, value: bytes) -> list[Ignored]:
    """Which fields of an event's data no model knows; none where `value` is no event of `topic`."""
    try:
        event: Any = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    event_type = type_of(topic, event)
    if isinstance(event_type, Refusal) or not isinstance(event.get("data"), dict):
        return []
    return take_out(event["data"], EVENT_TYPES[event_type][1])


def _with_slip(refusal: Refusal, ignored: list[Ignored]) -> Refusal:
    """Says of a missing field that one with almost its name is there; not its name, which may be anything."""
    few = ignored[:_COMPARED]
    if refusal.reason == "missing_field" and any(each.meant() == refusal.path for each in few):
        return Refusal(
            refusal.reason, refusal.path, f"{refusal.message}; a field is there that is called almost the same"
        )
    return refusal


def _unreadable(error: Exception) -> Refusal:
    if isinstance(error, RecursionError):
        return Refusal("too_deep", "", "expected objects and lists a few levels deep")
    if isinstance(error, UnicodeDecodeError):
        return Refusal("malformed_json", "", "expected text in UTF-8")
    if isinstance(error, msgspec.ValidationError):
        return Refusal("invalid_value", "", "expected numbers that other JSON readers can hold")
    place = _BYTE.search(str(error))
    where = f"the first mistake is at byte {place[1]}" if place else "it ends too early or in half a character"
    return Refusal("malformed_json", "", f"expected one JSON object, without a byte order mark; {where}")
