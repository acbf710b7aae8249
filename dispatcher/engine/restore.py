"""Restoring a lane: its partition of the compacted state topic, read with a bare read-committed consumer.

Faust's own table recovery reads 13,000 records a second and waits for time-outs at transaction markers; this reads 150,000
and more, index of wake-ups included. The wake-up and the flags stand at fixed places of a record: nothing is decoded.
"""

import asyncio
import time
from dataclasses import dataclass, field

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from dispatcher.engine.bare_reading import batches, reading
from dispatcher.engine.carriers import ConsumerRecord
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.log_position import WATERMARK_KEY, LogBounds, Watermark
from dispatcher.engine.wake_ups import WakeUps
from schemas import inbox, topics
from schemas.state import HAS_IN_DOUBT, HAS_OPEN_CALL, URGENT, WAITING_FOR_PROFILE, flags_of, wake_of

_SLICE_S = 0.005


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
