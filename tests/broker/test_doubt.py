"""What may have been sent is never sent again: cut off after the request was written, or its worker killed meanwhile."""

import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from dispatcher.local.twilio_faults import Cut, Hangs
from schemas.journal import JournalRecord
from tests.broker.impaired_worker import LEASE_S, PROVIDER_TIMEOUT_S
from tests.broker.installation import Installation, Process, codes, due, each_of, installation, new_prefix, profile
from tests.broker.operations import eventually, in_time, logged, metric
from tests.broker.providers import number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""A Wednesday in London on which every channel may be used."""

PARTITIONS = 2
CUT, LOST, LATER, LAST = "cut", "lost", "later", "last"
NUMBERS = {customer: number(n) for n, customer in enumerate((CUT, LOST, LATER, LAST))}


@dataclass(frozen=True)
class Doubt:
    """One customer's text was cut off, the next one's worker was killed; two more workers followed, an hour later each.

    `texts` are the requests that reached the provider, by customer; `judged_after_s` is how long the second worker had owned
    its partitions when the journal said what became of the first one's; `shown` is what its metric said then.
    """

    journal: list[JournalRecord]
    texts: dict[str, int]
    judged_after_s: float
    shown: float | None

    def results(self, customer: str) -> list[tuple[str, list[str]]]:
        attempts = [each for each in self.journal if each.customer_id == customer and each.attempt_id is not None]
        return [(each.result, codes(each)) for each in attempts]

    def said_of(self, customer: str, result: str) -> list[str | int]:
        records = [each for each in self.journal if each.customer_id == customer and each.result == result]
        return [value for each in records for reason in each.reasons for value in reason.inputs.values()]


async def text(installed: Installation, customer: str, at: datetime) -> None:
    """Publish a customer who is to be texted."""
    known = {"phones": [{"number": NUMBERS[customer], "kind": "mobile"}], "emails": []}
    await installed.publish([profile(customer, at=at, **known), due(customer, "I-1", at=at)])


def soon_giving_up(installed: Installation, name: str, at: datetime) -> Process:
    program = ("tests.broker.impaired_worker", "soon_giving_up")
    return installed.worker(name, program=program, **starting_at(at))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doubt(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Doubt:
    folder = tmp_path_factory.mktemp("doubt")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=reachable.settings) as installed,
    ):
        twilio = reachable.twilio
        twilio.by_recipient[NUMBERS[CUT]] = Cut(created=True)
        twilio.by_recipient[NUMBERS[LOST]] = Hangs(created=True)

        first = soon_giving_up(installed, "first", OPENED)
        await text(installed, CUT, OPENED)
        await installed.until(each_of([CUT], lambda each: each.result == "in_doubt"))
        await text(installed, LOST, OPENED)
        await in_time(twilio.arrival(2), "the second text is under way", first)
        await first.end(signal.SIGKILL)

        second = soon_giving_up(installed, "second", OPENED + timedelta(hours=1))
        await installed.until(each_of([LOST], lambda each: each.result == "in_doubt"))
        judged_after_s = await last_word_on(LOST, installed) - owner_since(second)
        await eventually(lambda: _is_shown(second), "both are shown to be in doubt", worker=second)
        shown = await metric(second, "dispatcher_in_doubt")
        await text(installed, LATER, OPENED + timedelta(hours=1))
        await installed.until(each_of([LATER], lambda each: each.result == "accepted"))
        await second.end(signal.SIGTERM)

        installed.worker("third", **starting_at(OPENED + timedelta(hours=2)))
        await text(installed, LAST, OPENED + timedelta(hours=2))
        journal = await installed.until(each_of([LAST], lambda each: each.result == "accepted"))
        texts = [each.to for each in twilio.messages]
        counted = {customer: texts.count(to) for customer, to in NUMBERS.items()}
        return Doubt(journal, counted, judged_after_s, shown)


async def last_word_on(customer: str, installed: Installation) -> float:
    """When its last journal record was written, in seconds since the epoch."""
    written = [each.timestamp for each in await installed.records("reminders.journal") if each.key == customer.encode()]
    return max(written) / 1000


def owner_since(worker: Process) -> float:
    """When it was given its partitions, likewise."""
    return datetime.fromisoformat(str(logged(worker, "assigned")[0]["timestamp"])).timestamp()


async def _is_shown(worker: Process) -> bool:
    return await metric(worker, "dispatcher_in_doubt") == 2


async def test_a_text_that_was_cut_off_is_in_doubt(doubt: Doubt):
    assert doubt.results(CUT) == [("claimed", ["due"]), ("in_doubt", ["unanswered"])]


async def test_a_text_that_was_cut_off_is_never_sent_again(doubt: Doubt):
    assert doubt.texts[CUT] == 1


async def test_a_text_whose_worker_was_killed_is_in_doubt(doubt: Doubt):
    assert doubt.results(LOST) == [("claimed", ["due"]), ("in_doubt", ["unanswered"])]


async def test_the_journal_says_that_the_owner_was_lost(doubt: Doubt):
    assert doubt.said_of(LOST, "in_doubt") == ["owner_lost"]


async def test_what_another_worker_left_behind_is_judged_when_no_call_of_its_can_be_under_way(doubt: Doubt):
    assert doubt.judged_after_s > LEASE_S + PROVIDER_TIMEOUT_S


async def test_a_text_whose_worker_was_killed_is_never_sent_again(doubt: Doubt):
    assert doubt.texts[LOST] == 1


async def test_customers_in_doubt_are_counted(doubt: Doubt):
    assert doubt.shown == 2


async def test_doubt_about_one_holds_up_nobody_else(doubt: Doubt):
    assert (doubt.texts[LATER], doubt.texts[LAST]) == (1, 1)
