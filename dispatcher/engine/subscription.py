"""A consumer group's share of one topic, for whoever deals with records one by one and says how far that has come.

Several processes of one group share the partitions. Whatever was not committed is read again by the next owner: what is
done with a record has to bear repetition.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, RebalanceInProgressError

from dispatcher.engine.clients import KafkaAway, Record
from dispatcher.engine.closing import close
from dispatcher.engine.config import Connection
from dispatcher.engine.keyring import Keyring
from dispatcher.engine.record import record_of

_POLL_MS = 200
_FETCH_BYTES = 1024 * 1024
_FETCH_WAIT_MS = 500
_HEARTBEATS = 4

Positions = Mapping[int, int]
"""By partition, the offset of the first record that has still to be dealt with."""


class Subscription:
    """Open with `async with`; every method raises `KafkaAway` where Kafka does not answer or refuses."""

    def __init__(
        self,
        connection: Connection,
        topic: str,
        group: str,
        on_revoked: Callable[[Collection[int]], Positions],
        *,
        session_timeout_s: float = 10.0,
    ) -> None:
        """`on_revoked` is told which partitions go to somebody else, and says how far they have come.

        `session_timeout_s`: how long Kafka waits for a silent process before it gives its partitions to another.
        """
        self._connection = connection
        self._topic = topic
        self._on_revoked = on_revoked
        self._keyring = Keyring(connection)
        self._paused: frozenset[int] = frozenset()
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=connection.bootstrap_servers,
            group_id=group,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=_FETCH_BYTES,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            session_timeout_ms=int(session_timeout_s * 1000),
            heartbeat_interval_ms=int(session_timeout_s * 1000 / _HEARTBEATS),
            **connection.options,
        )

    async def __aenter__(self) -> Self:
        self._consumer.subscribe([self._topic], listener=_Listener(self._leave))
        try:
            await self._consumer.start()
        except BaseException as fault:
            await close(self._consumer)
            if isinstance(fault, KafkaError | OSError):
                raise self._away(fault) from fault
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await close(self._consumer)

    async def next(self, most: int, full: Collection[int]) -> Mapping[int, Sequence[Record]]:
        """Up to `most` committed records by partition, in their order, none of `full` partitions; waits 200 ms at most."""
        self._pause(frozenset(full))
        found = await self._call(self._consumer.getmany(timeout_ms=_POLL_MS, max_records=most))
        return {
            tp.partition: await self._call(self._keyring.opened(tp.topic, [record_of(each) for each in records]))
            for tp, records in found.items()
        }

    async def commit(self, positions: Positions) -> None:
        """State how far partitions have come; what is no longer ours is left to its new owner."""
        own = {tp: positions[tp.partition] for tp in self._consumer.assignment() if tp.partition in positions}
        if not own:
            return
        try:
            await self._call(self._consumer.commit(own))
        except (CommitFailedError, IllegalStateError, RebalanceInProgressError):
            return

    async def unread(self) -> int:
        """How many records of our partitions are committed and not yet read, as far as Kafka told with what was read."""
        unread = 0
        for tp in self._consumer.assignment():
            end = self._consumer.last_stable_offset(tp)
            if end is not None:
                unread += max(0, end - await self._position(tp, end))
        return unread

    async def _position(self, tp: TopicPartition, otherwise: int) -> int:
        try:
            return int(await self._call(self._consumer.position(tp)))
        except IllegalStateError:  # it went to somebody else meanwhile
            return otherwise

    def _pause(self, full: frozenset[int]) -> None:
        for tp in self._consumer.assignment():
            if tp.partition in full:
                self._consumer.pause(tp)
            elif tp.partition in self._paused:
                self._consumer.resume(tp)
        self._paused = full

    async def _leave(self, partitions: Collection[int]) -> None:
        positions = self._on_revoked(partitions)
        try:
            await self.commit(positions)
        except KafkaAway:
            return  # the next owner reads again what was done since the last commit

    async def _call(self, request: Any) -> Any:  # aiokafka has no types
        try:
            return await request
        except (CommitFailedError, IllegalStateError, RebalanceInProgressError):
            raise
        except (TimeoutError, KafkaError, OSError) as fault:
            raise self._away(fault) from fault

    def _away(self, fault: BaseException) -> KafkaAway:
        return KafkaAway(
            f"Kafka at {self._connection.bootstrap_servers} did not let us read {self._topic}: {type(fault).__name__}; "
            "check DISPATCHER_BOOTSTRAP_SERVERS, TLS and SASL settings"
        )


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    def __init__(self, leave: Callable[[Collection[int]], Any]) -> None:
        self._leave = leave

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        await self._leave({tp.partition for tp in revoked})

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Positions are where the group left them."""
