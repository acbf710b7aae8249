"""The watchdog of progress: records wait in a partition that is ours, Kafka answers, and the position does not move.

Faust has states in which it fetches nothing any more, or commits nothing, and says nothing of it. Lanes and intake read
again by themselves when they hear nothing. What that does not mend is noticed here, whatever its cause: the partition is
read again from its position, and if it still does not move, only a new process helps.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import structlog
from faust.types import TP

from dispatcher.engine.config import Stillness

_ROUND_S = 1.0
_log = structlog.get_logger(__name__)


class Stuck(Exception):
    """A partition does not get on; the message says which and where it stands."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where something stands (`position`) that should reach `end`: records that are read, or positions committed."""

    name: Literal["records", "commits"]
    tp: TP
    position: int
    end: int


@dataclass(slots=True)
class _Watch:
    position: int
    since: float
    tries: int = 0


class Watchdog:
    """Looks once a second at what `standings` names; while Kafka does not answer (`reachable`), no time passes."""

    def __init__(
        self,
        standings: Callable[[], Iterable[Standing]],
        reachable: Callable[[], bool],
        read_again: Callable[[TP, int], Awaitable[None]],
        tell: Callable[[], None],
        limits: Stillness,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`read_again` is asked with a partition and its position; `tell` hears of each time without progress."""
        self._standings = standings
        self._reachable = reachable
        self._read_again = read_again
        self._tell = tell
        self._limits = limits
        self._monotonic = monotonic
        self._watched: dict[tuple[str, TP], _Watch] = {}

    async def run(self) -> None:
        """Look without end.

        Raises:
            Stuck: reading again did not help.
        """
        while True:
            await self.look()
            await asyncio.sleep(_ROUND_S)

    def assigned(self) -> None:
        """The group gave out its partitions anew: everything has all its time again."""
        self._watched.clear()

    async def look(self) -> None:
        """Compare with the last look; `Stuck` where patience is over."""
        if not self._reachable():
            self._watched.clear()
            return
        behind = {(each.name, each.tp): each for each in self._standings() if each.position < each.end}
        for key in self._watched.keys() - behind.keys():
            del self._watched[key]
        for key, standing in behind.items():
            await self._judge(key, standing)

    async def _judge(self, key: tuple[str, TP], standing: Standing) -> None:
        now = self._monotonic()
        watch = self._watched.get(key)
        if watch is None or watch.position != standing.position:
            self._watched[key] = _Watch(standing.position, now)
            return
        if now - watch.since < self._limits.patience_s:
            return
        where = f"{standing.name} of {standing.tp.topic}[{standing.tp.partition}]"
        if watch.tries >= self._limits.tries:
            raise Stuck(f"{where} stand at {standing.position} of {standing.end} and do not move, though Kafka answers")
        watch.tries += 1
        watch.since = now
        self._tell()
        _log.error("no_progress", what=where, position=standing.position, end=standing.end, tries=watch.tries)
        if standing.name == "records":  # a commit is tried again by itself, twice a second
            await self._read_again(standing.tp, standing.position)
