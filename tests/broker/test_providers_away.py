"""While no provider can be reached contacts wait; when providers are back each contact is made, once."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from dispatcher.local.ports import free_ports
from dispatcher.local.smtp import SmtpSink
from dispatcher.local.twilio import TwilioStandIn
from schemas.journal import JournalRecord
from tests.broker.installation import Published, codes, due, each_of, installation, new_prefix, profile
from tests.broker.providers import Providers, number, sending_to, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""A Wednesday in London on which every channel may be used."""

PARTITIONS = 2
TRIED = {"texted": number(0), "mailed": "mailed@example.com"}
"""One for each provider: with them it is found out."""

WAITING = {f"texted-{n}": number(n) for n in range(1, 4)} | {
    f"mailed-{n}": f"mailed-{n}@example.com" for n in range(1, 4)
}
"""Published when it had been found out."""

LATER = {"texted-later": number(9), "mailed-later": "mailed-later@example.com"}
"""Published when providers were back, and reached after all others."""


def to_be_reached(customer: str, point: str) -> list[Published]:
    mailed = "@" in point
    phones = [] if mailed else [{"number": point, "kind": "mobile"}]
    emails = [{"address": point, "kind": "private"}] if mailed else []
    return [profile(customer, at=OPENED, phones=phones, emails=emails), due(customer, "I-1", at=OPENED)]


def published(points: dict[str, str]) -> list[Published]:
    return [each for customer, point in points.items() for each in to_be_reached(customer, point)]


@dataclass(frozen=True)
class Absence:
    """The journal up to the providers' return, the whole journal, and whom the providers reached."""

    meanwhile: list[JournalRecord]
    journal: list[JournalRecord]
    reached: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def absence(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Absence:
    folder = tmp_path_factory.mktemp("absence")
    twilio_port, smtp_port = free_ports(2)
    settings = sending_to(f"http://127.0.0.1:{twilio_port}", f"smtp://127.0.0.1:{smtp_port}")
    async with installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=settings) as installed:
        program = ("tests.broker.impaired_worker", "trying_once")
        installed.worker("waiting", program=program, **starting_at(OPENED))
        await installed.publish(published(TRIED))
        await installed.until(each_of(TRIED, lambda each: each.result == "deferred"))
        await installed.publish(published(WAITING))
        meanwhile = await installed.until(each_of(WAITING, lambda each: each.result == "deferred"))
        async with TwilioStandIn(port=twilio_port) as twilio, SmtpSink(port=smtp_port) as smtp:
            await installed.until(each_of(TRIED | WAITING, lambda each: each.result == "accepted"))
            await installed.publish(published(LATER))
            journal = await installed.until(each_of(LATER, lambda each: each.result == "accepted"))
            return Absence(meanwhile, journal, Providers(twilio, smtp).reached())


def first(journal: list[JournalRecord], result: str) -> dict[str, list[str]]:
    """The reasons of the first record of each customer's that has this result."""
    found: dict[str, list[str]] = {}
    for each in journal:
        if each.result == result:
            found.setdefault(each.customer_id, codes(each))
    return found


async def test_a_contact_whose_provider_was_not_reached_is_given_back_unsent(absence: Absence):
    released = first(absence.meanwhile, "released")

    assert [released.get(each) for each in TRIED] == [["provider_unreachable"]] * len(TRIED)


async def test_a_contact_that_was_given_back_is_deferred_with_the_reason(absence: Absence):
    deferred = first(absence.meanwhile, "deferred")

    assert [deferred.get(each) for each in TRIED] == [["provider_unreachable"]] * len(TRIED)


async def test_the_journal_says_when_a_contact_that_was_given_back_is_tried_again(absence: Absence):
    deferred = [each for each in absence.meanwhile if each.result == "deferred" and each.customer_id in TRIED]

    assert [each.customer_id for each in deferred if each.next_at is None or each.next_at <= each.at] == []


async def test_whoever_comes_meanwhile_waits(absence: Absence):
    assert WAITING.keys() <= first(absence.meanwhile, "deferred").keys()


async def test_nobody_is_in_doubt_about_what_never_left(absence: Absence):
    assert [each.customer_id for each in absence.journal if each.result == "in_doubt"] == []


async def test_when_providers_are_back_every_contact_is_made_once(absence: Absence):
    assert sorted(absence.reached) == sorted((TRIED | WAITING | LATER).values())
