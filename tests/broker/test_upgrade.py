"""A worker of this release starts on the topics that the last one left, and goes on as if it had written them itself."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import replace

from dispatcher.engine.clients import Kafka
from dispatcher.engine.log_position import WATERMARK_KEY, Watermark
from dispatcher.engine.placement import partition_of
from dispatcher.engine.transactions import PartitionTransactions
from dispatcher.exit_codes import ExitCode
from schemas import inbox, topics
from schemas.journal import JournalRecord
from schemas.state import Customer
from schemas.values import from_millis
from tests.broker.installation import Installation, event, facts_of, installation, new_prefix
from tests.broker.operations import ended, eventually, metric, ready
from tests.broker.providers import starting_at
from tests.core.builders import DAY
from tests.released.meaning import changes
from tests.released.record import START, Written
from tests.released.recorded import lived
from tests.released.turns import Then, left_at, turns

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

PARTITIONS = 2
CUT = START + 40 * DAY
LEFT = left_at(CUT)
PAYING = next(name for name, last in LEFT.items() if any(each.amount_due for each in last.after.invoices.values()))
PAID = "paid-after-the-upgrade"


@dataclass(frozen=True)
class Upgraded:
    """What stands in the topics after the worker had planned everybody anew and one customer had paid."""

    customers: dict[str, Customer]
    journal: list[JournalRecord]


async def write_as_the_last_release(installed: Installation) -> None:
    """Its policy, and its states in the order in which they were flushed, behind the marks of this inbox."""

    def of(topic: str) -> list[Written]:
        return [each for each in lived() if each.topic == topic]

    marks = {
        each.partition: each.value for each in await installed.records(topics.INBOX) if each.key == inbox.LOG_MARK_KEY
    }
    async with Kafka(installed.connection) as kafka:
        await kafka.publish_all(
            installed.config.topic(topics.POLICY), [(each.key, each.value) for each in of(topics.POLICY)]
        )
    position = next(each for each in of(topics.STATE) if each.kind == "position")
    for partition, mark in marks.items():
        identity = inbox.decode_mark(mark).identity
        here = replace(msgspec.msgpack.decode(position.value, type=Watermark), identity=identity, applied=0)
        states = [
            (each.key, each.value)
            for each in of(topics.STATE)
            if each.kind == "state" and each.at <= CUT and partition_of(each.key.decode(), PARTITIONS) == partition
        ]
        writer = PartitionTransactions(installed.connection, f"{installed.prefix}old{partition}", partition, 15.0)
        await writer.start()
        try:
            mark_of = (WATERMARK_KEY, msgspec.msgpack.encode(here))
            await writer.write([(installed.config.topic(topics.STATE), [*states, mark_of])])
        finally:
            await writer.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def upgraded(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Upgraded]:
    folder: Path = tmp_path_factory.mktemp("upgraded")
    async with installation(broker, new_prefix(), folder, partitions=PARTITIONS) as installed:
        await write_as_the_last_release(installed)
        worker = installed.worker("worker", **starting_at(from_millis(CUT)))
        await ready(worker)

        async def all_planned() -> bool:
            return await metric(worker, "dispatcher_to_replan") == 0

        await eventually(all_planned, "everybody was planned by this release", worker=worker)
        name, invoice = next((name, each) for name, each in LEFT[PAYING].after.invoices.items() if each.amount_due)
        payment = {"invoice_id": name, "amount_due": 0, "currency": invoice.currency, "reason": "payment"}
        at = from_millis(CUT)
        await installed.publish(
            [event("invoice.settled", PAYING, at=at, event_id=PAID, settled_at=at.isoformat(), **payment)]
        )
        journal = await installed.until(facts_of([PAID]))
        yield Upgraded(await installed.customers(), journal)


def others() -> dict[str, Then]:
    return {name: last for name, last in LEFT.items() if name != PAYING}


async def test_everybody_is_known_as_before(upgraded: Upgraded):
    assert [
        change for name, last in others().items() for change in changes(last.left.meant, upgraded.customers[name], name)
    ] == []


async def test_nobody_is_contacted_again(upgraded: Upgraded):
    before = {attempt for then in turns() if then.at <= CUT for attempt in then.claimed}
    assert before
    assert before & {each.attempt_id for each in upgraded.journal if each.result == "claimed"} == set()


async def test_the_next_record_of_a_customer_has_the_next_number(upgraded: Upgraded):
    first = next(each for each in upgraded.journal if each.customer_id == PAYING)
    assert first.record_id == f"{PAYING}.{LEFT[PAYING].after.sequence + 1}"


async def test_a_payment_ends_what_the_last_release_began(upgraded: Upgraded):
    assert upgraded.customers[PAYING].invoices.keys() >= LEFT[PAYING].after.invoices.keys()
    assert PAID in {each.cause.id for each in upgraded.journal if each.cause is not None}


async def test_a_fact_of_a_later_release_ends_the_worker_before_anything_is_decided_without_it(
    broker: str, tmp_path: Path
):
    async with installation(broker, new_prefix(), tmp_path, partitions=1) as installed:
        worker = installed.worker("worker")
        await ready(worker)
        cause = msgspec.to_builtins(inbox.Cause(topics.BILLING_DUE, 0, 0, "/billing", "e"))
        await installed.append(topics.INBOX, msgspec.msgpack.encode([1, cause, [99, "I-1"]]), b"C-1", partition=0)
        assert (await ended(worker), "of a later release" in worker.output()) == (ExitCode.REFUSED, True)
        assert await installed.journal() == []
