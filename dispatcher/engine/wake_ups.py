"""Who must be looked at again, and when: an index over the wake-ups that stand in the state records.

The index is not stored anywhere: it is rebuilt from the records. A customer stands in the index once for each wake-up that
was ever flushed; what a later record made obsolete is noticed when it comes up (the caller compares) and costs nothing
before. Far wake-ups lie in one list a minute, near ones in a heap. Those of mandatory contacts have an index
of their own: they come up before all others, however many of these are due.
"""

from collections.abc import Iterator
from heapq import heappop, heappush

from schemas.state import wake_of
from schemas.values import Millis

_MINUTE = 60_000


class WakeUps:
    """Two indexes: the urgent, and the others."""

    def __init__(self) -> None:
        """Empty."""
        self._urgent = _Index()
        self._others = _Index()

    def __len__(self) -> int:
        return len(self._urgent) + len(self._others)

    def add(self, key: bytes, at: Millis, *, urgent: bool | int = False) -> None:
        """Look at a customer at an instant, before others if it is `urgent`."""
        (self._urgent if urgent else self._others).add(key, at)

    def urgent(self, now: Millis, instants: "Instants") -> Iterator[bytes]:
        """Take out urgent customers whose instant has come, the earliest first; stop consuming at any time."""
        return self._urgent.due(now, instants)

    def due(self, now: Millis, instants: "Instants") -> Iterator[bytes]:
        """Take out customers whose instant has come, urgent ones first, then the earliest; stop consuming at any time.

        `instants` tells a customer's present wake-up (0: none): entries that no longer hold are dropped on the way.
        """
        yield from self._urgent.due(now, instants)
        yield from self._others.due(now, instants)

    def overdue_since(self, now: Millis, instants: "Instants") -> Millis | None:
        """The earliest instant that has come and of whom nobody was taken out yet, None if there is none."""
        found = [self._urgent.earliest(now, instants), self._others.earliest(now, instants)]
        return min((each for each in found if each is not None), default=None)

    def next_at(self) -> Millis | None:
        """A lower bound for the next wake-up, None if there is none."""
        first, second = self._urgent.next_at(), self._others.next_at()
        if first is None or second is None:
            return second if first is None else first
        return min(first, second)


class _Index:
    """`minute -> customers`, and a heap for the minutes that have begun."""

    def __init__(self) -> None:
        self._minutes: dict[int, list[bytes]] = {}
        self._order: list[int] = []
        self._near: list[tuple[Millis, bytes]] = []
        self._horizon = 0
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, key: bytes, at: Millis) -> None:
        self._size += 1
        minute = at // _MINUTE
        if minute < self._horizon:
            heappush(self._near, (at, key))
            return
        waiting = self._minutes.get(minute)
        if waiting is None:
            self._minutes[minute] = [key]
            heappush(self._order, minute)
        else:
            waiting.append(key)

    def due(self, now: Millis, instants: "Instants") -> Iterator[bytes]:
        self._open(now, instants)
        near = self._near
        while near and near[0][0] <= now:
            at, key = heappop(near)
            self._size -= 1
            if instants(key) == at:
                yield key

    def earliest(self, now: Millis, instants: "Instants") -> Millis | None:
        self._open(now, instants)
        near = self._near
        while near and near[0][0] <= now:
            at, key = near[0]
            if instants(key) == at:
                return at
            heappop(near)
            self._size -= 1
        return None

    def next_at(self) -> Millis | None:
        bounds = [self._near[0][0]] if self._near else []
        if self._order:
            bounds.append(self._order[0] * _MINUTE)
        return min(bounds, default=None)

    def _open(self, now: Millis, instants: "Instants") -> None:
        self._horizon = max(self._horizon, now // _MINUTE + 1)
        while self._order and self._order[0] < self._horizon:
            minute = heappop(self._order)
            for key in self._minutes.pop(minute):
                at = instants(key)
                if at // _MINUTE == minute:
                    heappush(self._near, (at, key))
                else:
                    self._size -= 1


class Instants:
    """Tells a customer's present wake-up by key; what the index needs of the state."""

    def __init__(self, records: dict[bytes, bytes]) -> None:
        """`records` are the state records, by key."""
        self._records = records

    def __call__(self, key: bytes) -> Millis:
        """The wake-up of a customer, 0 if there is none."""
        record = self._records.get(key)
        return 0 if record is None else wake_of(record)
