"""What holds at a number or address, whoever's it is: records of `reminders.points`, in the order in which they came.

An opt-out, a bounce or a complaint belongs to the number or address, not to a customer: it silences every customer that
shares it, and those that will name it later. Nobody needs to know whose it is, so it is kept under a keyed digest. The topic
is not compacted: statements arrive in any order, and the latest by its own time holds, not the last that was written.
"""

from hashlib import blake2b
from typing import Literal

import msgspec

from schemas.inbox import Stamp
from schemas.values import Channel

Standing = Literal["opted_out", "review", "allowed", "unreachable", "reachable"]
"""`opted_out`: its owner said stop; `review`: perhaps, a person has to read it; `allowed`: said start (again).
`unreachable`: nothing can arrive there; `reachable`: it can (again). The first three replace each other, and so do the last
two."""

Bar = Literal["opted_out", "review", "unreachable"]
"""The standings that forbid a channel."""

CONSENT: frozenset[Standing] = frozenset({"opted_out", "review", "allowed"})

_DIGEST_BYTES = 16


class PointStated(msgspec.Struct, frozen=True, array_like=True):
    """What somebody said of a number or address; the record's key is its `digest`.

    `at` (microseconds since the epoch), `source` and `id` order statements about one thing. `why` is a plain word or code
    for operators (`sms_keyword`, `one_click`, `bounce 5.1.1`), never anything that was written by a person.
    """

    channel: Channel
    standing: Standing
    at: int
    source: str
    id: str
    why: str = ""

    @property
    def stamp(self) -> Stamp:
        """Orders this statement against others about the same point and channel."""
        return (self.at, self.source, self.id)


def point_key(secret: str) -> bytes:
    """The key of all digests of an installation, from its secret: another secret forgets every opt-out."""
    return blake2b(secret.encode(), digest_size=32, person=b"points").digest()


def digest(point: str, key: bytes) -> bytes:
    """What stands for a number (E.164) or address (as `schemas.contact_points` writes it) wherever it need not be known.

    Mail servers report addresses in capitals that are theirs, and people type their own as they like: however an address is
    written, it is one address here.
    """
    return blake2b(point.lower().encode(), key=key, digest_size=_DIGEST_BYTES).digest()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(PointStated)

encode = _encoder.encode
"""The bytes of a `PointStated`."""

decode = _decoder.decode
"""A `PointStated` from its bytes; `msgspec.DecodeError` says that the topic was written by something else."""
