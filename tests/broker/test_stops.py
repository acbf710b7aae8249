"""A contact that would happen does not happen after each event that forbids it; and nothing is said or sent twice.

One story for all tests: at dawn everything is planned for the morning, then the stops arrive (some while every worker is
down), and in the morning another worker takes over. Each stopped customer has a twin without the stop.
"""

import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from schemas.journal import JournalRecord
from schemas.reasons import ReasonCode
from schemas.state import Customer
from tests.broker.installation import (
    Installation,
    Process,
    Published,
    codes,
    due,
    each_of,
    event,
    facts_of,
    ids_of,
    installation,
    new_prefix,
    profile,
)
from tests.broker.operations import gates_open, ready
from tests.broker.providers import Providers, number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAWN = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)
"""A Wednesday, before any channel may be used in London."""

MORNING = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
LATER = MORNING + timedelta(minutes=30)
INVOICE = "I-1"
PARTITIONS = 4


@dataclass(frozen=True)
class Stop:
    """An event that forbids contact with a customer who is reached by `channel`, and the reason that is then given."""

    name: str
    reason: ReasonCode
    channel: str
    events: Callable[[str], list[Published]]
    while_down: bool = False

    @property
    def twin(self) -> str:
        """The same customer without the event."""
        return f"{self.name}-twin"


def settled(reason: str) -> Callable[[str], list[Published]]:
    at = DAWN.isoformat()

    def events(customer_id: str) -> list[Published]:
        rest = {"invoice_id": INVOICE, "amount_due": 0, "currency": "GBP", "reason": reason, "settled_at": at}
        return [event("invoice.settled", customer_id, at=DAWN, **rest)]

    return events


def held(customer_id: str) -> list[Published]:
    return [event("hold.placed", customer_id, at=DAWN, hold_id="H-1", scope="customer", kind="dispute")]


def promised(customer_id: str) -> list[Published]:
    terms = {"invoice_ids": [INVOICE], "amount": 12_500, "currency": "GBP", "promised_on": "2026-03-20"}
    return [event("promise.made", customer_id, at=DAWN, promise_id="P-1", **terms)]


def planned(customer_id: str) -> list[Published]:
    instalments = [{"due_on": "2026-04-01", "amount": 6_250}, {"due_on": "2026-05-01", "amount": 6_250}]
    terms = {"invoice_ids": [INVOICE], "currency": "GBP", "instalments": instalments}
    return [event("plan.agreed", customer_id, at=DAWN, plan_id="L-1", **terms)]


def blocked(customer_id: str) -> list[Published]:
    every = {"blocked_channels": ["sms", "email", "call_task"]}
    return [profile(customer_id, at=DAWN, preferences=every, **points(customer_id))]


def opted_out(customer_id: str) -> list[Published]:
    known = points(customer_id)
    at = [("sms", known["phones"][0]["number"]), ("email", known["emails"][0]["address"])]
    return [
        event(
            "consent.changed",
            customer_id,
            at=DAWN,
            event_id=f"no-{channel}-{customer_id}",
            contact_point=point,
            channel=channel,
            allowed=False,
            source="letter",
        )
        for channel, point in at
    ]


def erased(customer_id: str) -> list[Published]:
    return [event("customer.erased", customer_id, at=DAWN)]


STOPS = (
    Stop("paid", "paid", "sms", settled("payment")),
    Stop("paid-by-letter", "paid", "email", settled("payment")),
    Stop("cancelled", "cancelled", "email", settled("cancelled")),
    Stop("held", "hold", "sms", held),
    Stop("promised", "promise", "email", promised),
    Stop("planned", "plan", "sms", planned),
    Stop("blocked", "blocked_channel", "sms", blocked),
    Stop("opted-out", "opted_out", "email", opted_out),
    Stop("erased", "erased", "sms", erased),
    Stop("paid-while-down", "paid", "sms", settled("payment"), while_down=True),
    Stop("settled-while-down", "paid", "email", settled("credit"), while_down=True),
)
CUSTOMERS = [name for stop in STOPS for name in (stop.name, stop.twin)]


def points(customer_id: str) -> dict[str, list[dict[str, str]]]:
    """A number and an address of the customer's own."""
    return {
        "phones": [{"number": number(CUSTOMERS.index(customer_id)), "kind": "mobile"}],
        "emails": [{"address": f"{customer_id}@example.com", "kind": "private"}],
    }


def portfolio(customer_id: str, stop: Stop, at: datetime, edition: str) -> list[Published]:
    """What billing publishes of a customer, under ids of this edition."""
    known = {"preferences": {"channels": [stop.channel]}} | points(customer_id)
    who = profile(customer_id, at=at, event_id=f"{edition}-profile-{customer_id}", **known)
    return [who, due(customer_id, INVOICE, at=at, event_id=f"{edition}-invoice-{customer_id}", due_on="2026-03-04")]


@dataclass(frozen=True)
class Story:
    """What had happened by the morning."""

    installed: Installation
    worker: Process
    reached: list[str]
    journal: list[JournalRecord]

    def of(self, customer_id: str) -> list[JournalRecord]:
        return [each for each in self.journal if each.customer_id == customer_id]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Installation, Providers]]:
    folder = tmp_path_factory.mktemp("stops")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=reachable.settings) as installed,
    ):
        yield installed, reachable


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def morning(world: tuple[Installation, Providers]) -> Story:
    installed, reachable = world
    worker = installed.worker("dawn", **starting_at(DAWN))
    everybody = [each for stop in STOPS for name in (stop.name, stop.twin) for each in portfolio(name, stop, DAWN, "1")]
    await installed.publish(everybody)
    await installed.until(each_of(CUSTOMERS, lambda each: each.result == "deferred" and codes(each) == ["quiet_hours"]))
    for stop in STOPS:
        if not stop.while_down:
            await installed.publish(stop.events(stop.name))
    before = {stop.name: stop.reason for stop in STOPS if not stop.while_down}
    await installed.until(each_of(before, lambda each: before[each.customer_id] in codes(each)))
    await worker.end(signal.SIGKILL)
    for stop in STOPS:
        if stop.while_down:
            await installed.publish(stop.events(stop.name))
    worker = installed.worker("morning", **starting_at(MORNING))
    await installed.until(each_of([stop.twin for stop in STOPS], lambda each: each.result == "accepted"))
    await installed.publish([considered_again(name) for name in CUSTOMERS])
    journal = await installed.until(facts_of(f"again-{name}" for name in CUSTOMERS))
    return Story(installed, worker, reachable.reached(), journal)


def considered_again(customer_id: str) -> Published:
    """An event that forbids nothing: its customer is planned anew, with the gate open and the window open."""
    return event("feedback.given", customer_id, at=MORNING, event_id=f"again-{customer_id}", score=3)


def by_name(stop: Stop) -> str:
    return stop.name


@pytest.mark.parametrize("stop", STOPS, ids=by_name)
async def test_without_the_event_the_contact_happens(morning: Story, stop: Stop):
    results = [each.result for each in morning.of(stop.twin) if each.attempt_id is not None]

    assert results == ["claimed", "accepted"]


@pytest.mark.parametrize("stop", STOPS, ids=by_name)
async def test_without_the_event_the_customer_is_reached_once(morning: Story, stop: Stop):
    own = points(stop.twin)

    assert [point for point in morning.reached if point in str(own)] == [
        own["phones"][0]["number"] if stop.channel == "sms" else own["emails"][0]["address"]
    ]


@pytest.mark.parametrize("stop", STOPS, ids=by_name)
async def test_after_the_event_no_contact_is_claimed(morning: Story, stop: Stop):
    assert [each.result for each in morning.of(stop.name) if each.attempt_id is not None] == []


@pytest.mark.parametrize("stop", STOPS, ids=by_name)
async def test_after_the_event_nothing_reaches_the_customer(morning: Story, stop: Stop):
    assert [point for point in morning.reached if point in str(points(stop.name))] == []


@pytest.mark.parametrize("stop", STOPS, ids=by_name)
async def test_after_the_event_the_journal_says_why(morning: Story, stop: Stop):
    decisions = [each for each in morning.of(stop.name) if each.kind == "decision" and stop.reason in codes(each)]

    assert decisions[-1].result in ("cancelled", "suppressed", "deferred")


@dataclass(frozen=True)
class Restart:
    """Journal and state around a restart that had nothing to do."""

    before: tuple[list[JournalRecord], dict[str, Customer]]
    after: tuple[list[JournalRecord], dict[str, Customer]]
    worker: Process
    reached: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def restart(morning: Story, world: tuple[Installation, Providers]) -> Restart:
    installed, reachable = world
    await morning.worker.end()
    before = await installed.journal(), await installed.customers()
    worker = installed.worker("restarted", **starting_at(LATER))
    await ready(worker)
    await gates_open(worker, PARTITIONS)
    after = await installed.journal(), await installed.customers()
    return Restart(before, after, worker, reachable.reached())


async def test_a_restart_with_nothing_new_writes_nothing_into_the_journal(restart: Restart):
    assert len(restart.after[0]) == len(restart.before[0])


async def test_a_restart_with_nothing_new_changes_no_customer(restart: Restart):
    assert restart.after[1] == restart.before[1]


async def test_a_restart_with_nothing_new_contacts_nobody(restart: Restart, morning: Story):
    assert restart.reached == morning.reached


@dataclass(frozen=True)
class Republished:
    """The whole portfolio came again under new ids: what was written since, and who was reached until then."""

    records: list[JournalRecord]
    reached: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def republished(restart: Restart, world: tuple[Installation, Providers]) -> Republished:
    installed, reachable = world
    known = {each.record_id for each in restart.after[0]}
    events = [each for stop in STOPS for name in unsettled(stop) for each in portfolio(name, stop, LATER, "again")]
    await installed.publish(events)
    records = await installed.until(facts_of(ids_of(events)))
    return Republished([each for each in records if each.record_id not in known], reachable.reached())


def unsettled(stop: Stop) -> list[str]:
    """Whom billing's portfolio still holds as it was: neither what was paid nor a profile that has changed."""
    return [stop.twin] if stop.reason in ("paid", "cancelled", "blocked_channel") else [stop.name, stop.twin]


async def test_the_portfolio_under_new_ids_leads_to_facts_alone(republished: Republished):
    others = [each for each in republished.records if each.kind != "fact"]

    assert [(each.record_id, each.result, each.stage, codes(each)) for each in others] == []


async def test_the_portfolio_under_new_ids_contacts_nobody(republished: Republished, morning: Story):
    assert republished.reached == morning.reached
