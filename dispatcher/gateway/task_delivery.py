"""Takes tasks from `reminders.tasks` to a call desk: each at least once, a customer's in their order, none after its end.

A position is committed once the desk has answered for everything before it. A gateway that dies posts again what it had in
hand; the desk knows a task by its id.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

import msgspec
import structlog

from channels.desk_webhook import NotTaken, Taken, body
from dispatcher.engine.clients import KafkaAway, Record
from dispatcher.engine.subscription import Positions
from dispatcher.gateway.desk_metrics import DeskMetrics
from dispatcher.gateway.desk_pace import Answer, Chance, DeskPace, Expired, wait_s
from dispatcher.gateway.task_order import MOST_OPEN, TaskOrder
from dispatcher.ops.labels import TaskEnd
from dispatcher.ops.logs import traced
from schemas.journal import TaskRecord, decode_task
from schemas.trace import trace_of
from schemas.values import Millis, to_millis

AT_ONCE: Final = 8
"""Posts that are under way at the same time."""

_NAMED: Final = 10

_log = structlog.get_logger(__name__)


class Desk(Protocol):
    """Who takes tasks."""

    async def hand_over(self, task_id: str, payload: bytes, trace: str) -> Taken | NotTaken:
        """Offer a task once, with its trace context or an empty one."""


class Source(Protocol):
    """Where tasks come from; see `dispatcher.engine.subscription`."""

    async def next(self, most: int, full: Collection[int]) -> Mapping[int, Sequence[Record]]:
        """Up to `most` records by partition, none of `full` ones."""

    async def commit(self, positions: Positions) -> None:
        """State how far partitions have come."""

    async def unread(self) -> int:
        """How many records are still to come."""


class TaskDelivery:
    """What one gateway has in hand. `now` is the clock that tasks expire by."""

    def __init__(
        self,
        desk: Desk,
        pace: DeskPace,
        metrics: DeskMetrics,
        now: Callable[[], Millis],
        *,
        chance: Chance,
    ) -> None:
        self._desk = desk
        self._pace = pace
        self._metrics = metrics
        self._now = now
        self._chance = chance
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._orders: dict[int, TaskOrder] = {}
        self._posting: dict[int, set[asyncio.Task[None]]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._committed: dict[int, int] = {}
        self._expired: list[str] = []
        self._fault: BaseException | None = None

    async def follow(self, source: Source) -> None:
        """Deliver until cancelled; what is in hand then is left to whoever comes next.

        Raises:
            KafkaAway: Kafka does not answer.
        """
        try:
            while True:
                full = [partition for partition, order in self._orders.items() if order.is_full]
                for partition, records in (await source.next(MOST_OPEN, full)).items():
                    self._take(partition, records)
                if self._fault is not None:
                    raise self._fault
                await self._commit(source)
                self._metrics.waiting(await source.unread() + sum(map(len, self._orders.values())))
        finally:
            positions = self.give_up(tuple(self._orders))
            await asyncio.gather(*self._ending, return_exceptions=True)
            self._fault = None
            with contextlib.suppress(KafkaAway):
                await source.commit(positions)

    def give_up(self, partitions: Collection[int]) -> Positions:
        """Let go of partitions that are somebody else's from now on; returns how far they have come."""
        positions: dict[int, int] = {}
        for partition in partitions:
            order = self._orders.pop(partition, None)
            if order is not None and order.position is not None:
                positions[partition] = order.position
            for each in self._posting.pop(partition, ()):
                each.cancel()
            self._committed.pop(partition, None)
        return positions

    def _take(self, partition: int, records: Sequence[Record]) -> None:
        order = self._orders.setdefault(partition, TaskOrder())
        for record in records:
            if order.take(record) is not None:
                self._begin(partition, order, record)

    def _begin(self, partition: int, order: TaskOrder, record: Record) -> None:
        """Deal with a record, and then with what comes after it in its customer's line."""

        async def line() -> None:
            following: Record | None = record
            while following is not None:
                await self._deal_with(following)
                following = order.done(following)

        task = asyncio.get_running_loop().create_task(line())
        lines = self._posting.setdefault(partition, set())
        for each in (lines, self._ending):
            each.add(task)
            task.add_done_callback(each.discard)
        task.add_done_callback(self._note_fault)

    def _note_fault(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._fault = fault

    async def _deal_with(self, record: Record) -> None:
        trace = trace_of(record.headers)
        with traced(trace):
            self._metrics.ended(await self._end_of(record, trace))

    async def _end_of(self, record: Record, trace: str) -> TaskEnd:
        if record.value is None:
            return "erased"
        try:
            task = decode_task(record.value)
        except msgspec.DecodeError:
            _log.error("task_not_understood", place=repr(record))
            return "unreadable"
        post = partial(self._post, task, body(record.value, record.timestamp), trace)
        refusals = 0
        while not self._is_over(task):
            match await self._pace.ask(post):
                case Taken():
                    return "posted"
                case Expired():
                    break
                case NotTaken() as answer if answer.is_about_the_task:
                    refusals += 1
                    if refusals == 1:
                        _log.warning("desk_refuses_task", task_id=task.task_id, code=answer.code)
                    await asyncio.sleep(min(wait_s(refusals, self._chance), self._left_s(task)))
                case NotTaken():
                    continue
        self._expired.append(task.task_id)
        return "expired"

    async def _post(self, task: TaskRecord, payload: bytes, trace: str) -> Answer:
        async with self._at_once:
            if self._is_over(task):
                return Expired()
            answer = await self._desk.hand_over(task.task_id, payload, trace)
        if isinstance(answer, NotTaken):
            self._metrics.failed(answer.why)
            if not answer.is_about_the_task:
                _log.warning("desk_takes_no_task", why=answer.why, code=answer.code)
        return answer

    def _is_over(self, task: TaskRecord) -> bool:
        return self._left_s(task) <= 0

    def _left_s(self, task: TaskRecord) -> float:
        return (to_millis(task.expires_at) - self._now()) / 1000

    async def _commit(self, source: Source) -> None:
        if self._expired:
            _log.warning("desk_tasks_expired", tasks=len(self._expired), task_ids=self._expired[:_NAMED])
            self._expired.clear()
        moved = {
            partition: order.position
            for partition, order in self._orders.items()
            if order.position is not None and order.position != self._committed.get(partition)
        }
        if moved:
            await source.commit(moved)
            self._committed |= {partition: at for partition, at in moved.items() if partition in self._orders}
