"""A typed, small Kafka client for everything that is not the engine itself: commands, gateway, archive, tests."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from dispatcher.engine.closing import close
from dispatcher.engine.config import Connection
from dispatcher.engine.keyring import Keyring
from dispatcher.engine.own_key import PARTITION, OwnKey
from dispatcher.engine.record import Record, record_of

__all__ = ["Appended", "Headers", "Kafka", "KafkaAway", "Record"]

_REQUEST_TIMEOUT_MS = 15_000
_LARGEST_RECORD = 4 * 1024 * 1024
_POLL_MS = 200
_LOOK_S = 0.05

Headers = Sequence[tuple[str, bytes]]


class KafkaAway(Exception):
    """Kafka could not be reached, or did not do what was asked; the message is one line for an operator."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a record stands now."""

    partition: int
    offset: int


class Kafka:
    """Open with `async with`; every method raises `KafkaAway` where Kafka does not answer or refuses."""

    def __init__(self, connection: Connection) -> None:
        """Nothing is opened before `async with`."""
        self._connection = connection
        self._producer: AIOKafkaProducer | None = None
        self._admin: AIOKafkaAdminClient | None = None
        self._keyring = Keyring(connection)
        self._own_key = None if connection.masters is None else OwnKey(connection.masters, self._publish_key)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._producer is not None:
            await self._producer.stop()
        if self._admin is not None:
            await self._admin.close()

    async def partitions(self, topic: str) -> int | None:
        """How many partitions a topic has, None if there is no such topic."""
        described = await self._call((await self._administrator()).describe_topics([topic]))
        if described[0]["error_code"] != 0:
            return None
        return len(described[0]["partitions"])

    async def create(self, topic: str, partitions: int, replication: int, settings: Mapping[str, str]) -> bool:
        """Create a topic and wait until it is seen; False if it was there already (its settings stay as they are)."""
        new = NewTopic(topic, partitions, replication, topic_configs=dict(settings))
        try:
            answer = await self._call((await self._administrator()).create_topics([new]))
        except TopicAlreadyExistsError:
            return False
        code = answer.topic_errors[0][1] if answer.topic_errors else 0
        fault = for_code(code)
        if fault is TopicAlreadyExistsError:
            return False
        if code != 0:
            raise KafkaAway(f"Kafka refused to create {topic}: {fault.__name__}")
        await self._until_seen(topic)
        return True

    async def _until_seen(self, topic: str) -> None:
        """A topic is made before brokers know of it: a worker that is started next would not find it."""
        ends = time.monotonic() + _REQUEST_TIMEOUT_MS / 1000
        while await self.partitions(topic) is None:
            if time.monotonic() > ends:
                raise KafkaAway(f"Kafka created {topic} and still does not know of it: look at its controllers")
            await asyncio.sleep(_LOOK_S)

    async def settings(self, topic: str) -> dict[str, str]:
        """The settings of a topic as the broker applies them."""
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        answers = await self._call((await self._administrator()).describe_configs([resource]))
        return {entry[0]: entry[1] for entry in answers[0].resources[0][4]}

    async def publish(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
        partition: int | None = None,
    ) -> Appended:
        """Append one record and wait until it stands, sealed where the installation seals such records."""
        producer = await self._publisher()
        if self._own_key is not None and value is not None:
            value = await self._own_key.seal(topic, key, value)
        done = await self._call(producer.send_and_wait(topic, value, key, partition, None, list(headers)))
        return Appended(done.partition, done.offset)

    async def publish_all(
        self, topic: str, records: Sequence[tuple[bytes | None, bytes]], partition: int | None = None
    ) -> None:
        """Append many records in order and wait until all stand."""
        producer = await self._publisher()
        if self._own_key is not None:
            records = [(key, await self._own_key.seal(topic, key, value)) for key, value in records]
        waiting = [await self._call(producer.send(topic, value, key, partition)) for key, value in records]
        for each in waiting:
            await self._call(each)

    async def ends(self, topic: str) -> dict[int, tuple[int, int]]:
        """First offset and the offset after the last, of every partition."""
        consumer = await self._reader(committed=True)
        try:
            tps = await self._partitions_of(consumer, topic, None)
            begin = await self._call(consumer.beginning_offsets(tps))
            end = await self._call(consumer.end_offsets(tps))
            return {tp.partition: (begin[tp], end[tp]) for tp in tps}
        finally:
            await close(consumer)

    async def read(
        self,
        topic: str,
        *,
        partition: int | None = None,
        start: int | None = None,
        follow: bool = False,
        committed: bool = True,
    ) -> AsyncIterator[Record]:
        """The records of a topic from `start` (None: the beginning) to its end at the time of the call, or without end.

        `committed` leaves out what belongs to open or aborted transactions. Sealed records are opened; the value of one
        whose key was destroyed is None.

        Raises:
            MasterKeyRefused: records are sealed, and we do not have the master key.
        """
        consumer = await self._reader(committed=committed)
        try:
            tps = await self._partitions_of(consumer, topic, partition)
            consumer.assign(tps)
            await self._call(self._position(consumer, tps, start))
            end = await self._call(consumer.end_offsets(tps))
            while follow or await self._short_of(consumer, end):
                batches = await self._call(consumer.getmany(timeout_ms=_POLL_MS))
                for tp, records in batches.items():
                    for each in await self._opened(topic, [record_of(raw) for raw in records]):
                        if follow or each.offset < end[tp]:
                            yield each
        finally:
            await close(consumer)

    async def _opened(self, topic: str, records: Sequence[Record]) -> Sequence[Record]:
        return await self._call(self._keyring.opened(topic, records))  # type: ignore[no-any-return]

    async def _publish_key(self, topic: str, key: bytes, value: bytes) -> object:
        producer = await self._publisher()
        return await self._call(producer.send_and_wait(topic, value, key, PARTITION))

    async def group_position(self, group: str, topic: str) -> dict[int, int]:
        """The offsets that a group committed in a topic, by partition."""
        offsets = await self._call((await self._administrator()).list_consumer_group_offsets(group))
        return {tp.partition: at.offset for tp, at in offsets.items() if tp.topic == topic and at.offset >= 0}

    async def _position(self, consumer: AIOKafkaConsumer, tps: Sequence[TopicPartition], start: int | None) -> None:
        if start is None:
            await consumer.seek_to_beginning(*tps)
        else:
            for tp in tps:
                consumer.seek(tp, start)

    async def _short_of(self, consumer: AIOKafkaConsumer, end: Mapping[TopicPartition, int]) -> bool:
        for tp, offset in end.items():
            if await self._call(consumer.position(tp)) < offset:
                return True
        return False

    async def _partitions_of(
        self, consumer: AIOKafkaConsumer, topic: str, partition: int | None
    ) -> list[TopicPartition]:
        count = await self.partitions(topic)
        if count is None:
            raise KafkaAway(f"there is no topic {topic}: create our topics with `dispatcher topics apply`")
        chosen = range(count) if partition is None else [partition]
        return [TopicPartition(topic, each) for each in chosen]

    async def _reader(self, *, committed: bool) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._connection.bootstrap_servers,
            isolation_level="read_committed" if committed else "read_uncommitted",
            enable_auto_commit=False,
            max_partition_fetch_bytes=_LARGEST_RECORD,
            fetch_max_wait_ms=_POLL_MS,
            request_timeout_ms=_REQUEST_TIMEOUT_MS,
            **self._connection.options,
        )
        await self._call(consumer.start())
        return consumer

    async def _publisher(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._connection.bootstrap_servers,
                enable_idempotence=True,
                acks="all",
                linger_ms=1,
                max_request_size=_LARGEST_RECORD,
                request_timeout_ms=_REQUEST_TIMEOUT_MS,
                **self._connection.options,
            )
            await self._start(producer)
            self._producer = producer
        return self._producer

    async def _administrator(self) -> AIOKafkaAdminClient:
        if self._admin is None:
            admin = AIOKafkaAdminClient(
                bootstrap_servers=self._connection.bootstrap_servers,
                request_timeout_ms=_REQUEST_TIMEOUT_MS,
                **self._connection.options,
            )
            await self._start(admin)
            self._admin = admin
        return self._admin

    async def _start(self, client: Any) -> None:  # aiokafka has no types
        try:
            await self._call(client.start())
        except KafkaAway:
            await (client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop())
            raise

    async def _call(self, request: Any) -> Any:  # aiokafka has no types
        try:
            return await request
        except TopicAlreadyExistsError:
            raise
        except (TimeoutError, KafkaError, OSError) as fault:
            raise KafkaAway(
                f"Kafka at {self._connection.bootstrap_servers} did not answer as needed: "
                f"{type(fault).__name__}; check DISPATCHER_BOOTSTRAP_SERVERS, TLS and SASL settings"
            ) from fault
