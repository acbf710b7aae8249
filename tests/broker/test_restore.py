"""A lane reads its state back quickly, whole, and with its index of wake-ups: that is how long a take-over takes."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from dispatcher.engine.config import EngineConfig
from dispatcher.engine.log_position import WATERMARK_KEY, Watermark
from dispatcher.engine.placement import partition_of
from dispatcher.engine.restore import Restored, restore
from dispatcher.engine.transactions import Entry, PartitionTransactions
from schemas.inbox import EmailPoint, PhonePoint, ProfileStated
from schemas.state import HAS_IN_DOUBT, WAITING_FOR_PROFILE, Customer, Invoice, encode
from tests.broker.installation import installation, new_prefix

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOMERS = 200_000
PARTITIONS = 8
AT_ONCE = 4
"""As many lanes as a worker restores at a time."""

LEAST_A_SECOND = 50_000
"""A floor against regressions on any machine, whatever else it does; `make bench` measures what is reached."""

WAKE_UP = 1_772_611_200_000
WITH_WAKE_UP = CUSTOMERS // 2
REWRITTEN = 1_000
IN_DOUBT = 300
UNKNOWN = 700
WRITTEN_AT_ONCE = 5_000


@dataclass(frozen=True)
class Measured:
    """`seconds` of this process's own work: what else runs on the machine is not its fault."""

    partitions: list[Restored]
    seconds: float


def portfolio() -> dict[int, list[Entry]]:
    """By partition: customers of a usual size, half of them with a wake-up."""
    profile = ProfileStated(
        name="Pat Example",
        locale="en",
        party="consumer",
        country="GB",
        timezone="Europe/London",
        phones=(PhonePoint("+447700900123", "mobile"),),
        emails=(EmailPoint("pat@example.com", "private"),),
    )
    invoices = {
        f"2026-{n:06d}": Invoice(stated=(n, "/billing", f"e-{n}"), due_on=739_000 + n, amount_due=n, currency="GBP")
        for n in range(2)
    }
    customer = Customer(
        sequence=7, profile=profile, profile_stamp=(1, "/crm", "p"), invoices=invoices, seen=bytes(12 * 6)
    )
    found: dict[int, list[Entry]] = {partition: [] for partition in range(PARTITIONS)}
    for number in range(CUSTOMERS):
        flags = HAS_IN_DOUBT if number < IN_DOUBT else WAITING_FOR_PROFILE if number < IN_DOUBT + UNKNOWN else 0
        wake_at = WAKE_UP + number * 1000 if number % 2 else None
        customer_id = f"customer-{number}"
        entry = (customer_id.encode(), encode(customer, wake_at, flags))
        found[partition_of(customer_id, PARTITIONS)].append(entry)
    return found


async def write(config: EngineConfig, partition: int, entries: list[Entry]) -> None:
    """As a lane flushes them: in transactions, each with the position; some customers first in an older version."""
    writer = PartitionTransactions(config.connection, f"{config.topic_prefix}{partition}", partition, 15.0)
    topic = config.topic("reminders.state")
    await writer.start()
    try:
        older = [(key, encode(Customer(), None, 0)) for key, _ in entries[:REWRITTEN]]
        await writer.write([(topic, older)])
        for start in range(0, len(entries), WRITTEN_AT_ONCE):
            mark = (WATERMARK_KEY, msgspec.msgpack.encode(Watermark("log", start)))
            await writer.write([(topic, [*entries[start : start + WRITTEN_AT_ONCE], mark])])
    finally:
        await writer.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def measured(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Measured]:
    folder: Path = tmp_path_factory.mktemp("restore")
    async with installation(broker, new_prefix(), folder, partitions=PARTITIONS) as installed:
        config = installed.config
        await asyncio.gather(*(write(config, partition, entries) for partition, entries in portfolio().items()))
        turns = asyncio.Semaphore(AT_ONCE)

        async def restored(partition: int) -> Restored:
            async with turns:
                return await restore(config, partition)

        began = time.process_time()
        found = await asyncio.gather(*(restored(partition) for partition in range(PARTITIONS)))
        yield Measured(found, time.process_time() - began)


async def test_every_customer_is_restored_once(measured: Measured):
    assert sum(len(each.records) for each in measured.partitions) == CUSTOMERS


async def test_the_latest_version_of_a_customer_is_restored(measured: Measured):
    oldest = encode(Customer(), None, 0)

    assert oldest not in [record for each in measured.partitions for record in each.records.values()]


async def test_every_wake_up_is_in_the_index(measured: Measured):
    assert sum(len(each.wake_ups) for each in measured.partitions) == WITH_WAKE_UP


async def test_customers_in_doubt_are_known(measured: Measured):
    assert sum(len(each.doubtful) for each in measured.partitions) == IN_DOUBT


async def test_customers_who_wait_for_a_profile_are_counted(measured: Measured):
    assert sum(each.waiting_for_profile for each in measured.partitions) == UNKNOWN


async def test_restoring_is_quick(measured: Measured):
    a_second = CUSTOMERS / measured.seconds
    print(f"restored {CUSTOMERS} customers in {measured.seconds:.2f} s: {a_second:,.0f} a second, index included")

    assert a_second >= LEAST_A_SECOND
