"""Bare consumers without a group: a partition from its start, or from a place of the caller's, to its end."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from dispatcher.engine.carriers import ConsumerRecord
from dispatcher.engine.closing import close
from dispatcher.engine.config import Connection

_FETCH_BYTES = 8 * 1024 * 1024
_POLL_MS = 20
_FETCH_WAIT_MS = 100
_STILL_S = 30.0
"""Longer than a transaction stays open whose owner is gone."""


@asynccontextmanager
async def reading(connection: Connection, *, committed: bool = True) -> AsyncIterator[AIOKafkaConsumer]:
    """A bare consumer, started; stopped however it ends, also where the start is cancelled."""
    consumer = bare_consumer(connection, committed=committed)
    try:
        await consumer.start()
        yield consumer
    finally:
        await close(consumer)


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


async def batches(
    connection: Connection, topic: str, partition: int, start: int = 0
) -> AsyncIterator[list[ConsumerRecord]]:
    """What is committed in a partition from `start`, up to its end at the time of the call, as it comes.

    The end is the log's, not what a reader of committed records is told: that is short of a transaction whose marker is
    still on its way, however surely it was committed. Whoever stops there goes on with a state that is behind its journal.

    Raises:
        TimeoutError: nothing more came for half a minute.
    """
    tp = TopicPartition(topic, partition)
    async with reading(connection, committed=False) as asking:
        end = (await asking.end_offsets([tp]))[tp]
    if end <= start:
        return
    async with reading(connection) as consumer:
        consumer.assign([tp])
        if start:
            consumer.seek(tp, start)
        else:
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
