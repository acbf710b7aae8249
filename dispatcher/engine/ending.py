"""What ends a worker that was not asked to stop: the first fault of a lane, or of a task that runs beside the lanes."""

import asyncio
from collections.abc import Coroutine

from dispatcher.engine.lane_failures import LaneStuck
from dispatcher.engine.lane_state import LaneRefused
from dispatcher.engine.topology import TopicsChanged
from dispatcher.engine.watchdog import Stuck
from dispatcher.ops.redaction import told


class WorkerCrashed(Exception):
    """Something that only a restart mends; nothing was committed that was not durable."""


class WorkerStuck(WorkerCrashed):
    """Records wait, Kafka answers, and nothing moves; the message says where."""


REFUSALS = (LaneRefused, TopicsChanged, WorkerCrashed)
"""What says by itself why a worker ends; any other fault is a crash."""


class Tasks:
    """Runs what a worker does beside its lanes, and knows the first fault of anything that it watches."""

    def __init__(self) -> None:
        """Nothing runs and nothing failed; needs the loop in which all of it will."""
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run it until it ends or `cancel`; its fault is the worker's."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        self.watch(task)

    def watch(self, task: asyncio.Task[None]) -> None:
        """A fault of this task, too, ends the worker."""
        task.add_done_callback(self._ended)

    async def until_one_ends(self, *tasks: asyncio.Task[None]) -> None:
        """Wait for the first of them; its fault, or one of what is watched, is raised here."""
        waiting: list[asyncio.Future[None]] = [*tasks, self._fault]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()

    def cancel(self) -> None:
        """Ask all that was spawned to end."""
        for task in self._running:
            task.cancel()

    async def gone(self) -> None:
        """Wait until all of it has ended, however it did."""
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or self._fault.done():
            return
        fault = task.exception()
        if fault is not None:
            self._fault.set_exception(_meaning(fault))


def _meaning(fault: BaseException) -> Exception:
    """What whoever started the worker is told."""
    if isinstance(fault, REFUSALS):
        return fault
    if isinstance(fault, LaneStuck | Stuck):
        return WorkerStuck(str(fault))
    return WorkerCrashed(told(fault))
