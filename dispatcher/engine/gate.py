"""The gate: a lane may cause contacts only while it knows everything that could forbid them.

Open means: this worker owns the partition and has proved it with a flush in the present generation of the group; everything
that stood in the inbox less than 700 ms ago is applied; intake has read every input that can stop a contact as freshly; what
was said of numbers and addresses is as freshly known; and our clock goes with the broker's. Revocation, a fence, lag,
silence or a clock that was set close it at once. So nobody is reminded who paid while we were down or behind.
"""

import time
from collections.abc import Callable

from dispatcher.engine.broker_time import TOLERANCE_S
from schemas.inbox import ProgressMark

FRESH_S = 0.7
"""How old our knowledge of the inbox and of the stopping inputs may be."""

SourcePartition = tuple[str, int]


class Gate:
    """One lane's gate. `required` tells which source partitions must be fresh; times are this machine's own.

    `clock_agrees` tells whether they are right, `points_known` whether what was said of numbers and addresses is known.
    """

    def __init__(
        self,
        required: Callable[[], frozenset[SourcePartition]],
        clock_agrees: Callable[[], bool],
        points_known: Callable[[], bool],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Closed."""
        self._required = required
        self._clock_agrees = clock_agrees
        self._points_known = points_known
        self._monotonic = monotonic
        self._wall = wall
        self._owned = False
        self._generation = 0
        self._proved = -1
        self._caught_up_at = float("-inf")
        self._sources: dict[SourcePartition, float] = {}
        self._oldest: tuple[frozenset[SourcePartition], float] | None = None
        self._draining = False
        self._began_at = monotonic()

    def assigned(self) -> int:
        """The group has given us the partition (again): a flush that starts from now on proves it. Returns its number."""
        self._owned = True
        self._generation += 1
        return self._generation

    def revoked(self) -> None:
        """A rebalance has begun: the partition may belong to somebody else already."""
        self._owned = False

    def lost(self) -> None:
        """A flush failed: nothing is proved any more."""
        self._proved = -1
        self._caught_up_at = float("-inf")

    def drain(self) -> None:
        """Closed for good: the worker is stopping."""
        self._draining = True

    @property
    def generation(self) -> int:
        """The number to hand to `proved` for a flush that starts now."""
        return self._generation

    @property
    def unproved(self) -> bool:
        """A flush, even an empty one, is needed to open the gate."""
        return self._owned and self._proved != self._generation

    def proved(self, generation: int) -> None:
        """A flush that started in `generation` was committed: nobody has fenced us."""
        self._proved = max(self._proved, generation)

    def caught_up(self, asked_at: float) -> None:
        """Everything that stood in the inbox at `asked_at` (monotonic seconds) is applied."""
        self._caught_up_at = max(self._caught_up_at, asked_at)

    def progressed(self, mark: ProgressMark) -> None:
        """Intake's word has come through the inbox: all that was published before these instants is applied.

        A word of an instant that has not come yet is of a worker whose clock was set: it would look fresh for too long.
        """
        latest = self._wall() + TOLERANCE_S
        for topic, partition, at in mark.fresh:
            if at / 1000 <= latest:
                source = (topic, partition)
                self._sources[source] = max(self._sources.get(source, 0.0), at / 1000)
        self._oldest = None

    def is_open(self) -> bool:
        """Whether a contact may be caused now."""
        if self._draining or not self._owned or self._proved != self._generation:
            return False
        if self._monotonic() - self._caught_up_at > FRESH_S:
            return False
        if not self._points_known():
            return False
        return self._oldest_word() >= self._wall() - FRESH_S and self._clock_agrees()

    def age_s(self) -> float:
        """Seconds since we last knew everything that could forbid a contact; never yet: since this gate was made."""
        now, word = self._monotonic(), self._oldest_word()
        heard = now - self._began_at if word == 0.0 else self._wall() - word
        return max(0.0, heard, now - max(self._caught_up_at, self._began_at))

    def _oldest_word(self) -> float:
        """What intake said last of the source of which it spoke longest ago; asked at every slice, so it is kept."""
        required = self._required()
        if self._oldest is None or self._oldest[0] is not required:
            self._oldest = required, min((self._sources.get(each, 0.0) for each in required), default=float("inf"))
        return self._oldest[1]
