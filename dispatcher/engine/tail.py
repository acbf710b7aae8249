"""Following many partitions from offsets that the caller keeps, read committed, without a group."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from dispatcher.engine.clients import KafkaAway, Record
from dispatcher.engine.closing import close
from dispatcher.engine.config import Connection
from dispatcher.engine.keyring import Keyring
from dispatcher.engine.record import record_of

_FETCH_BYTES = 4 * 1024 * 1024
_FETCH_WAIT_MS = 200
_REQUEST_TIMEOUT_MS = 15_000

Places = Mapping[tuple[str, int], int]
"""Offsets by topic (its full name) and partition."""


class RecordsGone(Exception):
    """What should be read next no longer stands in the topic: its retention was faster than the reader."""


class Tail:
    """See `tail`."""

    def __init__(self, consumer: AIOKafkaConsumer, connection: Connection) -> None:
        """Made by `tail`."""
        self._consumer = consumer
        self._connection = connection
        self._keyring = Keyring(connection)

    async def poll(self, most: int, wait_s: float) -> list[Record]:
        """What is next, of each partition in its order, `most` at most; empty if nothing came within the time.

        Raises:
            RecordsGone: the next offset of a partition is before its first.
            MasterKeyRefused: records are sealed, and we do not have the master key.
            KafkaAway: Kafka does not answer.
        """
        try:
            found = await self._consumer.getmany(timeout_ms=int(wait_s * 1000), max_records=most)
        except OffsetOutOfRangeError as gone:
            places = ", ".join(f"{tp.topic}[{tp.partition}]@{offset}" for tp, offset in gone.args[0].items())
            raise RecordsGone(f"no longer there: {places}") from gone
        except (TimeoutError, KafkaError, OSError) as fault:
            raise self._away(fault) from fault
        read: list[Record] = []
        for tp, records in found.items():
            read += await self._opened(tp.topic, [record_of(each) for each in records])
        return read

    async def _opened(self, topic: str, records: list[Record]) -> Sequence[Record]:
        try:
            return await self._keyring.opened(topic, records)
        except (TimeoutError, KafkaError, OSError) as fault:
            raise self._away(fault) from fault

    async def positions(self) -> dict[tuple[str, int], int]:
        """The next offset of each partition; where only markers of transactions are left, it is the end."""
        try:
            return {(tp.topic, tp.partition): await self._consumer.position(tp) for tp in self._consumer.assignment()}
        except (TimeoutError, KafkaError, OSError) as fault:
            raise self._away(fault) from fault

    async def ends(self) -> dict[tuple[str, int], int]:
        """The offset after the last committed record of each partition, now."""
        try:
            found = await self._consumer.end_offsets(list(self._consumer.assignment()))
        except (TimeoutError, KafkaError, OSError) as fault:
            raise self._away(fault) from fault
        return {(tp.topic, tp.partition): offset for tp, offset in found.items()}

    def _away(self, fault: BaseException) -> KafkaAway:
        servers = self._connection.bootstrap_servers
        return KafkaAway(f"Kafka at {servers} did not answer as needed: {type(fault).__name__}")


@asynccontextmanager
async def tail(connection: Connection, places: Places) -> AsyncIterator[Tail]:
    """A reader of these partitions that begins at these offsets.

    Raises:
        KafkaAway: Kafka does not answer.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=connection.bootstrap_servers,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",  # what is gone is said, and not passed over
        max_partition_fetch_bytes=_FETCH_BYTES,
        fetch_max_wait_ms=_FETCH_WAIT_MS,
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
        check_crcs=True,
        **connection.options,
    )
    opened = Tail(consumer, connection)
    try:
        try:
            await consumer.start()
        except (TimeoutError, KafkaError, OSError) as fault:
            raise opened._away(fault) from fault
        consumer.assign([TopicPartition(topic, partition) for topic, partition in places])
        for (topic, partition), offset in places.items():
            consumer.seek(TopicPartition(topic, partition), offset)
        yield opened
    finally:
        await close(consumer)
