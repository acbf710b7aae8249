"""Whatever people, clocks and crashes do: one holder a task, fences that grow, no report under a stale one."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dispatcher.gateway.calls.outcomes import Outcome
from dispatcher.gateway.calls.results import Dialled, GivenBack, Kept, Leased, Recorded
from dispatcher.gateway.store.database import Store, store_at
from tests.gateway.calls.house import MINUTE, NOW, House, Kafka, Worker, task

PEOPLE = [Worker("ann"), Worker("ben"), Worker("eve", "supervisor")]
TASKS = ("t-1", "t-2")


@pytest.mark.asyncio
async def test_of_many_who_ask_at_once_each_is_given_a_task_of_their_own(store):
    house = House(store)
    await house.put(*(task(f"t-{n}") for n in range(8)))

    answers = await asyncio.gather(*(house.desk.next_task(Worker(f"w{n}")) for n in range(8)))

    assert len({each.task_id for each in answers if isinstance(each, Leased)}) == 8


@pytest.mark.asyncio
async def test_of_two_who_want_the_last_task_one_is_given_it(store):
    house = House(store)
    await house.put(task("t-1"))

    answers = await asyncio.gather(*(house.desk.next_task(Worker(f"w{n}")) for n in range(6)))

    assert sum(isinstance(each, Leased) for each in answers) == 1


@pytest.mark.asyncio
async def test_who_asks_from_several_windows_at_once_is_given_one_task(store):
    house = House(store)
    await house.put(*(task(f"t-{n}") for n in range(6)))

    answers = await asyncio.gather(*(house.desk.next_task(Worker("ann")) for _ in range(6)))

    assert len({each.task_id for each in answers if isinstance(each, Leased)}) == 1


@pytest.mark.asyncio
async def test_a_form_that_is_sent_many_times_at_once_is_one_statement(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.in_call(PEOPLE[0])

    answers = await asyncio.gather(
        *(house.desk.report(PEOPLE[0], "t-1", mine.fence, "s-1", Outcome("no_answer")) for _ in range(6))
    )

    assert ({type(each) for each in answers}, len({each.id for each in house.kafka.events()})) == ({Recorded}, 1)


@pytest.mark.asyncio
async def test_two_gateways_that_share_a_store_are_one_desk(store):
    one, other = House(store), House(store)
    await one.put(task("t-1"), task("t-2"))

    answers = await asyncio.gather(*(each.desk.next_task(Worker(f"w{n}")) for n, each in enumerate((one, other) * 2)))

    assert len({each.task_id for each in answers if isinstance(each, Leased)}) == 2


@dataclass
class Ticket:
    """A lease that somebody was given, and may still believe in."""

    who: Worker
    task_id: str
    fence: int


@dataclass
class World:
    """A desk that may be restarted, in a folder of its own."""

    folder: Path
    kafka: Kafka = field(default_factory=Kafka)
    store: Store = field(init=False)
    house: House = field(init=False)

    def __post_init__(self) -> None:
        self.store = store_at(f"sqlite:///{self.folder / 'desk.sqlite'}")
        self.house = House(self.store, self.kafka)

    def restart(self) -> None:
        """Another process takes up what stands in the database; the lane is the same."""
        now, lane = self.house.now, self.house.lane
        self.store.engine.dispose()
        self.house = House(self.store, self.kafka, lane, now)


class Desk(RuleBasedStateMachine):
    """People who ask, dial, report, give back and vanish, while time passes, Kafka comes and goes, and gateways restart."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.world = World(Path(self.folder.name))
        self.tickets: list[Ticket] = []
        self.highest: dict[str, int] = {}
        self.permitted: Counter[str] = Counter()
        self.submits = 0
        self.accepted: dict[str, str] = {}

    def teardown(self) -> None:
        self.world.store.close()
        self.runner.close()
        self.folder.cleanup()

    @initialize()
    def tasks(self) -> None:
        week = NOW + timedelta(days=7)
        self.runner.run(self.world.house.put(*(task(name, expires_at=week) for name in TASKS)))

    @property
    def desk(self):
        return self.world.house.desk

    @rule(who=st.sampled_from(PEOPLE))
    def asks_for_a_task(self, who: Worker) -> None:
        answer = self.runner.run(self.desk.next_task(who))
        if isinstance(answer, Leased):
            known = Ticket(who, answer.task_id, answer.fence) in self.tickets
            before = self.highest.get(answer.task_id, 0)
            assert answer.fence > before or (known and answer.fence == before)
            self.highest[answer.task_id] = answer.fence
            self.tickets.append(Ticket(who, answer.task_id, answer.fence))

    @rule(pick=st.integers(0, 50))
    def dials(self, pick: int) -> None:
        if (ticket := self._ticket(pick)) is not None:
            asked = len(self.world.house.lane.asked)
            answer = self.runner.run(self.desk.dial(ticket.who, ticket.task_id, ticket.fence))
            if isinstance(answer, Dialled):
                assert ticket.fence == self.highest[ticket.task_id]
                self.permitted[ticket.task_id] += len(self.world.house.lane.asked) - asked

    @rule(pick=st.integers(0, 50))
    def gives_back(self, pick: int) -> None:
        if (ticket := self._ticket(pick)) is not None:
            answer = self.runner.run(self.desk.give_back(ticket.who, ticket.task_id, ticket.fence, "other"))
            assert not isinstance(answer, GivenBack) or ticket.fence == self.highest[ticket.task_id]

    @rule(pick=st.integers(0, 50), again=st.booleans())
    def reports(self, pick: int, again: bool) -> None:
        if (ticket := self._ticket(pick)) is None:
            return
        self.submits += 0 if again else 1
        submit = f"s-{ticket.task_id}-{ticket.who.name}-{self.submits}"
        answer = self.runner.run(
            self.desk.report(ticket.who, ticket.task_id, ticket.fence, submit, Outcome("no_answer"))
        )
        if isinstance(answer, Recorded | Kept):
            assert ticket.fence == self.highest[ticket.task_id]
            assert self.accepted.setdefault(ticket.task_id, submit) == submit

    @rule(minutes=st.sampled_from([1, 2, 3]))
    def time_passes(self, minutes: int) -> None:
        self.world.house.now += minutes * MINUTE

    @rule()
    def kafka_goes_or_comes(self) -> None:
        self.world.kafka.away = not self.world.kafka.away

    @rule()
    def the_gateway_restarts(self) -> None:
        self.world.restart()

    @rule()
    def what_was_kept_is_published(self) -> None:
        self.runner.run(self.desk.publish_kept())

    @invariant()
    def every_task_is_dialled_once(self) -> None:
        assert all(times <= 1 for times in self.permitted.values())

    @invariant()
    def nobody_has_two_tasks(self) -> None:
        rows = [self.world.house.columns(name) for name in TASKS]
        now = self.world.house.now
        holders = [row.holder for row in rows if row is not None and (row.state == "dialled" or (row.until or 0) > now)]
        assert all(times == 1 for who, times in Counter(holders).items() if who is not None)

    @invariant()
    def what_is_done_stands_in_kafka_once(self) -> None:
        told = {each.fact.task_id: each.id for each in self.world.kafka.events()}
        assert len({each.id for each in self.world.kafka.events()}) == len(told)
        done = [name for name in TASKS if (row := self.world.house.columns(name)) is not None and row.state == "over"]
        assert set(done) <= told.keys()

    def _ticket(self, pick: int) -> Ticket | None:
        return self.tickets[pick % len(self.tickets)] if self.tickets else None


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
