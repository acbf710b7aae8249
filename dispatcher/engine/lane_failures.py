"""What becomes of a lane that failed: it tries again after a pause, gives up at last, or is refused where no try helps."""

import asyncio

import structlog

from dispatcher.engine.arrivals import OfLaterRelease
from dispatcher.engine.lane_state import LaneRefused, unreadable
from dispatcher.engine.shared import Shared
from dispatcher.engine.turn import StateUnreadable
from dispatcher.ops.redaction import told
from schemas.master_keys import MasterKeyRefused

_log = structlog.get_logger(__name__)

_PAUSES_S = (0.1, 0.5, 2.0, 5.0, 10.0)
_MOST_FAILURES = 12


class LaneFailed(Exception):
    """The lane could not restore itself; the process has to be restarted."""


class LaneStuck(LaneFailed):
    """Records wait for the lane, and none arrives however often it asks; the process has to be restarted."""


class Failures:
    """Of one lane, in a row."""

    def __init__(self, name: str, partition: int, shared: Shared) -> None:
        """None yet; `name` is the lane's for health."""
        self._name = name
        self._partition = partition
        self._shared = shared
        self._in_a_row = 0

    def none(self) -> None:
        """Something stands: what failed before does not count any more."""
        self._in_a_row = 0

    async def after(self, fault: Exception) -> None:
        """Pause before another try, the longer the more tries failed.

        Raises:
            LaneRefused: nothing mends it but another file, another release or a mended state.
            LaneFailed: too many tries failed.
        """
        if isinstance(fault, MasterKeyRefused | OfLaterRelease):
            raise LaneRefused(str(fault)) from fault
        if isinstance(fault, StateUnreadable):
            raise LaneRefused(unreadable(self._shared.config, self._partition, fault)) from fault
        self._in_a_row += self._shared.ends.answered_lately  # while Kafka is away, waiting is all there is to do
        self._shared.metrics.lane_failed()
        _log.warning("lane_failed", partition=self._partition, why=told(fault))
        if self._in_a_row > _MOST_FAILURES:
            raise LaneFailed(f"partition {self._partition} failed {self._in_a_row} times in a row") from fault
        self._shared.health.idle(self._name)
        await asyncio.sleep(_PAUSES_S[min(self._in_a_row, len(_PAUSES_S) - 1)])
