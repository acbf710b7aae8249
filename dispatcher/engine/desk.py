"""How busy the people at the call desk are: the call tasks of this worker's partitions, against their capacity.

A worker has its partitions' share of the capacity, as it has of the tasks; so no worker has to ask another one.
"""

from collections.abc import Callable
from typing import Final

from schemas.values import Millis

_HOUR_MS: Final = 3_600_000


def _boundless() -> None:
    return None


class Desk:
    """Call tasks by partition."""

    def __init__(self, capacity: Callable[[], float | None] = _boundless) -> None:
        """`capacity`: how many tasks of this worker's partitions are worked off in an hour; None: any number."""
        self._capacity = capacity
        self._open: dict[int, int] = {}
        self._total = 0

    @property
    def busy(self) -> Millis:
        """How long it takes to work off what is open, and one task more."""
        capacity = self._capacity()
        return 0 if not capacity else int((self._total + 1) * _HOUR_MS / capacity)

    def holds(self, partition: int, tasks: int) -> None:
        """So many tasks of a partition are open, as its state says."""
        self._total += tasks - self._open.get(partition, 0)
        self._open[partition] = tasks

    def count(self, partition: int) -> None:
        """One more is about to be."""
        self.holds(partition, self._open.get(partition, 0) + 1)

    def abandon(self, partition: int) -> None:
        """The partition, and its tasks, are somebody else's."""
        self.holds(partition, 0)
