"""From the body of a request to events, each judged as intake would judge it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import msgspec

from schemas.codec import Accepted, read
from schemas.rejected import Headers, Rejected
from schemas.routing import topic_of

MOST_EVENTS: Final = 1_000
"""Events in one request."""

_ID_BYTES: Final = 16
_BATCH: Final = "application/cloudevents-batch+json"
_SINGLE: Final = "application/cloudevents+json"
_PLAIN: Final = "application/json"

MEDIA_TYPES: Final = (_SINGLE, _BATCH, _PLAIN)
"""What a body may be; plain JSON is a batch where it is a list."""


@dataclass(frozen=True, slots=True, repr=False)
class Good:
    """An event that intake will accept: its place in the request, its topic without prefix, its bytes."""

    index: int
    topic: str
    value: bytes
    event: Accepted


@dataclass(frozen=True, slots=True)
class Bad:
    """An event that intake would set aside, and why."""

    index: int
    refusal: Rejected


@dataclass(frozen=True, slots=True)
class Unreadable:
    """There are no events in this body; `expected` says what should be there."""

    expected: str


NameOf = Callable[[int, bytes], str]
"""An id for the event at this place with these bytes."""


def naming(caller: str, idempotency_key: str) -> NameOf:
    """Ids for events that have none: the same caller, key, place and event always give the same.

    The event is part of it, so that another event under the same key is another event and not lost as a repetition.
    """

    def name(index: int, value: bytes) -> str:
        told = msgspec.msgpack.encode((caller, idempotency_key, index, value))
        return "key-" + blake2b(told, digest_size=_ID_BYTES).hexdigest()

    return name


def media_type(content_type: str) -> str | None:
    """The media type of a header, if it is one that is read."""
    plain = content_type.partition(";")[0].strip().lower()
    return plain if plain in MEDIA_TYPES else None


def split(body: bytes, kind: str) -> list[bytes] | Unreadable:
    """The events of a body of this media type, each as it was written."""
    if kind == _SINGLE or (kind == _PLAIN and not body.lstrip(b" \t\r\n").startswith(b"[")):
        return [body]
    try:
        events = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Unreadable("expected a JSON list of CloudEvents in UTF-8")
    if len(events) > MOST_EVENTS:
        return Unreadable(f"expected at most {MOST_EVENTS} events; send the rest in further requests")
    return [bytes(each) for each in events]


def judge(values: Sequence[bytes], headers: Headers, name: NameOf | None, start: int = 0) -> list[Good | Bad]:
    """What intake would say of each; `headers` tell binary mode, `name` gives ids to events without one."""
    return [_judged(start + offset, value, headers, name) for offset, value in enumerate(values)]


def _judged(index: int, value: bytes, headers: Headers, name: NameOf | None) -> Good | Bad:
    if name is not None:
        value = _named(index, value, name)
    topic = topic_of(value)
    answer = read(topic, value, headers)
    return Good(index, topic, value, answer) if isinstance(answer, Accepted) else Bad(index, answer)


def _named(index: int, value: bytes, name: NameOf) -> bytes:
    try:
        event = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return value
    if not isinstance(event, dict) or "id" in event:
        return value
    return msgspec.json.encode({"id": name(index, value), **event})
