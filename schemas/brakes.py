"""Brakes: what an operator has stopped, for all workers, until somebody lets go. One record a scope in `reminders.brakes`.

Key: "<channel> <creditor>", `*` for all. A record without a value lets go.
"""

from datetime import datetime

import msgspec

from schemas.values import Channel


class Brake(msgspec.Struct, frozen=True, omit_defaults=True):
    """No contact by `channel` for `creditor_id` (None: any), until an instant or until somebody lets go.

    `reason` and `who` are an operator's words for other operators: nothing about a customer belongs there.
    """

    reason: str
    who: str
    at: datetime
    channel: Channel | None = None
    creditor_id: str | None = None
    until: datetime | None = None


def key_of(channel: Channel | None, creditor_id: str | None) -> bytes:
    """The key of the record that holds the brake of a scope."""
    return f"{channel or '*'} {creditor_id or '*'}".encode()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Brake)

encode = _encoder.encode
"""The bytes of a `Brake`."""

decode = _decoder.decode
"""A `Brake` from its bytes; `msgspec.DecodeError` says that the topic was written by something else."""
