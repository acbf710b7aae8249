"""The records of `reminders.rejected`: the original bytes, and headers that say where they were and why.

Neither the headers nor the models here hold personal data: what was found in the event stays in the bytes.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

import msgspec

from schemas.refusals import Refusal, RejectReason

Headers = Iterable[tuple[str, bytes | None]]
"""A Kafka record's headers."""

_LONGEST_ATTRIBUTE = 200


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


class RejectedHeaders(msgspec.Struct, frozen=True):
    """Headers of a rejected record, each UTF-8 text: input coordinates, reason, place, the event's identity.

    `path` is like `data.due_on`, or empty for the whole record; `message` says what was expected there. What
    could not be read of the identity is absent. `traceparent` is the record's own, if it was one.
    """

    topic: str
    partition: str
    offset: str
    reason: RejectReason
    path: str
    message: str
    ce_id: str | None = None
    ce_source: str | None = None
    ce_type: str | None = None
    traceparent: str | None = None


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


def refuse(refusal: Refusal, value: bytes) -> Rejected:
    """The refusal of an event together with what can be read of its identity, whatever the bytes are."""
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


def refuse_binary_mode(headers: Headers) -> Rejected:
    """The refusal of an event whose attributes stand in the record's headers."""
    attributes = {name.lower().replace("-", "_"): value for name, value in headers}

    def attribute(name: Literal["id", "source", "type", "subject"]) -> str | None:
        return _readable((attributes.get(f"ce_{name}") or b"").decode(errors="replace"))

    return Rejected(
        "binary_mode",
        "",
        "expected structured mode: the whole event as one JSON object in the record's value",
        attribute("id"),
        attribute("source"),
        attribute("type"),
        attribute("subject"),
    )


def _readable(attribute: object) -> str | None:
    if isinstance(attribute, str) and 0 < len(attribute) <= _LONGEST_ATTRIBUTE and attribute.isprintable():
        return attribute
    return None
