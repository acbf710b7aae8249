"""Plays an act: an installation of its own, its worker started and stopped by day, its waves published and awaited."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from dispatcher.engine.clients import Kafka
from dispatcher.local import portfolio
from dispatcher.local.demo_acts import Act, Day, Wave
from dispatcher.local.demo_command import RunningCommand
from dispatcher.local.demo_environment import of_worker
from dispatcher.local.demo_providers import Providers
from dispatcher.local.demo_rows import Row, rows_of
from dispatcher.local.demo_watch import Identity, Watch
from dispatcher.local.portfolio import SampleEvent
from dispatcher.ops.topic_plan import Wanted, apply, plan
from schemas.values import to_millis

_WAVE_S: Final = 60.0
_START_S: Final = 90.0
"""Deadlines of a wave, and of the first one after a worker's start, on a machine that is busy with other things."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all acts share.

    `environment` is that of every worker, without what is the act's own; `logs` and `data` are folders. `told` is called
    with each step, `applied` with the numbers of an act's events that were published and applied so far.
    """

    kafka: Kafka
    prefix: str
    replication: int
    environment: Mapping[str, str]
    providers: Providers
    logs: Path
    data: Path
    told: Callable[[str], None]
    applied: Callable[[Act, int, int], None]


class Play:
    """One act. Enter it to have its topics and readers; leaving ends its worker, if one still runs."""

    def __init__(self, act: Act, around: Surroundings) -> None:
        self.act = act
        self.prefix = f"{around.prefix}{act.name}."
        self.watch = Watch(around.kafka, self.prefix)
        self._around = around
        self._worker: RunningCommand | None = None
        self._begun: tuple[datetime, float] | None = None
        self._published: list[Identity] = []
        self._rejected = 0
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        kafka, around = self._around.kafka, self._around
        await apply(kafka, await plan(kafka, Wanted(self.prefix, self.act.partitions, around.replication)))
        await self._open.enter_async_context(self.watch.following())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._worker is not None:
                await self._worker.abandon()
        finally:
            await self._open.aclose()

    @property
    def rows(self) -> tuple[Row, ...]:
        """What came of it so far."""
        rows = rows_of(self.watch.records)
        shown = self.act.shows
        return tuple(dict.fromkeys(row for row in rows if row.reason in shown)) if shown else rows

    @property
    def worker(self) -> RunningCommand:
        """The worker of the day."""
        if self._worker is None:
            raise RuntimeError(f"no worker runs in the act {self.act.name!r}")
        return self._worker

    @property
    def clock(self) -> datetime:
        """What the clock of the last day's worker says, or would say if it still ran: never less than that, at its rate."""
        if self._begun is None:
            raise RuntimeError(f"the act {self.act.name!r} has not begun")
        began, at = self._begun
        return began + timedelta(seconds=(asyncio.get_running_loop().time() - at) * self.act.days[-1].rate)

    async def perform(self, *, keep: bool) -> None:
        """All days, one after the other; `keep` leaves the last worker running.

        Raises:
            CommandFailed: a worker ended, or did not get done in time.
        """
        for day in self.act.days:
            if self._worker is not None:
                await self._worker.stop()
                self._around.providers.recover()
            await self._day(day)
        if not keep:
            await self.worker.stop()

    async def _day(self, day: Day) -> None:
        for wave in day.before:
            await self._publish(portfolio.wave(wave.name))
        self._begin(day)
        if day.before:
            await self._settled(day.before[-1], self._quiet, _START_S)
        for number, wave in enumerate(day.waves, 1):
            await self._publish(portfolio.wave(wave.name))
            if day.damaged and number == 1:
                await self._damage()
            is_over = self._end_of(wave, is_last=number == len(day.waves))
            await self._settled(wave, is_over, _START_S if number == 1 else _WAVE_S)
        for wave in day.again:
            self._around.told(f"{self.act.title}: {wave.name} is published once more, under new ids")
            await self._publish(portfolio.under_new_ids(portfolio.wave(wave.name)))
            await self._settled(wave, self._quiet, _WAVE_S)

    def _end_of(self, wave: Wave, *, is_last: bool) -> Callable[[], bool]:
        customer = wave.claim_of
        if customer is not None:
            return lambda: self.watch.claimed(customer)
        return self._shown if is_last and self.act.shows else self._quiet

    def _begin(self, day: Day) -> None:
        around = self._around
        environment = of_worker(around.environment, around.providers.environment, self.act, day) | {
            "DISPATCHER_TOPIC_PREFIX": self.prefix,
            "DISPATCHER_METRICS_PORT": "0",
            "DISPATCHER_DATA_DIR": str(around.data / self.act.name),
        }
        began = datetime.fromisoformat(day.clock)
        self.watch.begin_day(to_millis(began))
        self._begun = began, asyncio.get_running_loop().time()
        self._worker = RunningCommand("worker", environment, around.logs / f"worker-{self.act.name}.log")
        around.told(f"{self.act.title}: a worker starts, its clock at {day.clock}")

    async def _publish(self, events: Sequence[SampleEvent]) -> None:
        tasks = {task.customer_id: task.task_id for task in self.watch.tasks.values()}
        records = [(self.prefix + each.topic, each.key, portfolio.answering(each, tasks)) for each in events]
        # The first goes alone: it opens the connection that the others share, in their order.
        for batch in (records[:1], records[1:]):
            await asyncio.gather(*(self._around.kafka.publish(*record) for record in batch))
        self._published += [event.identity for event in events]

    async def _damage(self) -> None:
        for record in portfolio.damaged():
            await self._around.kafka.publish(self.prefix + record.topic, None, record.value.encode())
            self._rejected += 1

    async def _settled(self, wave: Wave, is_over: Callable[[], bool], timeout_s: float) -> None:
        waiting = self.watch.until(is_over)
        await self.worker.while_running(waiting, what=lambda: self._waits(wave), timeout_s=timeout_s)
        self._around.told(f"{self.act.title}: {wave.name} is done")

    def _quiet(self) -> bool:
        self._around.applied(self.act, len(self._published), self.watch.applied(self._published))
        return not self.watch.unfinished(self._published, self._rejected)

    def _shown(self) -> bool:
        return self.act.shows <= self.watch.codes

    def _waits(self, wave: Wave) -> str:
        waits = [f"the end of {wave.name}", *self.watch.unfinished(self._published, self._rejected)]
        waits += [f"reason code {code} was not seen" for code in sorted(self.act.shows - self.watch.codes)]
        if wave.claim_of is not None and not self.watch.claimed(wave.claim_of):
            waits.append(f"no contact with {wave.claim_of} was claimed")
        return "; ".join(waits)
