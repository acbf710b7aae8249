"""The lanes of a worker: one for each partition of the inbox, from when the group gives it until the group takes it back."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from functools import partial

from faust.types import TP

from dispatcher.engine.carriers import Stretch
from dispatcher.engine.doubts import Open
from dispatcher.engine.gate import Gate
from dispatcher.engine.lane import Lane
from dispatcher.engine.shared import Shared
from dispatcher.ops import interpreter


class Lanes:
    """Makes a lane with a gate of its own for each partition, runs it, and hands on what concerns all of them."""

    def __init__(self, gate: Callable[[], Gate], shared: Shared, watch: Callable[[asyncio.Task[None]], None]) -> None:
        """None yet; `watch` hears of each lane's task: how it ends is the worker's matter."""
        self._gate = gate
        self._shared = shared
        self._watch = watch
        self._lanes: dict[int, Lane] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        return len(self._lanes)

    def all(self) -> Collection[Lane]:
        """Those that there are now."""
        return self._lanes.values()

    @property
    def partitions(self) -> list[TP]:
        """Those of the inbox that they serve, or restore."""
        return [lane.tp for lane in self._lanes.values()]

    # --- what the group gives and takes

    def revoked(self) -> None:
        """A rebalance has begun: every gate closes, and what is not given again is taken."""
        for lane in self._lanes.values():
            lane.gate.revoked()

    def retain(self, mine: Collection[int]) -> None:
        """Give up the lanes of all other partitions."""
        for partition in [p for p in self._lanes if p not in mine]:
            self._give_up(partition)

    def assigned(self, partition: int) -> None:
        """The partition is ours, anew or still."""
        lane = self._lanes.get(partition) or self._take_over(partition)
        lane.gate.assigned()
        lane.nudge()

    def _take_over(self, partition: int) -> Lane:
        lane = Lane(partition, self._gate(), self._shared, self._tidy)
        self._lanes[partition] = lane
        self._shared.health.restoring(lane.name)
        task = asyncio.get_running_loop().create_task(lane.run(), name=lane.name)
        self._tasks[partition] = task
        self._watch(task)
        return lane

    def _tidy(self) -> None:
        """Once the last of them is restored: what all of them read at once is let go by then."""
        if all(lane.restored for lane in self._lanes.values()):
            interpreter.tidy()

    def _give_up(self, partition: int) -> None:
        lane = self._lanes.pop(partition)
        lane.gate.revoked()
        self._tasks.pop(partition).cancel()
        self._shared.orphans.abandon(partition)
        self._shared.senders.abandon(partition)
        self._shared.health.forget(lane.name)

    # --- what concerns all of them

    def offer(self, stretch: Stretch) -> None:
        """To the lane of these records; where there is none any more, its next owner reads them."""
        lane = self._lanes.get(stretch.tp.partition)
        if lane is not None:
            lane.offer(stretch)

    def nudge(self) -> None:
        """Something outside changed: look again soon."""
        for lane in self._lanes.values():
            lane.nudge()

    def replan(self) -> None:
        """Plan every customer anew: something that held contacts back is gone."""
        for lane in self._lanes.values():
            lane.replan()

    def doubtful(self) -> list[Open]:
        """What those that serve know of their customers in doubt."""
        return [
            Open(partial(_records_of, lane.state.doubtful, lane.state.records), lane.gate.is_open, lane.state.keeper)
            for lane in self._lanes.values()
            if lane.state is not None
        ]

    # --- how they end

    def drain(self) -> None:
        """Close every gate for good: nothing more is begun."""
        for lane in self._lanes.values():
            lane.gate.drain()

    async def finish(self, timeout_s: float) -> None:
        """Let each flush what is under way, and its position; what lasts longer is left to the next owner."""
        for lane in self._lanes.values():
            lane.finish()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=timeout_s)

    def cancel(self) -> None:
        """Ask those that have not finished to end."""
        for task in self._tasks.values():
            task.cancel()

    async def gone(self) -> None:
        """Wait until all have ended, however they did."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def _records_of(keys: set[bytes], records: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    return [(key, records[key]) for key in keys]
