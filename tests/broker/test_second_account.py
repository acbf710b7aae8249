"""Where the first account of a channel cannot be reached, the second one takes its messages, each once."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from dispatcher.local.twilio import ACCOUNT_SID, AUTH_TOKEN
from schemas.journal import JournalRecord
from tests.broker.installation import Published, due, each_of, installation, new_prefix, profile
from tests.broker.providers import SENDER, number, providers, sending_to, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""A Wednesday in London on which every channel may be used."""

NOBODY = "127.0.0.1:1"
POINTS = {f"texted-{n}": number(n) for n in range(10)} | {f"mailed-{n}": f"mailed-{n}@example.com" for n in range(10)}


def to_be_reached(customer: str, point: str) -> list[Published]:
    mailed = "@" in point
    phones = [] if mailed else [{"number": point, "kind": "mobile"}]
    emails = [{"address": point, "kind": "private"}] if mailed else []
    return [profile(customer, at=OPENED, phones=phones, emails=emails), due(customer, "I-1", at=OPENED)]


@dataclass(frozen=True)
class Sent:
    journal: list[JournalRecord]
    reached: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sent(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("second")
    async with providers() as second:
        settings = sending_to(f"http://{NOBODY}", f"smtp://{NOBODY}") | {
            "DISPATCHER_TWILIO_2_ACCOUNT_SID": ACCOUNT_SID,
            "DISPATCHER_TWILIO_2_AUTH_TOKEN": AUTH_TOKEN,
            "DISPATCHER_TWILIO_2_FROM": SENDER,
            "DISPATCHER_TWILIO_2_BASE_URL": second.twilio.base_url,
            "DISPATCHER_SMTP_2_URL": second.smtp.url,
        }
        async with installation(broker, new_prefix(), folder, partitions=2, settings=settings) as installed:
            installed.worker("sending", **starting_at(OPENED))
            await installed.publish(
                [each for customer, point in POINTS.items() for each in to_be_reached(customer, point)]
            )
            journal = await installed.until(each_of(POINTS, lambda each: each.result == "accepted"))
            return Sent(journal, second.reached())


async def test_everybody_is_reached_once(sent: Sent):
    assert Counter(sent.reached) == Counter(POINTS.values())


async def test_nobody_had_to_wait_for_another_attempt(sent: Sent):
    assert [each.customer_id for each in sent.journal if each.result in {"released", "in_doubt"}] == []
