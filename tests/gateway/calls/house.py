"""A desk on a store: tasks that a test puts there, a lane that answers as it is told, a clock that stands still."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from dispatcher.gateway.appending import Whereabouts
from dispatcher.gateway.calls.arrivals import take_in
from dispatcher.gateway.calls.desk import CallDesk
from dispatcher.gateway.calls.metrics import CallMetrics
from dispatcher.gateway.calls.outcomes import Outcome
from dispatcher.gateway.calls.person import Role
from dispatcher.gateway.calls.results import Dialled, Leased
from dispatcher.gateway.calls.tables import TASKS
from dispatcher.gateway.dialling import AmountNow, Dial, NoAnswer, Permitted, Refused
from dispatcher.gateway.store.database import Store
from dispatcher.ops.gateway_series import CALLS
from dispatcher.ops.meters import Meters
from schemas.codec import Accepted, read
from schemas.journal import AmountOfInvoice, TaskRecord
from schemas.topics import CUSTOMERS_FEEDBACK
from schemas.values import Millis, to_millis
from tests.gateway.site import POINT_KEY, Writer

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
OPENED = to_millis(NOW)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NUMBER = "+447700900123"
SCRIPT = """Northwind calls Ada Example
   [identity] Say: "My name is [your name], I am calling from Northwind."
   [check] Check who is speaking.
"""
PARTITIONS = 4


@dataclass(frozen=True)
class Worker:
    """Somebody at the desk."""

    name: str
    role: Role = "agent"
    language: str = "en"


ANN, BEN, EVE = Worker("ann"), Worker("ben"), Worker("eve", "supervisor")


def task(task_id: str = "ct-0001.1", **other: Any) -> TaskRecord:
    """A call that may be made from now on, for three days."""
    usual: dict[str, Any] = {
        "task_id": task_id,
        "kind": "call",
        "customer_id": f"C-{task_id}",
        "invoice_ids": ("R-1", "R-2"),
        "contact_point": NUMBER,
        "not_before": NOW,
        "expires_at": NOW + timedelta(days=3),
        "priority": 5,
        "script": SCRIPT,
        "amounts": (
            AmountOfInvoice("R-1", 12_900, "EUR", "2026-02-01", "2026/1"),
            AmountOfInvoice("R-2", 5_000, "EUR", "2026-02-11"),
        ),
    }
    return TaskRecord(**(usual | other))


PROMISE = Outcome(
    "promise_to_pay",
    "right_party",
    said=frozenset({"identity", "check"}),
    amount=17_900,
    currency="EUR",
    day=(NOW + timedelta(days=7)).date(),
)


class Kafka(Writer):
    """Reads as intake does what it was given."""

    def events(self) -> list[Accepted]:
        """The customers' events, each as intake reads it."""
        read_ones = [read(each.topic, each.value) for each in self.entries if each.topic == CUSTOMERS_FEEDBACK]
        assert all(isinstance(each, Accepted) for each in read_ones)
        return [each for each in read_ones if isinstance(each, Accepted)]

    def facts(self) -> list[Any]:
        """What they state."""
        return [each.fact for each in self.events()]


class Lane:
    """Answers as it was told: permits with the amounts of the task, unless another answer was set."""

    def __init__(self) -> None:
        self.answer: Permitted | Refused | NoAnswer = Permitted(
            to_millis(NOW), to_millis(NOW) + HOUR, (AmountNow("R-1", 12_900, "EUR"), AmountNow("R-2", 5_000, "EUR"))
        )
        self.asked: list[tuple[str, str, int, str]] = []

    async def __call__(self, customer_id: str, task_id: str, fence: int, by: str) -> Permitted | Refused | NoAnswer:
        self.asked.append((customer_id, task_id, fence, by))
        return self.answer


_dial: type[Dial] = Lane


@dataclass
class House:
    """A desk and what it rests on."""

    store: Store
    kafka: Kafka = field(default_factory=Kafka)
    lane: Lane = field(default_factory=Lane)
    now: Millis = OPENED
    meters: Meters = field(default_factory=lambda: Meters(CALLS))
    desk: CallDesk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = CallDesk(
            self.store,
            self.lane,
            self.kafka,
            lambda: Whereabouts(PARTITIONS, POINT_KEY, self.now * 1000),
            CallMetrics(self.meters),
        )

    async def put(self, *tasks: TaskRecord) -> None:
        """Tasks that were read from their topic."""
        await self.store.writes(lambda at: take_in(at, tasks))

    async def held(self, who: Worker = ANN) -> Leased:
        """The person's task, which there has to be."""
        answer = await self.desk.next_task(who)
        assert isinstance(answer, Leased), answer
        return answer

    async def in_call(self, who: Worker = ANN) -> Leased:
        """The person's task, dialled."""
        mine = await self.held(who)
        answer = await self.desk.dial(who, mine.task_id, mine.fence)
        assert isinstance(answer, Dialled), answer
        return answer.leased

    def columns(self, task_id: str) -> Any:
        """The row of a task."""
        with self.store.engine.connect() as connection:
            return connection.execute(select(TASKS).where(TASKS.c.task_id == task_id)).one_or_none()

    def counted(self, series: str, **labels: str) -> float | None:
        """A metric's value."""
        return self.meters.registry.get_sample_value(series, labels)
