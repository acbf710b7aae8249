"""What Faust's consumer commits and where it reads: exactly what lanes flushed, and where lanes asked.

Faust's own offset arithmetic counts a cancelled delivery as done (1,500 of 400,000 events were lost that way) and drops
what lies below its own read offset (a partition stopped that way). For our topics neither is consulted.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from dispatcher.engine.carriers import Chain, Stretch
from dispatcher.engine.config import Connection

_FETCH_WAIT_MS = 250
_logger = logging.getLogger("faust.consumer")  # else these classes would log as if they were ours
_FETCH_BYTES = 2 * 1024 * 1024


class Committable:
    """The positions that may be committed: one past the last record whose effects are durable."""

    def __init__(self) -> None:
        """Nothing is committable yet."""
        self._positions: dict[TP, int] = {}
        self._committed: dict[TP, int] = {}

    def advance(self, tp: TP, position: int) -> None:
        """Everything before `position` is durable."""
        self._positions[tp] = position

    def forget(self, tps: Iterable[TP]) -> None:
        """Partitions that belong to somebody else now: nothing of them is ours to commit."""
        for tp in tps:
            self._positions.pop(tp, None)
            self._committed.pop(tp, None)

    def committed(self, offsets: Mapping[TP, int]) -> None:
        """The group's coordinator has these."""
        self._committed.update(offsets)

    def uncommitted(self) -> list[tuple[TP, int, int]]:
        """What was committed (-1: nothing yet) and what is durable, where that is more."""
        found = [(tp, self._committed.get(tp, -1), position) for tp, position in self._positions.items()]
        return [(tp, committed, position) for tp, committed, position in found if committed < position]

    def owes(self, tp: TP, position: int) -> bool:
        """Whether the group's coordinator has not heard of a position yet."""
        return self._committed.get(tp, -1) < position

    def position(self, tp: TP) -> int | None:
        """The position of one partition, if it is ours."""
        return self._positions.get(tp)

    def partitions(self) -> tuple[TP, ...]:
        """All partitions with a position."""
        return tuple(self._positions)


class _NoReadOffset(defaultdict[TP, int | None]):
    """Faust drops what lies below its read offset, which a stale delivery can move past a seek: never known here."""

    def __getitem__(self, tp: TP) -> int | None:
        return None


class _Thread(driver.AIOKafkaConsumerThread):
    """The consumer thread with a consumer that reads committed records only and answers soon when there is nothing."""

    connection: Connection
    committable: Committable
    logger = _logger

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As Faust builds it."""
        super().__init__(*args, **kwargs)
        self._chain = Chain()

    def _create_worker_consumer(self, transport: object) -> AIOKafkaConsumer:
        conf = self.app.conf
        self._assignor = RoundRobinPartitionAssignor
        return AIOKafkaConsumer(
            bootstrap_servers=self.connection.bootstrap_servers,
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_partition_fetch_bytes=_FETCH_BYTES,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            check_crcs=False,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),
            metadata_max_age_ms=5_000,
            **self.connection.options,
        )

    async def _fetch_records(  # type: ignore[override]  # Faust hands on what stands there of each partition, untouched
        self, consumer: AIOKafkaConsumer, *args: Any, **kwargs: Any
    ) -> dict[TP, Stretch]:
        polled = await super()._fetch_records(consumer, *args, **kwargs)
        # Nothing may be awaited from here on: somebody else's poll could come in between.
        states = consumer._subscription.subscription.assignment
        return self._chain.link(polled, lambda tp: states.state_value(tp).position)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """Commit what is still ours; Faust's own crashes the process where a rebalance has left nothing of it."""
        done = not self.assignment().isdisjoint(offsets) and bool(await super()._commit(offsets))
        if done:
            self.committable.committed(offsets)
        return done

    async def seek_owned(self, tp: TP, offset: int) -> bool:
        """Read on from `offset`, in this thread; False if the partition is not ours (any more)."""
        return bool(await self.call_thread(self._seek_owned, tp, offset))

    async def _seek_owned(self, tp: TP, offset: int) -> bool:
        consumer = self._ensure_consumer()
        if tp not in consumer.assignment():
            return False
        consumer.seek(tp, offset)
        return True

    async def committed_position(self, tp: TP) -> int | None:
        """The group's committed position, None if there is none."""
        position: int | None = await self.call_thread(self._ensure_consumer().committed, tp)
        return position


class PositionedConsumer(driver.Consumer):
    """Faust's consumer with our positions; `committable` and `connection` are set by `transport_for`."""

    committable: Committable
    connection: Connection
    logger = _logger

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As Faust builds it."""
        super().__init__(*args, **kwargs)
        self._read_offset = _NoReadOffset()

    def _new_consumer_thread(self) -> _Thread:
        thread = _Thread(self, loop=self.loop, beacon=self.beacon)
        thread.connection = self.connection
        thread.committable = self.committable
        return thread

    async def seek_owned(self, tp: TP, offset: int) -> bool:
        """Read a partition on from `offset`; False if it is not ours (any more)."""
        return await cast("_Thread", self._thread).seek_owned(tp, offset)

    async def committed_position(self, tp: TP) -> int | None:
        """The group's committed position of a partition, None if there is none."""
        position = await cast("_Thread", self._thread).committed_position(tp)
        if position is not None:
            self.committable.committed({tp: position})
        return position

    def _filter_tps_with_pending_acks(self, topics: object = None) -> Iterator[TP]:
        self._acked.clear()
        self._acked_index.clear()
        return iter(self.committable.partitions())

    def _should_commit(self, tp: TP, offset: int) -> bool:
        """By what the coordinator has confirmed: Faust takes a commit that a rebalance refused for made, for good.

        A worker that slept through its session and got its partitions back left their positions uncommitted that way.
        """
        return self.committable.owes(tp, offset)

    def _new_offset(self, tp: TP) -> int | None:
        return self.committable.position(tp)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Gaps are the lanes' business."""


class IdleProducer(driver.Producer):
    """Faust's producer, which opens a connection at the start and sends nothing: it has to prove itself as we do."""

    connection: Connection

    def _settings_auth(self) -> Mapping[str, Any]:
        return {"security_protocol": "PLAINTEXT", **self.connection.options}


def transport_for(connection: Connection, committable: Committable) -> type[driver.Transport]:
    """The transport class for an app: Faust's own, with a consumer that knows our positions, and our credentials."""
    members: Mapping[str, object] = {"committable": committable, "connection": connection}
    consumer = type("PositionedConsumer", (PositionedConsumer,), dict(members))
    producer = type("IdleProducer", (IdleProducer,), {"connection": connection})
    return type("Transport", (driver.Transport,), {"Consumer": consumer, "Producer": producer})
