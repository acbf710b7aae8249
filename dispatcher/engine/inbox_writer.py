"""The way into the inbox: one idempotent producer a worker, batches a partition, a failed producer replaced.

The inbox is never written in transactions: its readers must not wait for a paused writer. What a replaced producer
repeats is removed in the aggregate.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from dispatcher.engine.config import EngineConfig
from dispatcher.engine.own_key import PARTITION, OwnKey
from dispatcher.engine.transactions import BATCH_BYTES, Entry
from schemas.topics import POINTS, REJECTED, TEXTS

_REQUEST_TIMEOUT_MS = 10_000
_CLOSE_S = 5.0
_LATELY_S = 30.0
_LARGEST_REJECTED = 4 * 1024 * 1024


class AppendFailed(Exception):
    """Some records may not stand; the producer was replaced, and the caller decides what to repeat."""


class InboxWriter:
    """Appends to inbox partitions, to the rejected topic, and to what else a worker writes outside of transactions."""

    def __init__(self, config: EngineConfig) -> None:
        """Opens nothing before `start`."""
        self._config = config
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._failed_at = float("-inf")
        masters = config.connection.masters
        self._own_key = None if masters is None else OwnKey(masters, self._publish_key)

    @property
    def failed_lately(self) -> bool:
        """Whether Kafka refused to take something within the last half minute: whoever waits for that is not stuck."""
        return time.monotonic() - self._failed_at < _LATELY_S

    async def start(self) -> None:
        """Connect."""
        await self._ready()

    async def append(self, batches: Iterable[tuple[int, Sequence[Entry]]]) -> list[asyncio.Future[RecordMetadata]]:
        """Hand over entries, by inbox partition, in order; the futures are done when they stand, and say when.

        Raises:
            AppendFailed: they could not be handed over.
        """
        return await self._append(self._config.inbox, batches)

    async def append_texts(
        self, batches: Iterable[tuple[int, Sequence[Entry]]]
    ) -> list[asyncio.Future[RecordMetadata]]:
        """Hand over texts that were sent, by partition.

        Raises:
            AppendFailed: they could not be handed over.
        """
        return await self._append(self._config.topic(TEXTS), batches)

    async def _append(
        self, topic: str, batches: Iterable[tuple[int, Sequence[Entry]]]
    ) -> list[asyncio.Future[RecordMetadata]]:
        producer = await self._ready()
        futures: list[asyncio.Future[RecordMetadata]] = []
        try:
            for partition, plain in batches:
                entries = plain if self._own_key is None else await _sealed(self._own_key, topic, plain)
                batch = producer.create_batch()
                for key, value in entries:
                    if batch.append(key=key, value=value, timestamp=None) is None:
                        batch.close()
                        futures.append(await producer.send_batch(batch, topic, partition=partition))
                        batch = producer.create_batch()
                        batch.append(key=key, value=value, timestamp=None)
                batch.close()
                futures.append(await producer.send_batch(batch, topic, partition=partition))
        except Exception as fault:
            await self.discard()
            raise AppendFailed(type(fault).__name__) from fault
        return futures

    async def state_points(self, entries: Sequence[Entry]) -> list[asyncio.Future[RecordMetadata]]:
        """Hand over what was said of numbers and addresses.

        Raises:
            AppendFailed: it could not be handed over.
        """
        producer = await self._ready()
        topic = self._config.topic(POINTS)
        try:
            return [await producer.send(topic, value, key, partition=0) for key, value in entries]
        except Exception as fault:
            await self.discard()
            raise AppendFailed(type(fault).__name__) from fault

    async def reject(
        self, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> asyncio.Future[RecordMetadata]:
        """Hand over one record for the rejected topic."""
        producer = await self._ready()
        topic = self._config.topic(REJECTED)
        try:
            original = value or b""
            if self._own_key is not None:
                original = await self._own_key.seal(topic, None, original)
            future: asyncio.Future[RecordMetadata] = await producer.send(topic, original, key, headers=list(headers))
        except Exception as fault:
            await self.discard()
            raise AppendFailed(type(fault).__name__) from fault
        return future

    async def discard(self) -> None:
        """Give the producer up, after a failure or at the end; the next append opens a new one."""
        self._failed_at = time.monotonic()
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_CLOSE_S):
                    await producer.stop()

    async def _publish_key(self, topic: str, key: bytes, value: bytes) -> object:
        return await (await self._ready()).send_and_wait(topic, value, key, PARTITION)

    async def _ready(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._config.connection.bootstrap_servers,
                    enable_idempotence=True,
                    acks="all",
                    linger_ms=0,
                    max_batch_size=BATCH_BYTES,
                    max_request_size=_LARGEST_REJECTED,
                    request_timeout_ms=_REQUEST_TIMEOUT_MS,
                    **self._config.connection.options,
                )
                try:
                    await producer.start()
                except Exception as fault:
                    self._failed_at = time.monotonic()
                    with contextlib.suppress(Exception):
                        await producer.stop()
                    raise AppendFailed(type(fault).__name__) from fault
                self._producer = producer
            return self._producer


async def _sealed(own_key: OwnKey, topic: str, entries: Sequence[Entry]) -> list[Entry]:
    await own_key.ready(topic)
    return [(key, own_key.sealed(topic, key, value)) for key, value in entries]
