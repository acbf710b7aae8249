"""Whether this machine's wall clock goes with the broker's: on another one nothing is decided and nobody is contacted.

A clock that jumps would let contacts out at night, let stages pass as missed, or make old knowledge look fresh. The broker
dates every append (LogAppendTime) between our asking and its answer: what lies outside is how far the clocks are apart.
Between two answers a jump shows against the time since boot, which nobody sets.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from dispatcher.engine.lease import boot_seconds

TOLERANCE_S = 2.0
"""How far the two clocks may be apart."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """When the broker was asked, on both clocks (seconds)."""

    wall: float
    steady: float


class BrokerTime:
    """What is known of the two clocks; nothing before the broker's first answer."""

    def __init__(self, *, wall: Callable[[], float] = time.time, steady: Callable[[], float] = boot_seconds) -> None:
        """`wall` is the clock that may be wrong, `steady` one that only goes on; both in seconds."""
        self._wall = wall
        self._steady = steady
        self._boot: float | None = None
        self._apart = 0.0
        self._told = True

    def asking(self) -> Asked:
        """Now, to be handed to `heard` with the answer."""
        return Asked(self._wall(), self._steady())

    def heard(self, asked: Asked, dates: Iterable[float]) -> None:
        """Brokers dated (seconds) records that we sent when we `asked`, and that we see stand now: the furthest off counts.

        An answer during which our clock was set says nothing: any date lies between the two times. A date below 0 says that
        the topic keeps its publishers' dates: then only steps of our clock are seen.
        """
        wall, steady = self._wall(), self._steady()
        if abs((wall - asked.wall) - (steady - asked.steady)) <= TOLERANCE_S:
            self._apart = max((_apart(asked.wall, each, wall) for each in dates), key=abs)
            self._boot = wall - steady
        self._tell()

    @property
    def off_s(self) -> float:
        """Seconds by which the broker's clock is ahead of ours (negative: behind), as far as it is known; 0 if it fits."""
        if self._boot is None:
            return 0.0
        return self._apart - (self._wall() - self._steady() - self._boot)

    @property
    def agrees(self) -> bool:
        """Whether the broker has dated something, and our clock was right then and was not set since."""
        return self._boot is not None and abs(self.off_s) <= TOLERANCE_S

    def _tell(self) -> None:
        agrees = self.agrees
        if agrees != self._told:
            self._told = agrees
            if agrees:
                _log.warning("clock_agrees_again", off_seconds=round(self.off_s, 3))
            else:
                _log.error("clock_disagrees", off_seconds=round(self.off_s, 3), most_seconds=TOLERANCE_S)


def _apart(before: float, date: float, after: float) -> float:
    return 0.0 if date < 0 else min(0.0, date - before) or max(0.0, date - after)
