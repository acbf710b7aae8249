"""`pause` and `resume` on a real cluster: two workers stop within a second, remember it, and plan anew."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from schemas.journal import JournalRecord
from tests.broker.installation import codes, due, each_of, installation, new_prefix, profile
from tests.broker.operations import eventually, metric
from tests.broker.providers import number, providers, starting_at
from tests.broker.test_doubt_resolved import command

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
BEFORE, STOPPED, AFTER_RESTART = "before", "stopped", "after-restart"
NUMBERS = {customer: number(820 + n) for n, customer in enumerate((BEFORE, STOPPED, AFTER_RESTART))}


@dataclass(frozen=True)
class Paused:
    """`texts` while paused, before and after a restart, and after resuming; `known_after_s`: until the metric said so."""

    journal: list[JournalRecord]
    while_paused: dict[str, int]
    at_the_end: dict[str, int]
    known_after_s: float
    exit_codes: list[int]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def paused(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Paused:
    folder = tmp_path_factory.mktemp("paused")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=2, settings=reachable.settings) as installed,
    ):

        def texts() -> dict[str, int]:
            sent = [each.to for each in reachable.twilio.messages]
            return {customer: sent.count(to) for customer, to in NUMBERS.items()}

        async def owe(customer: str) -> None:
            phones = [{"number": NUMBERS[customer], "kind": "mobile"}]
            await installed.publish(
                [profile(customer, at=OPENED, phones=phones, emails=[]), due(customer, "I-1", at=OPENED)]
            )

        workers = [installed.worker(name, **starting_at(OPENED)) for name in ("one", "two")]
        await owe(BEFORE)
        await installed.until(each_of([BEFORE], lambda each: each.result == "accepted"))

        exit_codes = [await command(installed, "paused")]
        exit_codes.append(await command(installed, "pause", "--reason", "a wrong text", "--channel", "sms"))
        told = time.monotonic()
        for worker in workers:

            async def is_known(worker=worker) -> bool:
                return await metric(worker, 'dispatcher_paused{channel="sms"}') == 1

            await eventually(is_known, "the pause is known", worker=worker)
        known_after_s = time.monotonic() - told
        exit_codes.append(await command(installed, "paused"))
        await owe(STOPPED)
        await installed.until(each_of([STOPPED], lambda each: codes(each) == ["paused"]))
        for worker in workers:
            await worker.end()

        installed.worker("three", **starting_at(OPENED))
        await owe(AFTER_RESTART)
        await installed.until(each_of([AFTER_RESTART], lambda each: codes(each) == ["paused"]))
        while_paused = texts()
        exit_codes.append(await command(installed, "resume", "--channel", "sms"))
        journal = await installed.until(each_of([STOPPED, AFTER_RESTART], lambda each: each.result == "accepted"))
        exit_codes.append(await command(installed, "resume", "--channel", "sms"))
        return Paused(journal, while_paused, texts(), known_after_s, exit_codes)


async def test_nobody_is_contacted_while_it_is_on_also_after_a_restart(paused: Paused):
    assert paused.while_paused == {BEFORE: 1, STOPPED: 0, AFTER_RESTART: 0}


async def test_the_contact_is_made_once_it_is_let_go(paused: Paused):
    assert paused.at_the_end == {BEFORE: 1, STOPPED: 1, AFTER_RESTART: 1}


async def test_all_workers_know_of_it_soon(paused: Paused):
    assert paused.known_after_s < 3  # the gauge is sampled once a second; the brake itself acts on arrival


async def test_the_journal_says_what_held_the_contact_back(paused: Paused):
    held = [each for each in paused.journal if codes(each) == ["paused"]]
    assert {(each.customer_id, each.reasons[0].rule) for each in held} == {
        (STOPPED, "brakes.sms.*"),
        (AFTER_RESTART, "brakes.sms.*"),
    }


async def test_the_commands_say_what_they_found(paused: Paused):
    assert paused.exit_codes == [0, 0, 1, 0, 1]
