"""A worker: the lanes of the partitions that the group gives us, intake, senders; and how all of it ends."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import structlog
from faust.types import TP

from dispatcher.engine.app import build_app
from dispatcher.engine.brakes import Brakes
from dispatcher.engine.broker_time import BrokerTime
from dispatcher.engine.carriers import Stretch
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.doubts import Doubts
from dispatcher.engine.ending import REFUSALS, Tasks, WorkerCrashed
from dispatcher.engine.gate import FRESH_S, Gate, SourcePartition
from dispatcher.engine.gauges import Announced, Gauges
from dispatcher.engine.inbox_writer import InboxWriter
from dispatcher.engine.intake import Intake
from dispatcher.engine.lanes import Lanes
from dispatcher.engine.log_ends import LogEnds
from dispatcher.engine.orphans import Orphans
from dispatcher.engine.parts import Parts
from dispatcher.engine.points import Points
from dispatcher.engine.policy_switch import PolicyInForce, follow
from dispatcher.engine.positions import Committable, PositionedConsumer
from dispatcher.engine.progress import Progress
from dispatcher.engine.reading_on import ReadingOn
from dispatcher.engine.shared import Shared
from dispatcher.engine.shares import Shares
from dispatcher.engine.standings import standings
from dispatcher.engine.task_records import TaskWriter
from dispatcher.engine.topology import StoppingSources
from dispatcher.engine.turn import Decider
from dispatcher.engine.watchdog import Watchdog
from dispatcher.engine.way_out import WayOut, adapters_of
from dispatcher.engine.worker_keys import WorkerKeys
from dispatcher.ops.health import keep_beating
from dispatcher.ops.loop_lag import watch_loop
from dispatcher.ops.redaction import told

_log = structlog.get_logger(__name__)

_FLUSHES_AT_ONCE = 8
_RESTORES_AT_ONCE = 4
_DRAIN_S = 15.0
_LAST_FLUSH_S = 5.0
_CRASH_LOOK_S = 0.2


class Worker:
    """One process's share of the work."""

    def __init__(self, config: EngineConfig, parts: Parts, sources: frozenset[SourcePartition]) -> None:
        """`sources`: the partitions of the stopping inputs, which must be fresh before anything is sent."""
        self._config = config
        self._parts = parts
        self._tasks = Tasks()
        self._committable = Committable()
        self._reading = ReadingOn(lambda: cast("PositionedConsumer", self._app.consumer))
        self._sources = StoppingSources(config, sources)
        self._ends = LogEnds(config.connection, self._watched)
        self._brakes = Brakes(config, parts.clock.now)
        self._points = Points(config, self._ends, parts.clock.now)
        self._broker_time = BrokerTime()
        self._writer = InboxWriter(config)
        masters = config.connection.masters
        self._keys = None if masters is None else WorkerKeys(config, masters)
        self._in_force = PolicyInForce(parts.policy, parts.objection, Announced(parts.metrics, parts.health))
        shares = Shares(
            self._in_force,
            lambda: len(self._lanes),
            config.partitions,
            clock=parts.clock,
            metrics=parts.metrics,
        )
        self._way_out = WayOut(config, parts, self._writer, shares=shares, brakes=self._brakes, points=self._points)
        self._lanes = Lanes(self._gate, self._share(), self._tasks.watch)
        self._way_out.senders.on_credit(self._lanes.nudge)
        self._intake = self._take_in()
        self._watchdog = Watchdog(
            lambda: standings(self._lanes.all(), self._intake, self._ends, self._committable),
            lambda: self._ends.answered_lately and not self._writer.failed_lately,
            self._reading.again,
            parts.metrics.no_progress,
            config.stillness,
        )
        self._app = build_app(config, self._committable, parts.datadir, customers=self._to_lane, intake=self._to_intake)
        self._app.on_partitions_revoked.connect(self._on_revoked)
        self._app.on_partitions_assigned.connect(self._on_assigned)  # type: ignore[arg-type]  # sent with one argument

    # --- how it runs, and ends

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then drain.

        Raises:
            LaneRefused: a lane must not start; the message says why.
            TopicsChanged: the topics are no longer as the configuration says.
            WorkerCrashed: only a restart helps; leave the process at once, without a stop of Faust's own.
        """
        await self._writer.start()
        if self._keys is not None:
            await self._keys.load()
        await self._brakes.load()  # before anybody may be contacted
        await self._points.load()
        self._begin_duties()
        loop = asyncio.get_running_loop()
        starting = loop.create_task(self._app.start())
        stopped = loop.create_task(_set(stop))
        crashed = loop.create_task(self._crash())
        try:
            await self._tasks.until_one_ends(starting, stopped)
            if not stopped.done():
                await self._tasks.until_one_ends(crashed, stopped)
        except REFUSALS:
            raise
        except Exception as fault:
            raise WorkerCrashed(told(fault)) from fault
        finally:
            stopped.cancel()
            crashed.cancel()
        await self._drain(starting)

    def _begin_duties(self) -> None:
        """All that runs beside the lanes, each without end."""
        config, parts, way_out = self._config, self._parts, self._way_out
        progress = Progress(config, self._intake, self._ends, self._writer, self._broker_time)
        doubts = Doubts(self._lanes.doubtful, adapters_of(parts.supplies), way_out.outcomes.report, config.doubt)
        for duty in (
            self._ends.run(),
            self._intake.run(),
            progress.run(),
            *way_out.duties(),
            self._gauges().run(parts.sending),
            doubts.run(),
            self._watchdog.run(),
            watch_loop(parts.metrics.loop_lag),
            self._sources.watch(),
            follow(config, self._in_force, self._lanes.nudge),
            self._brakes.follow(self._lanes.replan),
            self._points.follow(),
            keep_beating(parts.health),
        ):
            self._tasks.spawn(duty)

    async def _crash(self) -> None:
        """Ends with the fault when Faust has crashed: it offers no event for that."""
        while not self._app.crashed:  # noqa: ASYNC110 - see above
            await asyncio.sleep(_CRASH_LOOK_S)
        reason = self._app.crash_reason
        raise WorkerCrashed("Faust crashed" if reason is None else f"Faust crashed: {told(reason)}")

    async def _drain(self, starting: asyncio.Task[None]) -> None:
        """Close the gates, finish calls in flight, let outcomes stand, flush, leave the group."""
        self._lanes.drain()
        await self._way_out.drain(_DRAIN_S, _LAST_FLUSH_S)
        await self._lanes.finish(_LAST_FLUSH_S)
        self._lanes.cancel()
        self._tasks.cancel()
        await self._lanes.gone()
        await self._tasks.gone()
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
        await self._app.stop()
        await self._writer.discard()
        await self._way_out.close()

    # --- what the group gives and takes

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        self._lanes.revoked()
        self._parts.health.assigned(False)  # noqa: FBT003

    async def _on_assigned(self, _: Any, assigned: Iterable[TP] = (), **__: Any) -> None:
        self._parts.metrics.rebalanced()
        self._watchdog.assigned()
        owned = set(assigned)
        mine = {tp.partition for tp in owned if tp.topic == self._config.inbox}
        sources = {tp for tp in owned if tp.topic != self._config.inbox}
        self._lanes.retain(mine)
        self._way_out.senders.divide(len(mine) / self._config.partitions)
        self._committable.forget([tp for tp in self._committable.partitions() if tp not in owned])
        self._intake.retain(sources)
        for partition in sorted(mine):
            self._lanes.assigned(partition)
        for tp in sources:
            self._tasks.spawn(self._read_from_committed(tp))
        self._parts.health.assigned(True)  # noqa: FBT003
        _log.info("assigned", partitions=sorted(mine), sources=len(sources))

    async def _read_from_committed(self, tp: TP) -> None:
        position = await self._reading.committed(tp)
        if position is None:
            position = await self._ends.start(tp)
        if self._reading.owns(tp):  # another rebalance may have taken it meanwhile
            await self._intake.assign(tp, position)

    def _to_intake(self, stretch: Stretch) -> None:
        self._parts.metrics.carried(len(stretch.records))
        self._intake.offer(stretch)

    def _to_lane(self, stretch: Stretch) -> None:
        self._parts.metrics.carried(len(stretch.records))
        self._lanes.offer(stretch)

    # --- what its rooms are made of

    def _watched(self) -> list[TP]:
        return [*self._lanes.partitions, *self._intake.partitions, self._points.tp]

    def _clock_agrees(self) -> bool:
        return self._broker_time.agrees

    def _gate(self) -> Gate:
        return Gate(lambda: self._sources.which, self._clock_agrees, lambda: self._points.fresh(FRESH_S))

    def _share(self) -> Shared:
        parts, way_out, reading = self._parts, self._way_out, self._reading
        return Shared(
            config=self._config,
            in_force=self._in_force,
            decider=Decider(TaskWriter(parts.script)),
            senders=way_out.senders,
            orphans=Orphans(self._config, way_out.senders, way_out.outcomes),
            ends=self._ends,
            committable=self._committable,
            clock=parts.clock,
            metrics=parts.metrics,
            health=parts.health,
            deciding=asyncio.Lock(),
            flushing=asyncio.Semaphore(_FLUSHES_AT_ONCE),
            restoring=asyncio.Semaphore(_RESTORES_AT_ONCE),
            committed=reading.committed,
            seek=reading.seek,
            pause=reading.pause,
            resume=reading.resume,
            conditions=way_out.conditions,
            clock_agrees=self._clock_agrees,
            keys=self._keys,
        )

    def _take_in(self) -> Intake:
        return Intake(
            self._config,
            self._writer,
            self._ends,
            self._committable,
            seek=self._reading.seek,
            pause=self._reading.pause,
            resume=self._reading.resume,
            consent=self._points.consent,
            metrics=self._parts.metrics,
            health=self._parts.health,
        )

    def _gauges(self) -> Gauges:
        return Gauges(
            self._parts.metrics,
            self._parts.health,
            self._intake,
            self._brakes,
            self._lanes.all,
            broker_time=self._broker_time,
            clock=self._parts.clock,
            kafka_answers=lambda: self._ends.answered_lately,
        )


async def _set(event: asyncio.Event) -> None:
    await event.wait()
