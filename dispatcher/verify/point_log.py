"""What was said of numbers and addresses, and when it was known: opt-outs that hold for whoever has the number (I7)."""

from collections.abc import Sequence

from schemas.points import CONSENT, PointStated, digest
from schemas.values import Channel, Millis

_Statement = tuple[PointStated, Millis]


class PointLog:
    """Statements by contact point and channel, each with the broker's time of its append."""

    def __init__(self, key: bytes = b"") -> None:
        """`key` is that of the digests; see `schemas.points`."""
        self._key = key
        self._said: dict[tuple[bytes, Channel], list[_Statement]] = {}

    def __bool__(self) -> bool:
        """Whether anybody said anything."""
        return bool(self._said)

    def state(self, point_digest: bytes, stated: PointStated, appended: Millis) -> None:
        """One record of the topic."""
        if stated.standing in CONSENT:
            self._said.setdefault((point_digest, stated.channel), []).append((stated, appended))

    def forbids(self, channel: Channel, point: str, before: Millis) -> str | None:
        """The standing that forbade a channel, if what had been appended before an instant did."""
        said: Sequence[_Statement] = self._said.get((digest(point, self._key), channel), ()) if self._said else ()
        known = [stated for stated, appended in said if appended < before]
        latest = max(known, key=lambda each: each.stamp, default=None)
        return None if latest is None or latest.standing == "allowed" else latest.standing
