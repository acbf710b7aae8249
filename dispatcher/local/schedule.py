"""A time of its own for a stand-in: it passes with the clock, faster, or only when told."""

import asyncio
import heapq
import time
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

Act = Callable[[], Coroutine[Any, Any, None]]


class Schedule:
    """Runs what is put on it when its time has come; made within a running loop.

    `rate` is how many of its seconds pass in a second. None: time stands still until `advance`, and acts then run one after
    the other, in the order of their time and, at one time, of their being put.
    """

    def __init__(self, rate: float | None = 1.0) -> None:
        self._rate = rate
        self._began = time.monotonic()
        self._advanced = 0.0
        self._due: list[tuple[float, int, Act]] = []
        self._order = count()
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def now(self) -> float:
        """Seconds of this time since it began."""
        return self._advanced if self._rate is None else (time.monotonic() - self._began) * self._rate

    def after(self, seconds: float, act: Act) -> None:
        """Run `act` so many seconds of this time from now."""
        number = next(self._order)
        if self._rate is None:
            heapq.heappush(self._due, (self.now + seconds, number, act))
            return
        self._idle.clear()
        loop = asyncio.get_running_loop()
        self._timers[number] = loop.call_later(seconds / self._rate, self._start, number, act)

    async def advance(self, seconds: float) -> None:
        """Let so much time pass, and run what falls due in it, what those acts put there included."""
        if self._rate is not None:
            raise ValueError("this time passes by itself: advance one that was made with rate=None")
        until = self._advanced + seconds
        while self._due and self._due[0][0] <= until:
            self._advanced, _, act = heapq.heappop(self._due)
            await act()
        self._advanced = until

    async def idle(self) -> None:
        """Wait until everything that was put on a time that passes by itself has run."""
        await self._idle.wait()

    async def close(self) -> None:
        """Forget what has not run yet, and end what runs."""
        self._due.clear()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._idle.set()

    def _start(self, number: int, act: Act) -> None:
        self._timers.pop(number)
        task = asyncio.get_running_loop().create_task(act())
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not self._running and not self._timers:
            self._idle.set()
