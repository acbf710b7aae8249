"""A worker: the lanes of the partitions that the group gives us, intake, senders; and how all of it ends."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from functools import partial
from typing import Any, cast

import structlog
from faust.types import TP

from channels.protocol import Adapter
from dispatcher.core.decide import Conditions
from dispatcher.engine.account import Supply
from dispatcher.engine.app import build_app
from dispatcher.engine.brakes import Brakes
from dispatcher.engine.broker_time import BrokerTime
from dispatcher.engine.carriers import Stretch
from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.desk import Desk
from dispatcher.engine.doubts import Doubts, Open
from dispatcher.engine.gate import FRESH_S, Gate, SourcePartition
from dispatcher.engine.gauges import Announced, Gauges
from dispatcher.engine.hourly import Hourly, share_of
from dispatcher.engine.inbox_writer import InboxWriter
from dispatcher.engine.intake import Intake
from dispatcher.engine.lane import Lane, LaneStuck
from dispatcher.engine.lane_state import LaneRefused
from dispatcher.engine.log_ends import LogEnds
from dispatcher.engine.orphans import Orphans
from dispatcher.engine.outcomes import Outcomes
from dispatcher.engine.parts import Parts
from dispatcher.engine.points import Points
from dispatcher.engine.policy_switch import PolicyInForce, follow
from dispatcher.engine.pools import pools_of
from dispatcher.engine.positions import Committable, PositionedConsumer
from dispatcher.engine.progress import Progress
from dispatcher.engine.senders import Senders
from dispatcher.engine.sent_texts import SentTexts
from dispatcher.engine.shared import Shared
from dispatcher.engine.standings import standings
from dispatcher.engine.task_records import TaskWriter
from dispatcher.engine.topology import Unsuited, stopping_sources
from dispatcher.engine.turn import Decider
from dispatcher.engine.watchdog import Stuck, Watchdog
from dispatcher.engine.worker_keys import WorkerKeys
from dispatcher.ops.health import keep_beating
from dispatcher.ops.loop_lag import watch_loop
from dispatcher.ops.redaction import told
from schemas.topics import TEXTS
from schemas.values import Channel

_log = structlog.get_logger(__name__)

_FLUSHES_AT_ONCE = 8
_RESTORES_AT_ONCE = 4
_DRAIN_S = 15.0
_LAST_FLUSH_S = 5.0
_CRASH_LOOK_S = 0.2
_TOPOLOGY_S = 10.0


class TopicsChanged(Exception):
    """The cluster's topics are no longer as the configuration says; the message says which, and what to do."""


class WorkerCrashed(Exception):
    """Something that only a restart mends; nothing was committed that was not durable."""


class WorkerStuck(WorkerCrashed):
    """Records wait, Kafka answers, and nothing moves; the message says where."""


class Worker:
    """One process's share of the work."""

    def __init__(self, config: EngineConfig, parts: Parts, sources: frozenset[SourcePartition]) -> None:
        """`sources`: the partitions of the stopping inputs, which must be fresh before anything is sent."""
        self._config = config
        self._parts = parts
        self._sources = sources
        self._committable = Committable()
        self._ends = LogEnds(config.connection, self._watched)
        self._brakes = Brakes(config, parts.clock.now)
        self._points = Points(config, self._ends, parts.clock.now)
        self._broker_time = BrokerTime()
        self._writer = InboxWriter(config)
        masters = config.connection.masters
        self._keys = None if masters is None else WorkerKeys(config, masters)
        self._outcomes = Outcomes(self._writer, config.partitions)
        self._text_writer = InboxWriter(config)
        self._texts = SentTexts(self._text_writer, config.partitions, self._keeps_texts, parts.metrics.texts)
        pools = pools_of(
            parts,
            config,
            outcomes=self._outcomes,
            brakes=self._brakes,
            points=self._points,
            hourly=self._hourly,
            sent=self._texts.note,
        )
        self._senders = Senders(pools, self._hourly("call_task"), Desk(self._desk_capacity))
        self._senders.on_credit(self._nudge_all)
        self._lanes: dict[int, Lane] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._fatal: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._background: set[asyncio.Task[None]] = set()
        self._in_force = PolicyInForce(parts.policy, parts.objection, Announced(parts.metrics, parts.health))
        self._shared = self._share()
        self._intake = Intake(
            config,
            self._writer,
            self._ends,
            self._committable,
            seek=self._seek,
            pause=self._pause,
            resume=self._resume,
            consent=self._points.consent,
            metrics=parts.metrics,
            health=parts.health,
        )
        self._gauges = Gauges(
            parts.metrics,
            parts.health,
            self._intake,
            self._brakes,
            self._lanes.values,
            broker_time=self._broker_time,
            clock=parts.clock,
            kafka_answers=lambda: self._ends.answered_lately,
        )
        self._doubts = Doubts(self._doubtful, _adapters_of(parts.supplies), self._outcomes.report, config.doubt)
        self._progress = Progress(config, self._intake, self._ends, self._writer, self._broker_time)
        self._watchdog = Watchdog(
            lambda: standings(self._lanes.values(), self._intake, self._ends, self._committable),
            lambda: self._ends.answered_lately and not self._writer.failed_lately,
            self._read_again,
            parts.metrics.no_progress,
            config.stillness,
        )
        self._app = build_app(config, self._committable, parts.datadir, customers=self._to_lane, intake=self._to_intake)
        self._app.on_partitions_revoked.connect(self._on_revoked)
        self._app.on_partitions_assigned.connect(self._on_assigned)  # type: ignore[arg-type]  # sent with one argument

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then drain.

        Raises:
            LaneRefused: a lane must not start; the message says why.
            WorkerCrashed: only a restart helps; leave the process at once, without a stop of Faust's own.
        """
        await self._writer.start()
        if self._keys is not None:
            await self._keys.load()
        await self._brakes.load()  # before anybody may be contacted
        await self._points.load()
        for task in (
            self._ends.run(),
            self._intake.run(),
            self._progress.run(),
            self._outcomes.run(),
            self._texts.run(),
            self._senders.run(),
            self._gauges.run(self._parts.sending),
            self._doubts.run(),
            self._watchdog.run(),
            watch_loop(self._parts.metrics.loop_lag),
        ):
            self._spawn(task)
        self._spawn(self._watch_topology())
        self._spawn(follow(self._config, self._in_force, self._nudge_all))
        self._spawn(self._brakes.follow(self._brakes_let_go))
        self._spawn(self._points.follow())
        self._spawn(keep_beating(self._parts.health))
        loop = asyncio.get_running_loop()
        starting = loop.create_task(self._app.start())
        stopped = loop.create_task(_set(stop))
        crashed = loop.create_task(self._crash())
        try:
            await self._until_one_ends(starting, stopped)
            if not stopped.done():
                await self._until_one_ends(crashed, stopped)
        except (LaneRefused, TopicsChanged, WorkerCrashed):
            raise
        except Exception as fault:
            raise WorkerCrashed(told(fault)) from fault
        finally:
            stopped.cancel()
            crashed.cancel()
        await self._drain(starting)

    async def _until_one_ends(self, *tasks: asyncio.Task[None]) -> None:
        """Wait for the first of them; its fault, or a lane's, is raised here."""
        waiting: list[asyncio.Future[None]] = [*tasks, self._fatal]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()

    async def _crash(self) -> None:
        """Ends with the fault when Faust has crashed: it offers no event for that."""
        while not self._app.crashed:  # noqa: ASYNC110 - see above
            await asyncio.sleep(_CRASH_LOOK_S)
        reason = self._app.crash_reason
        raise WorkerCrashed("Faust crashed" if reason is None else f"Faust crashed: {told(reason)}")

    async def _drain(self, starting: asyncio.Task[None]) -> None:
        """Close the gates, finish calls in flight, let outcomes stand, flush, leave the group."""
        for lane in self._lanes.values():
            lane.gate.drain()
        await self._senders.drain(_DRAIN_S)
        await self._texts.drain(_LAST_FLUSH_S)
        for lane in self._lanes.values():
            lane.finish()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=_LAST_FLUSH_S)
        for task in (*self._tasks.values(), *self._background):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.gather(*self._background, return_exceptions=True)
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
        await self._app.stop()
        await self._writer.discard()
        await self._text_writer.discard()

    # --- what the group gives and takes

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        for lane in self._lanes.values():
            lane.gate.revoked()
        self._parts.health.assigned(False)  # noqa: FBT003

    async def _on_assigned(self, _: Any, assigned: Iterable[TP] = (), **__: Any) -> None:
        self._parts.metrics.rebalanced()
        self._watchdog.assigned()
        owned = set(assigned)
        mine = {tp.partition for tp in owned if tp.topic == self._config.inbox}
        sources = {tp for tp in owned if tp.topic != self._config.inbox}
        for partition in [p for p in self._lanes if p not in mine]:
            self._give_up(partition)
        self._senders.divide(len(mine) / self._config.partitions)
        self._committable.forget([tp for tp in self._committable.partitions() if tp not in owned])
        self._intake.retain(sources)
        for partition in sorted(mine):
            lane = self._lanes.get(partition) or self._take_over(partition)
            lane.gate.assigned()
            lane.nudge()
        for tp in sources:
            self._spawn(self._read_from_committed(tp))
        self._parts.health.assigned(True)  # noqa: FBT003
        _log.info("assigned", partitions=sorted(mine), sources=len(sources))

    def _take_over(self, partition: int) -> Lane:
        gate = Gate(lambda: self._sources, self._clock_agrees, lambda: self._points.fresh(FRESH_S))
        lane = Lane(partition, gate, self._shared)
        self._lanes[partition] = lane
        self._parts.health.restoring(lane.name)
        task = asyncio.get_running_loop().create_task(lane.run(), name=lane.name)
        self._tasks[partition] = task
        task.add_done_callback(self._lane_ended)
        return lane

    def _give_up(self, partition: int) -> None:
        lane = self._lanes.pop(partition)
        lane.gate.revoked()
        self._tasks.pop(partition).cancel()
        self._shared.orphans.abandon(partition)
        self._senders.abandon(partition)
        self._parts.health.forget(lane.name)

    def _lane_ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or self._fatal.done():
            return
        fault = task.exception()
        if isinstance(fault, LaneRefused):
            self._fatal.set_exception(fault)
        elif isinstance(fault, LaneStuck):
            self._fatal.set_exception(WorkerStuck(str(fault)))
        elif fault is not None:
            self._fatal.set_exception(WorkerCrashed(told(fault)))

    async def _read_from_committed(self, tp: TP) -> None:
        position = await self._consumer.committed_position(tp)
        if position is None:
            position = await self._ends.start(tp)
        if tp in self._consumer.assignment():  # another rebalance may have taken it meanwhile
            await self._intake.assign(tp, position)

    # --- what lanes and intake ask of the consumer

    @property
    def _consumer(self) -> PositionedConsumer:
        return cast("PositionedConsumer", self._app.consumer)

    async def _committed(self, tp: TP) -> int | None:
        return await self._consumer.committed_position(tp)

    async def _seek(self, tp: TP, offset: int) -> bool:
        return await self._consumer.seek_owned(tp, offset)

    def _pause(self, tp: TP) -> None:
        self._consumer.pause_partitions({tp})

    def _resume(self, tp: TP) -> None:
        if tp in self._consumer.assignment():
            self._consumer.resume_partitions({tp})

    def _to_intake(self, stretch: Stretch) -> None:
        self._parts.metrics.carried(len(stretch.records))
        self._intake.offer(stretch)

    def _to_lane(self, stretch: Stretch) -> None:
        self._parts.metrics.carried(len(stretch.records))
        lane = self._lanes.get(stretch.tp.partition)
        if lane is not None:
            lane.offer(stretch)

    def _doubtful(self) -> list[Open]:
        return [
            Open(partial(_records_of, lane.state.doubtful, lane.state.records), lane.gate.is_open, lane.state.keeper)
            for lane in self._lanes.values()
            if lane.state is not None
        ]

    def _nudge_all(self) -> None:
        for lane in self._lanes.values():
            lane.nudge()

    def _brakes_let_go(self) -> None:
        for lane in self._lanes.values():
            lane.replan()

    async def _read_again(self, tp: TP, position: int) -> None:
        if await self._seek(tp, position):
            self._resume(tp)

    def _watched(self) -> list[TP]:
        return [*(lane.tp for lane in self._lanes.values()), *self._intake.partitions, self._points.tp]

    # --- making and watching

    def _share(self) -> Shared:
        parts = self._parts
        return Shared(
            config=self._config,
            in_force=self._in_force,
            decider=Decider(TaskWriter(parts.script)),
            senders=self._senders,
            orphans=Orphans(self._config, self._senders, self._outcomes),
            ends=self._ends,
            committable=self._committable,
            clock=parts.clock,
            metrics=parts.metrics,
            health=parts.health,
            deciding=asyncio.Lock(),
            flushing=asyncio.Semaphore(_FLUSHES_AT_ONCE),
            restoring=asyncio.Semaphore(_RESTORES_AT_ONCE),
            committed=self._committed,
            seek=self._seek,
            pause=self._pause,
            resume=self._resume,
            conditions=self._conditions,
            clock_agrees=self._clock_agrees,
            keys=self._keys,
        )

    def _conditions(self, gate_open: bool, behind: bool) -> Conditions:  # noqa: FBT001 - the lane's own answers
        parts, senders = self._parts, self._senders
        return Conditions(
            parts.sending,
            parts.allowlist,
            gate_open,
            senders.with_credit(),
            self._brakes.active,
            senders.exhausted,
            behind,
            self._points.bars,
            senders.with_reserve(),
            senders.desk.busy,
        )

    def _clock_agrees(self) -> bool:
        return self._broker_time.agrees

    def _desk_capacity(self) -> float | None:
        capacity = self._in_force.policy.desk_capacity
        return None if capacity is None else capacity * len(self._lanes) / self._config.partitions

    def _hourly(self, channel: Channel) -> Hourly:
        def most() -> int | None:
            limit = self._in_force.policy.max_contacts_per_hour.get(channel)
            if limit is None or not self._lanes:
                return None
            return share_of(limit, len(self._lanes), self._config.partitions)

        return Hourly(channel, most, self._parts.clock.now, self._parts.metrics.contacts_limit_reached)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background_ended)

    def _background_ended(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if task.cancelled() or self._fatal.done():
            return
        fault = task.exception()
        if isinstance(fault, TopicsChanged):
            self._fatal.set_exception(fault)
        elif isinstance(fault, Stuck):
            self._fatal.set_exception(WorkerStuck(str(fault)))
        elif fault is not None:
            self._fatal.set_exception(WorkerCrashed(told(fault)))

    async def _keeps_texts(self) -> bool:
        async with Kafka(self._config.connection) as kafka:
            return await kafka.partitions(self._config.topic(TEXTS)) is not None

    async def _watch_topology(self) -> None:
        """Stop when the topics are no longer as configured; a new partition of an input must be fresh too."""
        while True:
            await asyncio.sleep(_TOPOLOGY_S)
            try:
                async with Kafka(self._config.connection) as kafka:
                    found = await stopping_sources(kafka, self._config)
            except KafkaAway:
                continue
            if isinstance(found, Unsuited):
                raise TopicsChanged(found.why)
            self._sources = found


def _records_of(keys: set[bytes], records: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    return [(key, records[key]) for key in keys]


def _adapters_of(supplies: Iterable[Supply]) -> dict[Channel, dict[str, Adapter]]:
    """By channel, and by the name under which outcomes name them."""
    adapters: dict[Channel, dict[str, Adapter]] = {}
    for supply in supplies:
        adapters.setdefault(supply.channel, {})[supply.name] = supply.adapter
    return adapters


async def _set(event: asyncio.Event) -> None:
    await event.wait()
