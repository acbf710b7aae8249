"""A lane's place in its partition of the inbox: what waits, what was applied, and when it is read again from there."""

import time

from faust.types import TP

from dispatcher.engine.backlog import Backlog, Taken
from dispatcher.engine.carriers import Stretch
from dispatcher.engine.lane_failures import LaneStuck
from dispatcher.engine.log_ends import End
from dispatcher.engine.shared import Shared

_FAR_BEHIND = 250
"""So many records more, while the gate is closed, and events are only folded: what they lead to is planned afterwards."""
_STALL_S = 1.0
_MOST_STALLS = 20


class LaneInbox:
    """Takes only what follows its position: older records are skipped; a hole makes it read again from there."""

    def __init__(self, tp: TP, shared: Shared) -> None:
        """At the beginning; nothing waits."""
        self.tp = tp
        self._shared = shared
        self._backlog = Backlog()
        self._paused = False
        self._heard_at = 0.0
        self._stalls = 0
        self.applied = -1

    def __bool__(self) -> bool:
        return bool(self._backlog)

    @property
    def behind(self) -> int:
        """Records that are not applied yet, as far as known."""
        end = self._shared.ends.end(self.tp)
        return 0 if end is None else max(0, end.offset - self.applied - 1)

    @property
    def far_behind(self) -> bool:
        """Whether so much waits, here or in Kafka, that it is only folded."""
        return self._backlog.records > _FAR_BEHIND or self.behind > _FAR_BEHIND

    @property
    def held_up(self) -> bool:
        """Whether the partition was paused, and there is room again."""
        return self._paused and self._backlog.has_room

    def offer(self, stretch: Stretch) -> bool:
        """Let records wait; False, and the partition is paused, if too many do: the chain will show the hole."""
        taken = self._backlog.offer(stretch)
        if not taken:
            self.refuse()
        return taken

    def refuse(self) -> None:
        """Take nothing of the partition until it is read again."""
        self._paused = True
        self._shared.pause(self.tp)

    def begin(self, applied: int) -> None:
        """The state holds all up to this offset; what waits is not looked at before `read_again`."""
        self.applied = applied
        self._stalls = 0
        self._heard_at = time.monotonic()

    def clear(self) -> None:
        """Forget what waits."""
        self._backlog.clear()

    async def read_again(self) -> None:
        """Read on right after our position, whatever was delivered or dropped before."""
        self._backlog.clear()
        self._paused = False
        await self._shared.seek(self.tp, self.applied + 1)
        self._shared.resume(self.tp)

    def take(self, most: int) -> Taken:
        """At most so many records of what waits, and on to the position after them."""
        taken = self._backlog.take(self.applied, most)
        self.applied = taken.applied
        if taken.heard:
            self._heard_at = time.monotonic()
            self._stalls = 0
        if taken.hole:
            self._shared.metrics.hole_repaired()
        return taken

    async def listen(self, end: End) -> None:
        """Records wait before this end: if nothing of them came for long, read again.

        Raises:
            LaneStuck: that did not help.
        """
        silent = time.monotonic() - self._heard_at
        if not self._backlog and silent > _STALL_S and end.asked_at > self._heard_at + _STALL_S / 2:
            self._stalls += 1
            if self._stalls > _MOST_STALLS:
                raise LaneStuck(f"partition {self.tp.partition} does not get on after offset {self.applied}")
            self._heard_at = time.monotonic()
            await self.read_again()
