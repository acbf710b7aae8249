"""A decision that fails sets its customer's events aside, with a reason, and holds up nobody behind them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from schemas.journal import JournalRecord
from tests.broker.installation import codes, due, each_of, facts_of, installation, new_prefix, profile
from tests.broker.providers import providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
FAULTY, BEHIND = "to-be-called", "behind"


@dataclass(frozen=True)
class Parked:
    """A customer is to be called in words that cannot be found; another one comes behind on the same partition."""

    journal: list[JournalRecord]

    def of(self, customer: str) -> list[JournalRecord]:
        return [each for each in self.journal if each.customer_id == customer]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parked(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Parked:
    folder = tmp_path_factory.mktemp("parked")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=1, settings=reachable.settings) as installed,
    ):
        program = ("tests.broker.impaired_worker", "failing")
        installed.worker("failing", program=program, **starting_at(OPENED))
        known = {"tier": "vip", "phones": [{"number": "+447700900321", "kind": "mobile"}], "emails": []}
        await installed.publish([profile(FAULTY, at=OPENED, **known), due(FAULTY, "I-1", at=OPENED, in_days=-3)])
        await installed.until(each_of([FAULTY], lambda each: each.result == "parked"))
        await installed.publish([due(BEHIND, "I-1", at=OPENED, in_days=40, event_id="behind")])
        return Parked(await installed.until(facts_of(["behind"])))


async def test_a_decision_that_fails_is_parked_with_its_reason(parked: Parked):
    last = parked.of(FAULTY)[-1]

    assert (last.result, codes(last)) == ("parked", ["faulty"])


async def test_a_decision_that_fails_holds_up_nobody(parked: Parked):
    assert [each.kind for each in parked.of(BEHIND)][:1] == ["fact"]
