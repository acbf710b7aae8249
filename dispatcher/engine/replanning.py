"""Who has still to be planned by the policy in force, after another one was.

A wake-up says when the policy that was in force could change its answer. Under another policy that may be earlier: a stage
that did not exist, a window that is wider, a cap that is higher. So a switch has everybody planned once more, without an
event, in the slices in which a lane serves its wake-ups; events go first. Policy and release by which all customers of a
partition were planned stand beside its position in the log: an owner who comes in between goes through them again, and one
who comes afterwards does not.
"""

from collections.abc import Iterable, Iterator


class Replanning:
    """The customers of one lane who wait for it."""

    def __init__(self, planned: str) -> None:
        """`planned` names by what all were planned when the state was left, empty if there is no such thing."""
        self._toward = planned
        self._waiting: list[bytes] = []

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def planned(self) -> str:
        """By what every customer was planned; empty while some wait."""
        return "" if self._waiting else self._toward

    def begin(self, toward: str, customers: Iterable[bytes]) -> None:
        """Name what plans from now on; if it is another than before, all customers wait."""
        if toward != self._toward:
            self._toward = toward
            self._waiting = list(customers)

    def again(self, customers: Iterable[bytes]) -> None:
        """Let all customers wait, though the policy is the same: something that held contacts back is gone."""
        self._waiting = list(customers)

    def take(self) -> Iterator[bytes]:
        """Take out customers; stop consuming at any time."""
        while self._waiting:
            yield self._waiting.pop()
