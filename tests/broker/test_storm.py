"""Workers join and leave every other second while events flow: nothing is lost, said twice or sent twice."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from schemas.journal import JournalRecord
from schemas.state import Customer
from tests.broker.installation import Installation, Process, due, each_of, facts_of, installation, new_prefix, profile
from tests.broker.operations import eventually, logged
from tests.broker.providers import Providers, number, providers, starting_at

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
STORM_S = 20.0
CHANGE_EVERY_S = 2.0
AT_WORK = 2
CUSTOMERS = [f"c{n}" for n in range(400)]
EVENTS_A_SECOND = 400
REACHABLE = CUSTOMERS[:150]
"""They have a profile and an invoice that is due: each is to be texted once."""

PARTITIONS = 8


@dataclass(frozen=True)
class Storm:
    """What was published, and what was found when it was over; `ends` are the workers' exit codes."""

    published: list[str]
    amounts: dict[str, int]
    journal: list[JournalRecord]
    customers: dict[str, Customer]
    reached: list[str]
    assignments: int
    ends: set[int]


class Billing:
    """Publishes one statement after another; each has an amount of its own."""

    def __init__(self, installed: Installation) -> None:
        self._installed = installed
        self.published: list[str] = []
        self.amounts: dict[str, int] = {}

    async def publish_until(self, ends: float) -> None:
        began = time.monotonic()
        async with Kafka(Connection(self._installed.broker)) as kafka:
            await self._introduce(kafka)
            while time.monotonic() < ends:
                await self._state(kafka, EVENTS_A_SECOND // 10)
                ahead = len(self.published) / EVENTS_A_SECOND - (time.monotonic() - began)
                await asyncio.sleep(max(0.0, ahead))  # the rate of the load, not a wait for anything

    async def _introduce(self, kafka: Kafka) -> None:
        profiles = []
        for n, customer in enumerate(REACHABLE):
            known = {"phones": [{"number": number(n), "kind": "mobile"}], "emails": []}
            profiles.append(profile(customer, at=OPENED, event_id=f"profile-{customer}", **known)[1:])
            self.published.append(f"profile-{customer}")
        await kafka.publish_all(f"{self._installed.prefix}customers.updated", profiles)

    async def _state(self, kafka: Kafka, count: int) -> None:
        records = []
        for _ in range(count):
            n = len(self.published)
            customer, event_id = CUSTOMERS[n % len(CUSTOMERS)], f"e{n}"
            at = OPENED + timedelta(milliseconds=n)
            records.append(due(customer, "I-1", at=at, event_id=event_id, amount_due=1000 + n)[1:])
            self.published.append(event_id)
            self.amounts[customer] = 1000 + n
        await kafka.publish_all(f"{self._installed.prefix}billing.due", records)


async def join_and_leave(installed: Installation, ends: float) -> None:
    """Every other second one more worker joins, and the oldest that takes part leaves: in order, or without a word."""
    began = time.monotonic()
    at_work: list[Process] = []
    leaving: list[asyncio.Task[None]] = []
    while time.monotonic() < ends:
        clock = starting_at(OPENED + timedelta(seconds=time.monotonic() - began))  # the same time for all of them
        at_work.append(installed.worker(f"worker-{len(installed.started)}", **clock))
        taking_part = [each for each in at_work if logged(each, "assigned")]
        if len(taking_part) >= AT_WORK:
            at_work.remove(taking_part[0])
            how = signal.SIGKILL if len(leaving) % 2 else signal.SIGTERM
            leaving.append(asyncio.create_task(taking_part[0].end(how)))
        await asyncio.sleep(CHANGE_EVERY_S)  # the rhythm of the storm, not a wait for anything
    await asyncio.gather(*leaving)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def storm(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Storm]:
    folder = tmp_path_factory.mktemp("storm")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=reachable.settings) as installed,
    ):
        yield await _storm(installed, reachable)


async def _storm(installed: Installation, reachable: Providers) -> Storm:
    billing = Billing(installed)
    over = time.monotonic() + STORM_S
    await asyncio.gather(billing.publish_until(over), join_and_leave(installed, over))
    await installed.until(facts_of(billing.published))
    await installed.until(each_of(REACHABLE, lambda each: each.result == "claimed"))
    # Whoever has only just been started is no worker yet: a signal would end it as it ends any program.
    await eventually(lambda: all(logged(each, "assigned") for each in installed.started), "all take part")
    assignments = sum(len(logged(each, "assigned")) for each in installed.started)
    await installed.end()
    ends = {each.exit_code for each in installed.started}
    journal, customers = await installed.journal(), await installed.customers()
    return Storm(billing.published, billing.amounts, journal, customers, reachable.reached(), assignments, ends)


async def test_it_was_a_storm(storm: Storm):
    assert storm.assignments > STORM_S / CHANGE_EVERY_S


async def test_no_worker_ends_by_itself(storm: Storm):
    assert storm.ends == {0, -signal.SIGKILL}


async def test_every_event_is_journalled_once(storm: Storm):
    facts = Counter(each.cause.id for each in storm.journal if each.kind == "fact" and each.cause is not None)
    times = {event_id: facts[event_id] for event_id in storm.published if facts[event_id] != 1}

    assert times == {}


async def test_the_last_statement_is_what_every_customer_owes(storm: Storm):
    assert {each: storm.customers[each].invoices["I-1"].amount_due for each in CUSTOMERS} == storm.amounts


async def test_every_customers_records_are_numbered_without_a_gap(storm: Storm):
    numbers: dict[str, list[int]] = {}
    for each in storm.journal:
        numbers.setdefault(each.customer_id, []).append(int(each.record_id.rpartition(".")[2]))
    broken = {who: found for who, found in numbers.items() if found != list(range(1, len(found) + 1))}

    assert broken == {}


async def test_nobody_is_texted_twice(storm: Storm):
    assert {to: times for to, times in Counter(storm.reached).items() if times > 1} == {}


async def test_whoever_was_reached_by_the_journal_was_texted(storm: Storm):
    accepted = {each.customer_id for each in storm.journal if each.result == "accepted"}

    assert {number(REACHABLE.index(customer)) for customer in accepted} <= set(storm.reached)


async def test_every_text_belongs_to_a_claim(storm: Storm):
    claimed = {each.customer_id for each in storm.journal if each.result == "claimed"}

    assert set(storm.reached) <= {number(REACHABLE.index(customer)) for customer in claimed}
