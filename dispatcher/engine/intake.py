"""Intake: what billing published, validated, re-keyed by customer, and appended to the inbox.

One position a source partition: the group's committed offset, read by ourselves after assignment, then chained. What stops a
contact is served before what causes one. A position moves only when everything before it stands in the inbox or among the
rejected; what a crash repeats is removed in the aggregate. Bad input is an outcome here, never an exception.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import structlog
from faust.types import TP

from dispatcher.engine.carriers import Stretch
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.inbox_writer import AppendFailed, InboxWriter
from dispatcher.engine.intake_batch import MOST_RECORDS, Batch, Consent
from dispatcher.engine.log_ends import LogEnds
from dispatcher.engine.positions import Committable
from dispatcher.ops.health import Health
from dispatcher.ops.metrics import Metrics

_log = structlog.get_logger(__name__)

NAME = "intake"
_MOST_WAITING = 20_000
_SLICE_S = 0.002
_TICK_S = 0.25
_STALL_S = 1.0
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0


@dataclass(slots=True)
class Source:
    """One source partition: `position` is the next offset to take; `topic` its name without prefix, `rank` its urgency."""

    tp: TP
    topic: str
    rank: int
    position: int
    waiting: deque[Stretch] = field(default_factory=deque)
    paused: bool = False
    heard_at: float = field(default_factory=time.monotonic)


class Intake:
    """All source partitions of a worker."""

    def __init__(
        self,
        config: EngineConfig,
        writer: InboxWriter,
        ends: LogEnds,
        committable: Committable,
        *,
        seek: Callable[[TP, int], Awaitable[bool]],
        pause: Callable[[TP], None],
        resume: Callable[[TP], None],
        consent: Consent,
        metrics: Metrics,
        health: Health,
    ) -> None:
        """Owns nothing before `assign`."""
        self._config = config
        self._writer = writer
        self._ends = ends
        self._committable = committable
        self._seek = seek
        self._pause = pause
        self._resume = resume
        self._consent = consent
        self._metrics = metrics
        self._health = health
        self._sources: dict[TP, Source] = {}
        self._work = asyncio.Event()
        self._ranks = {name: rank for rank, name in enumerate(config.inputs)}

    @property
    def partitions(self) -> tuple[TP, ...]:
        """The source partitions that are ours."""
        return tuple(self._sources)

    def position(self, tp: TP) -> int | None:
        """Everything before it stands in the inbox; None if the partition is not ours."""
        source = self._sources.get(tp)
        return None if source is None else source.position

    def lag(self) -> dict[str, int]:
        """Records not yet taken, by topic without prefix."""
        lags: dict[str, int] = {}
        for source in self._sources.values():
            end = self._ends.end(source.tp)
            behind = 0 if end is None else max(0, end.offset - source.position)
            lags[source.topic] = lags.get(source.topic, 0) + behind
        return lags

    def retain(self, tps: Iterable[TP]) -> None:
        """Give up all partitions but these."""
        kept = set(tps)
        for tp in [tp for tp in self._sources if tp not in kept]:
            del self._sources[tp]

    async def assign(self, tp: TP, position: int) -> None:
        """Take a partition from `position` on; a partition that we kept goes on where we are, if that is further."""
        source = self._sources.get(tp)
        if source is None:
            topic = tp.topic.removeprefix(self._config.topic_prefix)
            source = self._sources[tp] = Source(tp, topic, self._ranks[tp.topic], position)
        source.position = max(source.position, position)
        await self._read_on(source)

    def offer(self, stretch: Stretch) -> None:
        """Take records from the agent, or refuse them; the chain shows what was refused."""
        source = self._sources.get(stretch.tp)
        if source is None:
            return
        if sum(len(each.records) for each in source.waiting) > _MOST_WAITING:
            source.paused = True
            self._pause(source.tp)
            return
        source.waiting.append(stretch)
        source.heard_at = time.monotonic()
        self._work.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            self._health.beat(NAME)
            self._work.clear()
            batch = Batch(self._config.partitions, self._consent)
            for source in sorted(self._sources.values(), key=lambda each: each.rank):
                if await self._take(source, batch):
                    break
            if batch.empty:
                await self._look_around()
                self._health.idle(NAME)
                await self._wait()
                continue
            self._health.idle(NAME)  # Kafka may be away for long
            await self._append(batch)
            self._advance(batch)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_TICK_S):
                await self._work.wait()
        except TimeoutError:
            return

    async def _take(self, source: Source, batch: Batch) -> bool:
        """Read what waits of one source into the batch; True when the batch is full."""
        position = source.position
        taken = 0
        yield_at = time.perf_counter() + _SLICE_S
        while source.waiting:
            stretch = source.waiting.popleft()
            follows = stretch.first <= position if stretch.after is None else stretch.after < position
            if not follows:
                await self._close_hole(source, stretch, position)
                break
            for record in stretch.records:
                if record.offset >= position:
                    batch.read(source.topic, record)
                    taken += 1
                    if taken % 8 == 0 and time.perf_counter() > yield_at:
                        await asyncio.sleep(0)
                        yield_at = time.perf_counter() + _SLICE_S
            position = max(position, stretch.following)
            if taken >= MOST_RECORDS:
                break
        if position > source.position:
            batch.positions[source.tp] = position
        if source.paused and not source.waiting and not taken:
            await self._read_on(source)
        return batch.full

    async def _close_hole(self, source: Source, stretch: Stretch, position: int) -> None:
        """Read again from our position; where only control records lie between, there is nothing to read again."""
        if stretch.after is None and source.position == position:
            first = await self._ends.first_at_or_after(source.tp, position)
            if first is not None and first >= stretch.first:
                source.position = stretch.first
                source.waiting.appendleft(stretch)
                self._work.set()
                return
        self._metrics.hole_repaired()
        source.waiting.clear()
        if position == source.position:
            await self._read_on(source)
        else:
            source.paused = True  # read on once the batch stands and the position has moved

    async def _append(self, batch: Batch) -> None:
        """Retried without end: an event that was read must not be lost because Kafka is away."""
        pause = _FIRST_PAUSE_S
        while True:
            try:
                await batch.append(self._writer)
            except AppendFailed as fault:
                _log.warning("intake_append_failed", fault=str(fault))
            except Exception as fault:  # the broker's answer to a batch: any of aiokafka's errors
                _log.warning("intake_append_failed", fault=type(fault).__name__)
                await self._writer.discard()
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _advance(self, batch: Batch) -> None:
        for tp, position in batch.positions.items():
            source = self._sources.get(tp)
            if source is not None:
                source.position = position
                self._committable.advance(tp, position)
        batch.count(self._metrics)

    async def _look_around(self) -> None:
        """A source that is behind and silent is read again, or moved past control records."""
        now = time.monotonic()
        for source in list(self._sources.values()):
            end = self._ends.end(source.tp)
            if end is None or source.waiting or end.offset <= source.position:
                continue
            if now - source.heard_at < _STALL_S or end.asked_at < source.heard_at + _STALL_S / 2:
                continue
            source.heard_at = now
            source.position = max(source.position, await self._ends.readable_end(source.tp, source.position))
            if source.position < end.offset:
                await self._read_on(source)

    async def _read_on(self, source: Source) -> None:
        source.waiting.clear()
        source.paused = False
        await self._seek(source.tp, source.position)
        self._resume(source.tp)
