"""The virtual clock of one customer: what is still to come, in order of instants."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from schemas.inbox import Arrival
from schemas.values import Millis

Deed = Callable[[Millis], None]
"""Something that happens in the world at an instant: a payment, a run of billing, a call."""

FAR: Millis = 1 << 62
"""After everything."""


@dataclass(slots=True)
class Agenda:
    """Entries of one instant keep the order in which they were made."""

    _entries: list[tuple[Millis, int, Arrival | Deed]] = field(default_factory=list)
    _number: int = 0

    def add(self, at: Millis, what: Arrival | Deed) -> None:
        """An event arrives, or something happens, at `at`."""
        self._number += 1
        heappush(self._entries, (at, self._number, what))

    @property
    def next_at(self) -> Millis:
        """When something comes next; `FAR` if nothing does."""
        return self._entries[0][0] if self._entries else FAR

    def take(self, at: Millis) -> tuple[list[Arrival], list[Deed]]:
        """Everything that is due by `at`."""
        entries = self._entries
        if not entries or entries[0][0] > at:
            return [], []
        arrivals: list[Arrival] = []
        deeds: list[Deed] = []
        while entries and entries[0][0] <= at:
            what = heappop(entries)[2]
            if isinstance(what, Arrival):
                arrivals.append(what)
            else:
                deeds.append(what)
        return arrivals, deeds

    def clear(self) -> None:
        """Drops what is left, and with it the references that keep a customer's world alive."""
        self._entries.clear()
