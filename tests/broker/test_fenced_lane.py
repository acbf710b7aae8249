"""A lane whose producer is fenced restores itself: the process goes on, and no other lane notices."""

from dataclasses import dataclass

import pytest
import pytest_asyncio

from dispatcher.engine.config import Connection
from dispatcher.engine.placement import partition_of
from dispatcher.engine.transactions import PartitionTransactions
from tests.broker.conftest import House
from tests.broker.installation import due, each_of, profile
from tests.broker.operations import logged
from tests.broker.providers import number

pytestmark = pytest.mark.asyncio(loop_scope="session")

FENCED, OTHER = 1, 2


def customer_on(partition: int, partitions: int) -> str:
    return next(name for name in (f"fenced-{n}" for n in range(10_000)) if partition_of(name, partitions) == partition)


@dataclass(frozen=True)
class Fenced:
    """Lanes that failed and that were restored since, by partition; texts by customer; whether the worker still runs."""

    failed: set[object]
    restored: set[object]
    texts: list[int]
    runs: bool


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fenced(house: House) -> Fenced:
    installed, count = house.installed, house.installed.partitions
    before = len(logged(house.worker, "lane_restored"))
    name = f"{installed.config.app_id}-{installed.prefix}{FENCED}"
    usurper = PartitionTransactions(Connection(installed.broker), name, FENCED, 15.0)
    await usurper.start()
    await usurper.close()
    customers = [customer_on(FENCED, count), customer_on(OTHER, count)]
    points = [number(860), number(861)]
    for customer, point in zip(customers, points, strict=True):
        phones = [{"number": point, "kind": "mobile"}]
        known = profile(customer, at=house.opened, phones=phones, emails=[])
        await installed.publish([known, due(customer, "I-1", at=house.opened)])
    await installed.until(each_of(customers, lambda each: each.result == "accepted"))
    return Fenced(
        {each["partition"] for each in logged(house.worker, "lane_failed")},
        {each["partition"] for each in logged(house.worker, "lane_restored")[before:]},
        [house.providers.messages_to(point) for point in points],
        house.worker.exit_code is None,
    )


async def test_only_the_lane_that_was_fenced_restores_itself(fenced: Fenced):
    assert (FENCED in fenced.failed, fenced.restored) == (True, {FENCED})


async def test_the_process_goes_on(fenced: Fenced):
    assert fenced.runs


async def test_each_customer_is_contacted_once(fenced: Fenced):
    assert fenced.texts == [1, 1]
