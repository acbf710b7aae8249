"""How many claims of a channel may stand without an outcome: what its accounts take in half a lease, and its hour allows."""

from collections.abc import Callable

from dispatcher.engine.hourly import Hourly

_RESERVE = 8
"""One more claim for mandatory stages for so many others."""


class Credits:
    """One channel's. `bound` tells what its accounts take now; `hourly` is the policy's limit."""

    def __init__(self, bound: Callable[[], int], hourly: Hourly) -> None:
        self._bound = bound
        self.hourly = hourly
        self.on_return: Callable[[], None] = lambda: None
        """Called when half of the credits are there again after all were used."""
        self._open = 0
        self._short = False

    @property
    def available(self) -> int:
        """How many more attempts may be claimed now; 0 while every account is to be left alone, or the hour is full."""
        return 0 if self.hourly.reached else max(0, self._bound() - self._open)

    @property
    def available_for_mandatory(self) -> int:
        """The same for mandatory stages, which have some more: they need not wait however many others came first."""
        if self.hourly.reached:
            return 0
        bound = self._bound()
        return max(0, bound + -(-bound // _RESERVE) - self._open)

    def take(self, partition: int) -> None:
        """The lane of a partition is about to flush a claim."""
        self._open += 1
        self._short = self._short or self._open >= self._bound()
        self.hourly.count(1, partition)

    def give_back(self, partition: int) -> None:
        """A claim was not flushed."""
        self._open -= 1
        self.hourly.count(-1, partition)

    def settled(self, partition: int, *, unsent: bool) -> None:
        """A claim's outcome stands; `unsent`: it was no contact, and does not count for the hour."""
        if unsent:
            self.hourly.count(-1, partition)
        self._open -= 1
        if self._short and self._open <= self._bound() // 2:
            self._short = False
            self.on_return()
