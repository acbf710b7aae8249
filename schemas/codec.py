"""Reads what billing published: bytes in, a fact about one customer or a refusal out. Never an exception.

An event is decoded strictly, in one pass. Only if that fails is it looked at again, slowly: to take out and
count fields that we do not know, or to say what is wrong with it. Of a field that stands twice in one object
the last counts, as in most JSON readers.
"""

import re
from contextlib import suppress
from typing import Any

import msgspec

from schemas.diagnosis import explain, type_of
from schemas.envelope import DECODERS, EVENT_MODELS, Envelope
from schemas.events import EVENT_TYPES
from schemas.inbox import Fact
from schemas.normalise import normalise
from schemas.refusals import Refusal, RejectReason
from schemas.unknown_fields import take_out
from schemas.values import to_micros

MAX_EVENT_BYTES = 256 * 1024
"""The largest event that is read. CloudEvents asks intermediaries for 64 KiB; a long bill needs more."""

_LONGEST_ATTRIBUTE = 200
_YEARS = range(1900, 2200)
_BYTE = re.compile(r"\(byte (\d+)\)$")
_ESCAPED_NUL = re.compile(
    rb"(?<!\\)(?:\\\\)*\\u0000"
)  # an odd number of backslashes: an escape, not its picture


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


class Rejected(msgspec.Struct, frozen=True):
    """An event that is refused: why, where (`data.due_on`, or "" for the whole), what was expected there.

    The identity of the event and the customer are given as far as they could be read: printable text of at
    most 200 characters.
    """

    reason: RejectReason
    path: str
    message: str
    ce_id: str | None = None
    ce_source: str | None = None
    ce_type: str | None = None
    customer_id: str | None = None


Read = Accepted | Rejected


def read(topic: str, value: bytes | None) -> Read:
    """The event in a record's value; `topic` is an input topic without the installation's prefix.

    Whatever the bytes are, the answer is a value. `KeyError` says that nobody publishes on `topic`, which is
    the caller's fault.
    """
    decoder = DECODERS[topic]
    if not value:
        return Rejected("empty", "", "expected a CloudEvent; publish the event that says what happened")
    if len(value) > MAX_EVENT_BYTES:
        return _rejected(
            value,
            Refusal("too_large", "", f"expected at most {MAX_EVENT_BYTES} bytes; send documents as links"),
        )
    if b"\0" in value or (b"\\u0000" in value and _ESCAPED_NUL.search(value)):
        return _rejected(
            value, Refusal("nul_byte", "", "expected text in UTF-8 without the character U+0000")
        )
    try:
        event = decoder.decode(value)
    except msgspec.ValidationError:
        return _read_again(topic, value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _rejected(value, _unreadable(error))
    return _judge(value, event, 0)


def _judge(value: bytes, event: Envelope, unknown_fields: int) -> Read:
    data = event.data
    customer_id = data.customer_id
    if event.subject != customer_id:
        return _rejected(
            value, Refusal("subject_differs", "subject", "expected the same text as data.customer_id")
        )
    if event.time.year not in _YEARS:
        return _rejected(value, Refusal("time_invalid", "time", "expected an instant from 1900 to 2199"))
    fact = normalise(data)
    if isinstance(fact, Refusal):
        return _rejected(value, fact)
    return Accepted(customer_id, to_micros(event.time), event.source, event.id, fact, unknown_fields)


def _read_again(topic: str, value: bytes) -> Read:
    """The slow way: for events with unknown fields, and for those with something wrong."""
    try:
        event: Any = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _rejected(value, _unreadable(error))
    event_type = type_of(topic, event)
    if isinstance(event_type, Refusal):
        return _rejected(value, event_type)
    data = event.get("data")
    unknown_fields = take_out(data, EVENT_TYPES[event_type][1]) if isinstance(data, dict) else 0
    model = EVENT_MODELS[event_type]
    try:
        fitting = msgspec.convert(event, model)
    except msgspec.ValidationError as error:
        return _rejected(value, explain(error, model))
    return _judge(value, fitting, unknown_fields)


def _unreadable(error: Exception) -> Refusal:
    if isinstance(error, RecursionError):
        return Refusal("too_deep", "", "expected objects and lists a few levels deep")
    if isinstance(error, UnicodeDecodeError):
        return Refusal("malformed_json", "", "expected text in UTF-8")
    if isinstance(error, msgspec.ValidationError):
        return Refusal("invalid_value", "", "expected numbers that other JSON readers can hold")
    place = _BYTE.search(str(error))
    where = (
        f"; the first mistake is at byte {place[1]}"
        if place
        else "; the text ends too early, or half of a surrogate pair is missing"
    )
    return Refusal("malformed_json", "", f"expected one JSON object, without a byte order mark{where}")


class _Named(msgspec.Struct):
    customer_id: object = None


class _Identity(msgspec.Struct):
    """As much of any JSON object as says which event it is and whom it concerns."""

    id: object = None
    source: object = None
    type: object = None
    subject: object = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


_identities = msgspec.json.Decoder(_Identity)
_names = msgspec.json.Decoder(_Named)


def _rejected(value: bytes, refusal: Refusal) -> Rejected:
    identity, customer_id = _Identity(), None
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        identity = _identities.decode(value)
        customer_id = _readable(identity.subject)
        customer_id = _readable(_names.decode(identity.data).customer_id) or customer_id
    return Rejected(
        refusal.reason,
        refusal.path,
        refusal.message,
        _readable(identity.id),
        _readable(identity.source),
        _readable(identity.type),
        customer_id,
    )


def _readable(attribute: object) -> str | None:
    if isinstance(attribute, str) and 0 < len(attribute) <= _LONGEST_ATTRIBUTE and attribute.isprintable():
        return attribute
    return None
