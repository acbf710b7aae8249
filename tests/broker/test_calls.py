"""A call is a task for a person: it stands in `reminders.tasks`, and the person's report ends it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from schemas.journal import JournalRecord, TaskRecord, decode_task
from schemas.state import Customer
from tests.broker.conftest import House
from tests.broker.installation import codes, due, each_of, event, profile
from tests.broker.providers import number

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLED = "called"
NUMBER = number(700)


@dataclass(frozen=True)
class Call:
    """The task for a customer without an e-mail address whose tier is not texted, and what came of it."""

    tasks: list[TaskRecord]
    journal: list[JournalRecord]
    customer: Customer

    @property
    def task(self) -> TaskRecord:
        return self.tasks[0]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def call(house: House) -> Call:
    installed = house.installed
    known = {"tier": "vip", "phones": [{"number": NUMBER, "kind": "mobile"}], "emails": []}
    await installed.publish(
        [profile(CALLED, at=house.opened, **known), due(CALLED, "I-9", at=house.opened, in_days=-3)]
    )
    await installed.until(each_of([CALLED], lambda each: each.kind == "attempt" and each.result == "accepted"))
    tasks = [decode_task(each.value or b"") for each in await installed.records("reminders.tasks")]
    mine = [each for each in tasks if each.customer_id == CALLED]
    await installed.publish([report(house, mine[0])])
    journal = await installed.until(each_of([CALLED], lambda each: codes(each) == ["reported"]))
    return Call(mine, [each for each in journal if each.customer_id == CALLED], (await installed.customers())[CALLED])


def report(house: House, task: TaskRecord) -> tuple[str, bytes, bytes]:
    at = house.opened + timedelta(minutes=5)
    return event(
        "contact.reported",
        CALLED,
        at=at,
        fields={"at": at.isoformat()},
        task_id=task.task_id,
        channel="call_task",
        direction="outbound",
        by="desk",
        outcome="promised to pay",
        contact_class="right_party",
    )


async def test_a_call_is_one_task(call: Call):
    assert [each.kind for each in call.tasks] == ["call"]


async def test_a_task_names_whom_to_call_and_about_what(call: Call):
    task = call.task

    assert (task.customer_id, task.contact_point, task.invoice_ids) == (CALLED, NUMBER, ("I-9",))


async def test_a_task_states_what_is_owed(call: Call):
    owed = call.task.amounts[0]

    assert (owed.invoice_id, owed.amount_due, owed.currency, owed.due_on) == ("I-9", 12_500, "GBP", "2026-03-01")


async def test_a_task_says_who_is_responsible(call: Call):
    assert call.task.assignee == "billing-desk"


async def test_a_task_has_words_to_say(call: Call):
    assert "Example Energy" in call.task.script


async def test_a_task_is_good_from_now_until_it_expires(house: House, call: Call):
    assert house.opened <= call.task.not_before < call.task.expires_at


async def test_the_journal_tells_a_task_from_claim_to_report(call: Call):
    attempts = [each.result for each in call.journal if each.attempt_id == call.task.task_id]

    assert attempts == ["claimed", "accepted", "delivered"]


async def test_a_reported_task_is_no_longer_under_way(call: Call):
    assert call.customer.attempts == {}


async def test_a_call_is_nothing_that_a_provider_sends(house: House, call: Call):
    assert NUMBER not in house.providers.reached()
