"""Which of a channel's accounts gets the next message: by weight, by health, and by how its messages arrive.

Calls tell within seconds that an account is in trouble, receipts within minutes. What receipts say is compared with the
other accounts: where all of them are late, the networks are, and nothing would be gained by a shift.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from dispatcher.engine.account_health import Health
from dispatcher.engine.deliveries import Deliveries
from dispatcher.ops.labels import AccountState

_LATER_BY: Final = 0.15
"""So much larger the late part of an account's messages has to be than that of the best other one."""
_EASED_EVERY_S: Final = 60.0


@dataclass(slots=True)
class _Side:
    weight: int
    health: Health = field(default_factory=Health)
    deliveries: Deliveries = field(default_factory=Deliveries)
    turn: float = 0.0
    eased_at: float = -_EASED_EVERY_S
    is_late: bool = False


class Balance:
    """The accounts of one channel, by name. With a single one there is nothing to choose, and its health does not matter."""

    def __init__(self, weights: Mapping[str, int]) -> None:
        """All are sound."""
        self._sides = {name: _Side(weight) for name, weight in weights.items()}
        self._single = len(weights) == 1

    def pick(self, ready: Collection[str], now: float) -> str | None:
        """One of the accounts that could take a message now; None: none of them should.

        An account that wants a probe gets it; among the others each gets its share, evenly spread.
        """
        if self._single:
            return next(iter(ready), None)
        for name in ready:
            if self._sides[name].health.wants_probe(now):
                return name
        shares = {name: share for name in ready if (share := self._weighted(name)) > 0.0}
        if not shares:
            return None
        for name, share in shares.items():
            self._sides[name].turn += share
        chosen = max(shares, key=lambda name: self._sides[name].turn)
        self._sides[chosen].turn -= sum(shares.values())
        return chosen

    def usable(self, name: str, now: float) -> bool:
        """Whether an account gets anything at all now."""
        health = self._sides[name].health
        return self._single or health.share > 0.0 or health.wants_probe(now)

    def begins(self, name: str, now: float) -> None:
        """A call begins."""
        self._sides[name].health.begins(now)

    def heard(self, name: str, now: float, *, good: bool | None) -> None:
        """What came of it, as `account_health.verdict` says."""
        self._sides[name].health.heard(now, good=good)

    def sent(self, name: str, attempt_id: str, now: float) -> None:
        """The account took the message of an attempt."""
        self._sides[name].deliveries.sent(attempt_id, now)

    def received(self, attempt_id: str, now: float, *, delivered: bool) -> None:
        """A receipt came; of what another worker sent, nothing is known here."""
        for side in self._sides.values():
            if side.deliveries.received(attempt_id, now, delivered=delivered):
                return

    def review(self, now: float) -> None:
        """Once a second: shift away from an account whose messages are late, and back to those that are well again."""
        late = {name: side.deliveries.late_share(now) for name, side in self._sides.items()}
        for name, side in self._sides.items():
            others = [share for other, share in late.items() if other != name and share is not None]
            mine = late[name]
            side.is_late = mine is not None and bool(others) and mine >= min(others) + _LATER_BY
            if not side.is_late:
                side.health.heal(now)
            elif now - side.eased_at >= _EASED_EVERY_S:
                side.eased_at = now
                side.health.ease(now)

    def share(self, name: str) -> float:
        """Which part of the channel's messages an account gets, as long as all can take some; 0 to 1."""
        total = sum(map(self._weighted, self._sides))
        return self._weighted(name) / total if total else 0.0

    def state(self, name: str) -> AccountState:
        """`sound`, `probing` or `out`."""
        return self._sides[name].health.state

    def _weighted(self, name: str) -> float:
        side = self._sides[name]
        return side.weight * (1.0 if self._single else side.health.share)
