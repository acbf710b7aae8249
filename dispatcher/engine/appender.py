"""Records from outside into topics: whoever asks at the same time shares a batch, and waits no longer than it said."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog
from aiokafka import AIOKafkaProducer

from dispatcher.engine.clients import KafkaAway
from dispatcher.engine.config import Connection
from dispatcher.engine.own_key import PARTITION, OwnKey

_BATCH_BYTES = 128 * 1024
_LARGEST_RECORD = 4 * 1024 * 1024
_REQUEST_TIMEOUT_MS = 5_000
_CLOSE_S = 5.0
_MOST_WAITING = 20_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Outgoing:
    """A record for a topic (its full name); without a partition its key decides, as in Kafka's own clients."""

    topic: str
    key: bytes
    value: bytes
    partition: int | None = None
    headers: list[tuple[str, bytes]] = field(default_factory=list)


class Appender:
    """One idempotent producer, replaced when it fails. Not transactional: its readers never wait for a paused writer.

    What was handed over and not acknowledged in time may still come to stand: whoever repeats it must say the same thing
    under the same id.
    """

    def __init__(self, connection: Connection) -> None:
        """Opens nothing before `start`."""
        self._connection = connection
        self._producer: AIOKafkaProducer | None = None
        self._opening: asyncio.Task[AIOKafkaProducer] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._waiting = 0
        masters = connection.masters
        self._own_key = None if masters is None else OwnKey(masters, self._publish_key)

    async def start(self) -> None:
        """Connect; raises `KafkaAway`."""
        try:
            await self._ready()
        except Exception as fault:
            raise self._away(fault) from fault

    async def append(self, records: Sequence[Outgoing], within_s: float) -> None:
        """Return when all of them stand.

        Raises:
            KafkaAway: not all stand within the time, as far as is known; some may.
        """
        if self._waiting + len(records) > _MOST_WAITING:
            raise KafkaAway(f"{self._waiting} records already wait for Kafka to take them")
        self._waiting += len(records)
        producer: AIOKafkaProducer | None = None
        try:
            async with asyncio.timeout(within_s):
                producer = await self._ready()
                sealed = (
                    records if self._own_key is None else [await self._sealed(self._own_key, each) for each in records]
                )
                taken = [
                    await producer.send(each.topic, each.value, each.key, each.partition, headers=each.headers)
                    for each in sealed
                ]
                await asyncio.gather(*taken)
        except TimeoutError as late:
            # The producer goes on trying: a new one would not be answered sooner, and would forget the order.
            raise self._away(late) from late
        except Exception as fault:
            if producer is not None:
                self._discard(producer)
            raise self._away(fault) from fault
        finally:
            self._waiting -= len(records)

    async def answers(self, within_s: float) -> bool:
        """Whether Kafka answers a question now."""
        try:
            async with asyncio.timeout(within_s):
                producer = await self._ready()
                return bool(await producer.client.force_metadata_update())
        except Exception:
            return False

    async def close(self) -> None:
        """Bring out what waits, for some seconds, and disconnect."""
        if self._opening is not None:
            self._opening.cancel()
        if self._producer is not None:
            self._discard(self._producer)
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _sealed(self, own_key: OwnKey, record: Outgoing) -> Outgoing:
        return replace(record, value=await own_key.seal(record.topic, record.key, record.value))

    async def _publish_key(self, topic: str, key: bytes, value: bytes) -> object:
        return await (await self._ready()).send_and_wait(topic, value, key, PARTITION)

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is not None:
            return self._producer
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(self._open())
        # Shielded: one request that gives up must not undo the connection that others wait for.
        return await asyncio.shield(self._opening)

    async def _open(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._connection.bootstrap_servers,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=_BATCH_BYTES,
            max_request_size=_LARGEST_RECORD,
            request_timeout_ms=_REQUEST_TIMEOUT_MS,
            **self._connection.options,
        )
        try:
            await producer.start()
        except BaseException:
            with contextlib.suppress(Exception):
                await producer.stop()
            raise
        self._producer = producer
        return producer

    def _discard(self, producer: AIOKafkaProducer) -> None:
        if self._producer is producer:
            self._producer = None
            closing = asyncio.create_task(_closed(producer))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def _away(self, fault: Exception) -> KafkaAway:
        return KafkaAway(
            f"Kafka at {self._connection.bootstrap_servers} did not take what it was given: {type(fault).__name__}; "
            "check DISPATCHER_BOOTSTRAP_SERVERS, TLS and SASL settings"
        )


async def _closed(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(_CLOSE_S):
            await producer.stop()
    except Exception as fault:
        _log.warning("producer_not_closed", fault=type(fault).__name__)
