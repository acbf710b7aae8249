"""A decision that fails sets its customer's events aside, with a reason, and holds up nobody; later they can come again."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from schemas.journal import JournalRecord
from tests.broker.installation import Process, codes, due, each_of, facts_of, installation, new_prefix, profile
from tests.broker.operations import eventually, metric
from tests.broker.providers import providers, starting_at
from tests.broker.test_doubt_resolved import command

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
FAULTY, BEHIND = "to-be-called", "behind"


@dataclass(frozen=True)
class Parked:
    """A customer is to be called in words that cannot be found; another one comes behind on the same partition.

    `journal` is what stood then; `mended` after a worker that finds words was started and the events were replayed, twice.
    `exit_codes` are those of list, replay, replay and show.
    """

    journal: list[JournalRecord]
    mended: list[JournalRecord]
    exit_codes: list[int]

    def of(self, customer: str) -> list[JournalRecord]:
        return [each for each in self.journal if each.customer_id == customer]


async def gate_is_open(worker: Process) -> bool:
    return await metric(worker, "dispatcher_gate_open") == 1


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parked(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Parked:
    folder = tmp_path_factory.mktemp("parked")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=1, settings=reachable.settings) as installed,
    ):
        program = ("tests.broker.impaired_worker", "failing")
        failing = installed.worker("failing", program=program, **starting_at(OPENED))
        known = {"tier": "vip", "phones": [{"number": "+447700900321", "kind": "mobile"}], "emails": []}
        await installed.publish([profile(FAULTY, at=OPENED, **known)])
        await eventually(
            lambda: gate_is_open(failing), "the gate is open: the event itself fails, and no later look at it"
        )
        await installed.publish([due(FAULTY, "I-1", at=OPENED, in_days=-3)])
        await installed.until(each_of([FAULTY], lambda each: each.result == "parked"))
        await installed.publish([due(BEHIND, "I-1", at=OPENED, in_days=40, event_id="behind")])
        journal = await installed.until(facts_of(["behind"]))
        await failing.end()

        installed.worker("mended", **starting_at(OPENED))
        first = next(each for each in journal if each.result == "parked")
        exit_codes = [await command(installed, "parked", "list")]
        exit_codes.append(await command(installed, "parked", "replay", "--all"))
        await installed.until(each_of([FAULTY], lambda each: each.result == "accepted"))
        exit_codes.append(await command(installed, "parked", "replay", first.record_id))
        exit_codes.append(await command(installed, "parked", "show", first.record_id))
        await installed.publish([due(FAULTY, "I-2", at=OPENED, in_days=40, event_id="after")])
        return Parked(journal, await installed.until(facts_of(["after"])), exit_codes)


async def test_a_decision_that_fails_is_parked_with_its_reason(parked: Parked):
    last = parked.of(FAULTY)[-1]

    assert (last.result, codes(last)) == ("parked", ["faulty"])


async def test_a_decision_that_fails_holds_up_nobody(parked: Parked):
    assert [each.kind for each in parked.of(BEHIND)][:1] == ["fact"]


async def test_what_was_parked_is_applied_once_when_it_is_replayed_twice(parked: Parked):
    told = [each for each in parked.mended if each.customer_id == FAULTY]
    issued = [each.channel for each in told if each.result == "accepted"]
    facts = [each.cause.id for each in told if each.kind == "fact" and each.cause is not None]

    assert issued == ["call_task"]
    assert len(facts) == len(set(facts))


async def test_the_commands_say_what_they_found(parked: Parked):
    assert parked.exit_codes == [0, 0, 0, 0]
