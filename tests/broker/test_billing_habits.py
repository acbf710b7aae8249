"""Billing systems publish as they like: on any partition, without keys, in transactions of which some are aborted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from dispatcher.engine.log_position import WATERMARK_KEY
from dispatcher.engine.placement import partition_of
from schemas.journal import JournalRecord
from tests.broker.conftest import House
from tests.broker.installation import Published, due, each_of, event, facts_of, ids_of, profile
from tests.broker.operations import eventually, metric
from tests.broker.providers import number

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCATTERED = [f"scattered-{n}" for n in range(40)]
STATEMENTS = 5


@dataclass(frozen=True)
class Scattered:
    """Customers whose events came on partitions of billing's choice: where their records are, and what they owe."""

    state: dict[str, set[int]]
    journal: dict[str, set[int]]
    amounts: dict[str, int]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scattered(house: House) -> Scattered:
    """Each customer's statements go round all partitions, without a key, the later ones to other partitions."""
    installed = house.installed
    ids = []
    for edition in range(STATEMENTS):
        at = house.opened + timedelta(seconds=edition)
        appends = []
        for n, customer in enumerate(SCATTERED):
            topic, _, value = due(
                customer, "I-1", at=at, in_days=40, amount_due=1000 + edition, event_id=f"{customer}/{edition}"
            )
            ids.append(f"{customer}/{edition}")
            appends.append(installed.append(topic, value, partition=(n + edition) % installed.partitions))
        await asyncio.gather(*appends)
    await installed.until(facts_of(ids))
    customers = await installed.customers()
    amounts = {each: customers[each].invoices["I-1"].amount_due for each in SCATTERED}
    return Scattered(await places(house, "reminders.state"), await places(house, "reminders.journal"), amounts)


async def places(house: House, topic: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for record in await house.installed.records(topic):
        if record.key is not None and record.key != WATERMARK_KEY and record.key.decode() in SCATTERED:
            found.setdefault(record.key.decode(), set()).add(record.partition)
    return found


def lanes(house: House) -> dict[str, set[int]]:
    return {customer: {partition_of(customer, house.installed.partitions)} for customer in SCATTERED}


async def test_a_customer_has_one_lane_wherever_billing_publishes(house: House, scattered: Scattered):
    assert scattered.state == lanes(house)


async def test_a_customers_journal_has_one_partition_wherever_billing_publishes(house: House, scattered: Scattered):
    assert scattered.journal == lanes(house)


async def test_the_latest_statement_counts_on_whichever_partition_it_came(scattered: Scattered):
    assert scattered.amounts == dict.fromkeys(SCATTERED, 1000 + STATEMENTS - 1)


@asynccontextmanager
async def transactional(house: House) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=house.installed.broker, transactional_id=f"{house.installed.prefix}billing", acks="all"
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def in_transaction(
    house: House, producer: AIOKafkaProducer, events: list[Published], *, abort: bool = False
) -> None:
    await producer.begin_transaction()
    for topic, key, value in events:
        await producer.send_and_wait(house.installed.prefix + topic, value, key)
    await (producer.abort_transaction() if abort else producer.commit_transaction())


def paid(customer: str, house: House) -> Published:
    at = house.opened + timedelta(seconds=30)
    rest = {"invoice_id": "I-1", "amount_due": 0, "currency": "GBP", "reason": "payment", "settled_at": at.isoformat()}
    return event("invoice.settled", customer, at=at, **rest)


@dataclass(frozen=True)
class Transacted:
    """One customer's payment was committed, the other's was aborted; what the journal says of each."""

    journal: list[JournalRecord]

    def results(self, customer: str) -> list[str]:
        return [each.result for each in self.journal if each.customer_id == customer]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def transacted(house: House) -> Transacted:
    """On the payments' topic the last thing is an abort: a reader that waits for records waits for ever."""
    installed = house.installed
    async with transactional(house) as billing:
        await in_transaction(house, billing, [paid("committed", house)])
        await in_transaction(house, billing, [paid("aborted", house)], abort=True)
        known = [
            event
            for n, customer in enumerate(("committed", "aborted"))
            for event in (
                profile(customer, at=house.opened, phones=[{"number": number(800 + n), "kind": "mobile"}]),
                due(customer, "I-1", at=house.opened),
            )
        ]
        await in_transaction(house, billing, known)
    await installed.until(facts_of([*ids_of(known), *ids_of([paid("committed", house)])]))
    await installed.until(each_of(["aborted"], lambda each: each.result == "accepted"))
    return Transacted(await installed.journal())


async def test_an_event_of_a_committed_transaction_is_applied(transacted: Transacted):
    assert "cancelled" in transacted.results("committed")


async def test_an_event_of_an_aborted_transaction_is_not_applied(transacted: Transacted):
    assert "cancelled" not in transacted.results("aborted")


async def test_a_contact_is_made_although_the_payments_end_with_an_abort(house: House, transacted: Transacted):
    assert [each.to for each in house.providers.twilio.messages].count(number(801)) == 1


@pytest.mark.parametrize("topic", ["billing.settled", "billing.due", "customers.updated"])
async def test_control_records_are_no_lag(house: House, transacted: Transacted, topic: str):
    async def caught_up() -> bool:
        return await metric(house.worker, f'dispatcher_input_lag_records{{topic="{topic}"}}') == 0

    await eventually(caught_up, f"nothing of {topic} is left to read")
