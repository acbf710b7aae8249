"""Which topic an event belongs on, told by its type alone."""

from contextlib import suppress

import msgspec

from schemas.events import EVENT_TYPES
from schemas.topics import INPUTS


class _Typed(msgspec.Struct):
    type: object = None


_types = msgspec.json.Decoder(_Typed)


def topic_of(value: bytes) -> str:
    """Where an event belongs, without prefix; for bytes without a known type any input, whose reader says what is wrong."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        named = _types.decode(value).type
        if isinstance(named, str) and named in EVENT_TYPES:
            return EVENT_TYPES[named][0]
    return INPUTS[0]
