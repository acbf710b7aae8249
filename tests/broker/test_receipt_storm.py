"""Twenty thousand receipts, repeated and in any order, on real Kafka: every text ends as the furthest of its words says."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from dispatcher.core.draft import draft_of
from dispatcher.core.lifecycle import RANKS, status_of
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from schemas import inbox
from schemas.inbox import Arrival, AttemptReceipt, Cause
from schemas.journal import JournalRecord
from schemas.state import Customer
from tests.broker.installation import Installation, due, each_of, installation, mentions_of, new_prefix, profile
from tests.broker.operations import ready
from tests.broker.providers import number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
CUSTOMERS = [f"c{n}" for n in range(500)]
SAID = 20_000
ENDS = [["accepted"], ["accepted", "delivered"], ["accepted", "undelivered"], ["accepted", "undelivered", "delivered"]]
"""What a provider may say of one text."""


@dataclass(frozen=True)
class Storm:
    """The words that were said of each attempt (customer, attempt), and what was found when it was over."""

    ends: dict[tuple[str, str], list[str]]
    customers: dict[str, Customer]
    journal: list[JournalRecord]
    texts: int


def _receipt(customer: str, attempt: str, word: str) -> tuple[bytes, bytes]:
    """A record of the inbox; repetitions of a callback have its id."""
    cause = Cause("", -1, -1, "dispatcher/gateway", f"{attempt}/{word}")
    fact = AttemptReceipt(attempt, "twilio", word)
    return customer.encode(), inbox.encode(Arrival(int(OPENED.timestamp() * 1e6), cause, fact))


async def _texted(installed: Installation) -> list[tuple[str, str]]:
    """Everybody is sent a text; customers and attempts."""
    people = []
    for n, customer in enumerate(CUSTOMERS):
        people.append(profile(customer, at=OPENED, phones=[{"number": number(n), "kind": "mobile"}], emails=[]))
        people.append(due(customer, "I-1", at=OPENED))
    await installed.publish(people)
    records = await installed.until(each_of(CUSTOMERS, lambda each: each.result == "accepted"))
    return [(each.customer_id, str(each.attempt_id)) for each in records if each.result == "accepted"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def storm(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Storm]:
    rnd, folder = random.Random(15), tmp_path_factory.mktemp("receipts")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=4, settings=reachable.settings) as installed,
    ):
        await ready(installed.worker(**starting_at(OPENED)))
        ends = {names: rnd.choice(ENDS) for names in await _texted(installed)}
        each_has = SAID // len(ends)
        said = [(*names, word) for names, end in ends.items() for word in end + rnd.choices(end, k=each_has - len(end))]
        rnd.shuffle(said)
        async with Kafka(Connection(broker)) as kafka:
            await kafka.publish_all(installed.config.topic("reminders.inbox"), [_receipt(*each) for each in said])
        await installed.until(mentions_of(f"{attempt}/{word}" for _, attempt, word in said))
        await installed.end()
        yield Storm(ends, await installed.customers(), await installed.journal(), len(reachable.twilio.messages))


async def test_every_text_ends_as_the_furthest_word_says(storm: Storm):
    order = ["accepted", "undelivered", "delivered"]
    found = {names: status_of(draft_of(storm.customers[names[0]]), names[1]) for names in storm.ends}
    assert found == {names: max(end, key=order.index) for names, end in storm.ends.items()}


async def test_no_text_is_journalled_as_going_back(storm: Storm):
    way: dict[str, list[int]] = {}
    for each in storm.journal:
        if each.kind == "attempt" and each.attempt_id is not None:
            way.setdefault(each.attempt_id, []).append(RANKS[each.result])
    assert {attempt: steps for attempt, steps in way.items() if steps != sorted(set(steps))} == {}


async def test_nobody_is_texted_again(storm: Storm):
    assert storm.texts == len(CUSTOMERS)
