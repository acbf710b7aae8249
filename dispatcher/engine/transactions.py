"""One producer per partition, one transaction per flush: state, position and journal stand together or not at all.

A new owner's start fences the old one, so a paused worker that wakes up cannot write. After any exception, of any class,
the producer is worth nothing: its owner closes it and restores from the log, which alone knows whether a commit went
through. Every batch future is awaited before the commit, because a failed batch does not stop `commit_transaction`.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaProducer

from dispatcher.engine.config import Connection

BATCH_BYTES = 900_000
"""Largest batch, and so the largest record, that a broker with default settings takes."""

_TRANSACTION_TIMEOUT_MS = 15_000
_REQUEST_TIMEOUT_MS = 10_000
_CLOSE_S = 5.0
_SEQUENCE_LIMIT = 2**31 - 50_000_000

Entry = tuple[bytes, bytes]
"""Key and value of a record."""

Written = tuple[bytes, bytes | None]
"""The same, or the end of a key."""

Headed = tuple[bytes, bytes, list[tuple[str, bytes]]]
"""Key, value and headers of a record; aiokafka's compiled code takes headers in a list alone."""

_NOTHING = b"\0nothing"
"""A key that never had a value."""


class FlushFailed(Exception):
    """A flush may or may not stand; the message says which step failed and how."""


class PartitionTransactions:
    """The writer of one partition of all our topics that are partitioned by customer."""

    def __init__(self, connection: Connection, transactional_id: str, partition: int, timeout_s: float) -> None:
        """Opens nothing; `timeout_s` bounds every step."""
        self._connection = connection
        self._transactional_id = transactional_id
        self._partition = partition
        self._timeout_s = timeout_s
        self._producer: AIOKafkaProducer | None = None
        self._written = 0

    @property
    def spent(self) -> bool:
        """Sequence numbers are about to wrap: start again before the next flush."""
        return self._written > _SEQUENCE_LIMIT

    async def start(self) -> None:
        """Fence every earlier owner of the partition and abort what it left open."""
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._connection.bootstrap_servers,
            transactional_id=self._transactional_id,
            transaction_timeout_ms=_TRANSACTION_TIMEOUT_MS,
            request_timeout_ms=_REQUEST_TIMEOUT_MS,
            max_batch_size=BATCH_BYTES,
            max_request_size=2 * BATCH_BYTES,
            linger_ms=0,
            acks="all",
            **self._connection.options,
        )
        self._written = 0
        async with asyncio.timeout(self._timeout_s):
            await self._producer.start()
            await self._producer.begin_transaction()
            await self._producer.commit_transaction()

    async def settle(self, *topics: str) -> None:
        """Have everything decided that earlier transactions of ours left in our partition of these topics.

        Kafka completes a transaction without a marker in a partition that has no leader at that moment, as after a pause or
        at the start of its broker. What was committed there stays unseen until the next marker of the same producer: that
        of a transaction with a record that says nothing. `FlushFailed` if it is not certain that it stands.
        """
        await self.write([(topic, [(_NOTHING, None)]) for topic in topics])

    async def write(self, parts: Iterable[tuple[str, Sequence[Written | Headed]]]) -> None:
        """Append entries to our partition of each topic, all or none; `FlushFailed` if that is not certain."""
        producer = self._producer
        if producer is None:
            raise FlushFailed("the producer was not started")
        step = "begin"
        try:
            async with asyncio.timeout(self._timeout_s):
                await producer.begin_transaction()
                step = "append"
                for future in await self._append(producer, parts):
                    await future
                step = "commit"
                await producer.commit_transaction()
        except Exception as fault:  # aiokafka raises AssertionError and KeyError too, all with the same meaning here
            raise FlushFailed(f"{step} of partition {self._partition}: {type(fault).__name__}") from fault

    async def _append(
        self, producer: AIOKafkaProducer, parts: Iterable[tuple[str, Sequence[Written | Headed]]]
    ) -> list[asyncio.Future[object]]:
        futures = []
        timestamp = time.time_ns() // 1_000_000
        for topic, entries in parts:
            if not entries:
                continue
            batch = producer.create_batch()
            append = batch.append
            for key, value, *more in entries:
                headers = more[0] if more else []
                if append(key=key, value=value, timestamp=timestamp, headers=headers) is None:
                    batch.close()
                    futures.append(await producer.send_batch(batch, topic, partition=self._partition))
                    await asyncio.sleep(0)  # a batch takes some milliseconds: everybody else may go on
                    batch = producer.create_batch()
                    append = batch.append
                    append(key=key, value=value, timestamp=timestamp, headers=headers)
            batch.close()
            futures.append(await producer.send_batch(batch, topic, partition=self._partition))
            self._written += len(entries)
        return futures

    async def close(self) -> None:
        """Give the producer up; never raises, never waits long."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_CLOSE_S):
                    await producer.stop()
