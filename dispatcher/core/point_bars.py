"""What is barred at numbers and addresses, whoever's they are: opt-outs, objections to be read by a person, bounces.

A customer's own consents live in the customer's aggregate; these belong to the contact point, so they hold for every
customer that shares it and for those that name it later. Statements come in any order: of each kind the latest by its own
time holds.
"""

from typing import assert_never

import msgspec

from schemas.inbox import EmailPoint, PhonePoint, Stamp
from schemas.points import CONSENT, Bar, PointStated, Standing, digest
from schemas.reasons import ReasonCode
from schemas.values import Channel

_CODES: dict[Bar, ReasonCode] = {
    "opted_out": "opted_out",
    "review": "objection_unread",
    "unreachable": "unreachable_point",
}

BARRED: frozenset[ReasonCode] = frozenset(_CODES.values())
"""The codes that a bar has; the owner of the point, or a newer statement of it, can lift each of them on any day."""

_Key = tuple[bytes, Channel]


class _Said(msgspec.Struct, frozen=True):
    standing: Standing
    stamp: Stamp

    @property
    def bars(self) -> Bar | None:
        match self.standing:
            case "opted_out" | "review" | "unreachable":
                return self.standing
            case "allowed" | "reachable":
                return None
            case _:
                assert_never(self.standing)


class PointBars:
    """The bars of an installation. `key` is what its digests are keyed with; see `schemas.points`."""

    def __init__(self, key: bytes) -> None:
        """Nothing is barred."""
        self._key = key
        self._consents: dict[_Key, _Said] = {}
        self._reach: dict[_Key, _Said] = {}

    def __bool__(self) -> bool:
        """Whether anything was ever said of any point."""
        return bool(self._consents or self._reach)

    def state(self, point_digest: bytes, stated: PointStated) -> bool:
        """Takes one statement; True if it changed what holds."""
        known = self._consents if stated.standing in CONSENT else self._reach
        name = (point_digest, stated.channel)
        before = known.get(name)
        if before is not None and before.stamp >= stated.stamp:
            return False
        known[name] = _Said(stated.standing, stated.stamp)
        return before is None or before.standing != stated.standing

    def knows(self, point_digest: bytes, channel: Channel) -> bool:
        """Whether the owner ever said yes or no there."""
        return (point_digest, channel) in self._consents

    def why(self, channel: Channel, point: str) -> ReasonCode | None:
        """Why a channel must not be used at a number or address any more, where a contact was decided already.

        What came back does not count: the decision has looked at that, and knows whether it was verified since.
        """
        said = self._consents.get((digest(point, self._key), channel)) if self._consents else None
        return None if said is None or said.bars is None else _CODES[said.bars]

    def code(self, channel: Channel, point: PhonePoint | EmailPoint, at: str) -> ReasonCode | None:
        """Why a contact point must not be used. One that was verified since it bounced can be reached again."""
        found = self._of(channel, at)
        if found is None:
            return None
        bar, stamp = found
        if bar == "unreachable" and point.verified_at is not None and point.verified_at * 1000 > stamp[0]:
            return None
        return _CODES[bar]

    def _of(self, channel: Channel, point: str) -> tuple[Bar, Stamp] | None:
        name = (digest(point, self._key), channel)
        for said in (self._consents.get(name), self._reach.get(name)):
            if said is not None and said.bars is not None:
                return said.bars, said.stamp
        return None
