"""Restoring a lane: its partition of the compacted state topic, read with a bare read-committed consumer.

Faust's own table recovery reads 13,000 records a second and waits for time-outs at transaction markers; this reads 150,000
and more, index of wake-ups included. The wake-up and the flags stand at fixed places of a record: nothing is decoded.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from dispatcher.engine.carriers import ConsumerRecord
from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.log_position import WATERMARK_KEY, LogBounds, Watermark
from dispatcher.engine.wake_ups import WakeUps
from schemas import inbox, topics
from schemas.state import HAS_IN_DOUBT, HAS_OPEN_CALL, URGENT, WAITING_FOR_PROFILE, flags_of, wake_of

_FETCH_BYTES = 8 * 1024 * 1024
_POLL_MS = 20
_FETCH_WAIT_MS = 100
_SLICE_S = 0.005
_STILL_S = 30.0
"""Longer than a transaction stays open whose owner is gone."""


@dataclass(slots=True, repr=False)
class Restored:
    """A partition's state as it stands in the log: records by customer, watermark (None: no state), wake-ups.

    `doubtful` are the customers with an attempt in doubt.
    """

    records: dict[bytes, bytes] = field(default_factory=dict)
    watermark: Watermark | None = None
    wake_ups: WakeUps = field(default_factory=WakeUps)
    doubtful: set[bytes] = field(default_factory=set)
    waiting_for_profile: int = 0
    open_calls: int = 0


@asynccontextmanager
async def reading(connection: Connection, *, committed: bool = True) -> AsyncIterator[AIOKafkaConsumer]:
    """A bare consumer, started; stopped however it ends, also where the start is cancelled."""
    consumer = bare_consumer(connection, committed=committed)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


def bare_consumer(connection: Connection, *, committed: bool = True) -> AIOKafkaConsumer:
    """A consumer without a group; `committed`: it sees committed records only."""
    return AIOKafkaConsumer(
        bootstrap_servers=connection.bootstrap_servers,
        isolation_level="read_committed" if committed else "read_uncommitted",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=_FETCH_BYTES,
        fetch_max_wait_ms=_FETCH_WAIT_MS,
        check_crcs=True,  # a bit that a disk turned round would be somebody's history
        **connection.options,
    )


async def batches(connection: Connection, topic: str, partition: int) -> AsyncIterator[list[ConsumerRecord]]:
    """What is committed in a partition, up to its end at the time of the call, as it comes.

    The end is the log's, not what a reader of committed records is told: that is short of a transaction whose marker is
    still on its way, however surely it was committed. Whoever stops there goes on with a state that is behind its journal.

    Raises:
        TimeoutError: nothing more came for half a minute.
    """
    tp = TopicPartition(topic, partition)
    async with reading(connection, committed=False) as asking:
        end = (await asking.end_offsets([tp]))[tp]
    async with reading(connection) as consumer:
        consumer.assign([tp])
        await consumer.seek_to_beginning(tp)
        reached, moved_at = -1, time.monotonic()
        while (position := await consumer.position(tp)) < end:
            if position > reached:
                reached, moved_at = position, time.monotonic()
            elif time.monotonic() - moved_at > _STILL_S:
                raise TimeoutError(
                    f"{topic}[{partition}] cannot be read beyond {position} of {end}: is a transaction open?"
                )
            for batch in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
                yield batch


async def restore(config: EngineConfig, partition: int) -> Restored:
    """Read the state of a partition; yields to the loop every 5 ms so that other lanes go on."""
    restored = Restored()
    async for batch in batches(config.connection, config.topic(topics.STATE), partition):
        await _take(batch, restored)
    await _index(restored)
    return restored


async def _take(batch: list[ConsumerRecord], restored: Restored) -> None:
    records = restored.records
    yield_at = time.perf_counter() + _SLICE_S
    for number, record in enumerate(batch):
        key, value = record.key, record.value
        if value is None:
            records.pop(key, None)
        else:
            records[key] = value
        if number % 256 == 0 and time.perf_counter() > yield_at:
            await asyncio.sleep(0)
            yield_at = time.perf_counter() + _SLICE_S


async def _index(restored: Restored) -> None:
    mark = restored.records.pop(WATERMARK_KEY, None)
    if mark is not None:
        restored.watermark = msgspec.msgpack.decode(mark, type=Watermark)
    yield_at = time.perf_counter() + _SLICE_S
    add = restored.wake_ups.add
    for number, (key, record) in enumerate(restored.records.items()):
        at, flags = wake_of(record), flags_of(record)
        if at:
            add(key, at, urgent=flags & URGENT)
        if flags:
            if flags & HAS_IN_DOUBT:
                restored.doubtful.add(key)
            restored.open_calls += bool(flags & HAS_OPEN_CALL)
            restored.waiting_for_profile += bool(flags & WAITING_FOR_PROFILE)
        if number % 256 == 0 and time.perf_counter() > yield_at:
            await asyncio.sleep(0)
            yield_at = time.perf_counter() + _SLICE_S


def with_open_claims(records: dict[bytes, bytes], flag: int) -> list[bytes]:
    """Customers whose record carries `flag`."""
    return [key for key, record in records.items() if flags_of(record) & flag]


async def log_bounds(config: EngineConfig, partition: int) -> LogBounds:
    """What the inbox partition holds now, and the mark at its start."""
    tp = TopicPartition(config.inbox, partition)
    async with reading(config.connection) as consumer:
        consumer.assign([tp])
        start = (await consumer.beginning_offsets([tp]))[tp]
        end = (await consumer.end_offsets([tp]))[tp]
        identity = await _first_mark(consumer, tp) if start == 0 and end > 0 else None
    return LogBounds(start, end, identity)


async def _first_mark(consumer: AIOKafkaConsumer, tp: TopicPartition) -> str | None:
    consumer.seek(tp, 0)
    first = await consumer.getone(tp)
    if first.key != inbox.LOG_MARK_KEY:
        return None
    mark = inbox.decode_mark(first.value)
    return mark.identity if isinstance(mark, inbox.LogMark) else None
