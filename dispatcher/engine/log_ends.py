"""Where logs end, asked of the broker itself: one query a worker every 200 ms, over a bare consumer.

Faust's own high water mark is stale, or missing for a partition that is never fetched; offset arithmetic misjudges control
records. So what is "behind" and what is a stall is judged by what the broker says here.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faust.types import TP

from dispatcher.engine.bare_reading import bare_consumer, reading
from dispatcher.engine.closing import close
from dispatcher.engine.config import Connection

PERIOD_S = 0.2
_LOOK_MS = 200
_LATELY_S = 5.0


@dataclass(frozen=True, slots=True)
class End:
    """Offset after the last record, as it was at `asked_at` (monotonic) and `asked_wall` (wall clock, seconds)."""

    offset: int
    asked_at: float
    asked_wall: float


class LogEnds:
    """Knows the ends of the partitions that `watched` names at the moment of each query."""

    def __init__(self, connection: Connection, watched: Callable[[], Iterable[TP]]) -> None:
        """Opens nothing before `run`."""
        self._connection = connection
        self._watched = watched
        self._consumer: AIOKafkaConsumer | None = None
        self._ends: dict[TP, End] = {}
        self._listeners: list[Callable[[], None]] = []
        self._answered_at = float("-inf")

    def on_answer(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each answer of the broker."""
        self._listeners.append(listener)

    @property
    def answered_lately(self) -> bool:
        """Whether the broker can be reached."""
        return time.monotonic() - self._answered_at < _LATELY_S

    def end(self, tp: TP) -> End | None:
        """The last answer about a partition, None if there is none yet."""
        return self._ends.get(tp)

    async def run(self) -> None:
        """Ask until cancelled; an unreachable broker leaves the old answers, which grow stale."""
        try:
            while True:
                began = time.monotonic()
                try:
                    async with asyncio.timeout(10 * PERIOD_S):
                        await self._ask()
                except (KafkaError, OSError, TimeoutError):
                    await self._close()
                for listener in self._listeners:
                    listener()
                await asyncio.sleep(max(0.0, began + PERIOD_S - time.monotonic()))
        finally:
            await self._close()

    async def start(self, tp: TP) -> int:
        """Offset of the first record that the broker still holds."""
        async with reading(self._connection) as consumer:
            which = TopicPartition(tp.topic, tp.partition)
            return int((await consumer.beginning_offsets([which]))[which])

    async def first_at_or_after(self, tp: TP, offset: int) -> int | None:
        """Offset of the first readable record from `offset` on, None if there is none now or the broker is away."""
        with contextlib.suppress(KafkaError, OSError):
            async with self._at(tp, offset) as consumer:
                found = (await consumer.getmany(timeout_ms=_LOOK_MS)).get(tp)
                return int(found[0].offset) if found else None
        return None

    async def readable_end(self, tp: TP, offset: int) -> int:
        """How far a reader at `offset` gets without meeting a record: past control records, not past open transactions."""
        with contextlib.suppress(KafkaError, OSError):
            async with self._at(tp, offset) as consumer:
                found = (await consumer.getmany(timeout_ms=_LOOK_MS)).get(tp)
                return int(found[0].offset) if found else int(await consumer.position(TopicPartition(*tp)))
        return offset

    @asynccontextmanager
    async def _at(self, tp: TP, offset: int) -> AsyncIterator[AIOKafkaConsumer]:
        which = TopicPartition(*tp)
        async with reading(self._connection) as consumer:
            consumer.assign([which])
            consumer.seek(which, offset)
            yield consumer

    async def _ask(self) -> None:
        watched = tuple(self._watched())
        if not watched:
            return
        if self._consumer is None:
            consumer = bare_consumer(self._connection)
            self._consumer = consumer
            await consumer.start()
        asked_at, asked_wall = time.monotonic(), time.time()
        answers = await self._consumer.end_offsets([TopicPartition(*tp) for tp in watched])
        self._answered_at = time.monotonic()
        self._ends = {TP(tp.topic, tp.partition): End(offset, asked_at, asked_wall) for tp, offset in answers.items()}

    async def _close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await close(consumer)
