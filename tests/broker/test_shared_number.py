"""A number that says STOP is silent for every customer who has it, within a second, and for those who name it later."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from dispatcher.engine.clients import Kafka
from schemas import points
from schemas.journal import JournalRecord
from schemas.points import PointStated
from tests.broker.installation import codes, due, each_of, event, installation, new_prefix, profile
from tests.broker.operations import ready
from tests.broker.providers import number, providers, starting_at
from tests.broker.test_doubt_resolved import command

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SHARED, OWN, FAMILY = number(860), number(861), number(862)
SHARING = ("anna", "ben", "chris")
LATER, ELSEWHERE, TOLD, KIN = "dora", "eve", "frank", "gina"


@dataclass(frozen=True)
class Stopped:
    """`silent_after_s`: from the STOP's append until the worker passed the number over; `texts` by number at the end."""

    journal: list[JournalRecord]
    before: int
    texts: dict[str, int]
    silent_after_s: float
    exit_codes: list[int]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stopped(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    folder = tmp_path_factory.mktemp("shared-number")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=4, settings=reachable.settings) as installed,
    ):

        def texts(to: str) -> int:
            return [each.to for each in reachable.twilio.messages].count(to)

        def known(customer: str, to: str):
            return profile(customer, at=NOON, phones=[{"number": to, "kind": "mobile"}], emails=[])

        def owes(customer: str, invoice: str):
            return due(customer, invoice, at=NOON)

        worker = installed.worker("texting", **starting_at(NOON))
        await installed.publish([known(each, SHARED) for each in SHARING] + [owes("anna", "I-0")])
        await installed.until(each_of(["anna"], lambda each: each.result == "accepted"))
        await ready(worker)
        before = texts(SHARED)

        async with Kafka(installed.config.connection) as kafka:
            key = points.digest(SHARED, installed.config.point_key)
            stop = PointStated("sms", "opted_out", time.time_ns() // 1000, "/gateway", "stop-1", "sms_keyword")
            await kafka.publish(installed.config.topic("reminders.points"), key, points.encode(stop), partition=0)
        begun = time.monotonic()
        await installed.publish([owes(each, "I-1") for each in SHARING[1:]])
        await installed.until(each_of(SHARING[1:], lambda each: codes(each) == ["opted_out"]))
        silent_after_s = time.monotonic() - begun

        objection = {"contact_point": FAMILY, "channel": "sms", "allowed": False, "source": "letter"}
        await installed.publish([known(TOLD, FAMILY), event("consent.changed", TOLD, at=NOON, **objection)])
        await installed.until(each_of([TOLD], lambda each: each.result == "accepted" or codes(each) == ["recorded"]))
        await installed.publish([known(KIN, FAMILY), owes(KIN, "I-1")])
        await installed.publish(
            [owes(LATER, "I-1"), known(LATER, SHARED), known(ELSEWHERE, OWN), owes(ELSEWHERE, "I-1")]
        )
        await installed.until(each_of([LATER, KIN], lambda each: codes(each) == ["opted_out"]))
        await installed.until(each_of([ELSEWHERE], lambda each: each.result == "accepted"))
        codes_of_commands = [
            await command(installed, "point", "show", SHARED),
            await command(
                installed, "point", "state", "allowed", SHARED, "--channel", "sms", "--reason", "asked for it"
            ),
            await command(installed, "point", "show", OWN),
            await command(installed, "point", "unread"),
            await command(installed, "point", "state", "review", OWN, "--channel", "sms", "--reason", "an odd reply"),
            await command(installed, "point", "unread"),
        ]
        await worker.end()
        return Stopped(
            await installed.journal(),
            before,
            {each: texts(each) for each in (SHARED, OWN, FAMILY)},
            silent_after_s,
            codes_of_commands,
        )


async def test_it_was_written_to_before(stopped: Stopped):
    assert stopped.before == 1


async def test_nobody_who_shares_the_number_is_written_to_after_it_said_stop(stopped: Stopped):
    assert stopped.texts[SHARED] == stopped.before


async def test_another_number_is_written_to(stopped: Stopped):
    assert stopped.texts[OWN] == 1


async def test_a_customers_objection_silences_others_at_the_same_number(stopped: Stopped):
    assert stopped.texts[FAMILY] == 0


@pytest.mark.parametrize("customer", [*SHARING[1:], LATER, KIN])
async def test_the_journal_says_why(stopped: Stopped, customer: str):
    assert "opted_out" in {
        code for record in stopped.journal if record.customer_id == customer for code in codes(record)
    }


async def test_the_workers_know_within_a_second(stopped: Stopped):
    assert stopped.silent_after_s < 1.0


async def test_operators_see_what_holds_at_a_number_and_change_it(stopped: Stopped):
    assert stopped.exit_codes == [0, 0, 1, 0, 0, 1]
