"""While Kafka is away no more attempts are open than a pool holds; when it is back, nobody is texted twice."""

import asyncio
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from dispatcher.engine.pools import CALLS_AT_ONCE
from dispatcher.local.kafka import EmbeddedKafka
from schemas.journal import JournalRecord
from tests.broker.installation import Published, codes, due, each_of, installation, new_prefix, profile
from tests.broker.providers import SlowLine, number, providers, sending_to, starting_at

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
    pytest.mark.skipif("DISPATCHER_BOOTSTRAP_SERVERS" in os.environ, reason="a given cluster is not paused"),
]

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
CUSTOMERS = {f"owing-{n:03d}": number(n) for n in range(10 * CALLS_AT_ONCE["sms"])}
AWAY_S = 5.0
CLOSED_AFTER_S = 1.5
MANY = 50


def owing(customer: str) -> list[Published]:
    phones = [{"number": CUSTOMERS[customer], "kind": "mobile"}]
    return [profile(customer, at=OPENED, phones=phones, emails=[]), due(customer, "I-1", at=OPENED)]


@dataclass(frozen=True)
class Away:
    """Attempts claimed before Kafka went away, texts that left while it was, and all texts in the end."""

    claimed: int
    texts_meanwhile: int
    texts: list[int]


def claims(journal: list[JournalRecord]) -> int:
    return sum(each.result == "claimed" for each in journal)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def away(tmp_path_factory: pytest.TempPathFactory) -> Away:
    folder = tmp_path_factory.mktemp("away")
    async with (
        EmbeddedKafka() as kafka,
        providers() as reachable,
        SlowLine(urlsplit(reachable.twilio.base_url).port or 0) as line,
        installation(
            kafka.bootstrap_servers,
            new_prefix(),
            folder,
            partitions=2,
            settings=sending_to(line.url, reachable.smtp.url),
        ) as installed,
    ):
        installed.worker("sending", **starting_at(OPENED))
        await installed.publish([each for customer in CUSTOMERS for each in owing(customer)])
        told = await installed.until(
            lambda records: sum("provider_limit" in codes(each) for each in records) > MANY, timeout_s=60
        )
        kafka.pause()
        await asyncio.sleep(CLOSED_AFTER_S)
        before = len(reachable.twilio.messages)
        line.release()
        await asyncio.sleep(AWAY_S)  # what may happen without Kafka, happens now
        meanwhile = len(reachable.twilio.messages) - before
        kafka.resume()
        await installed.until(each_of(CUSTOMERS, lambda each: each.result == "accepted"), timeout_s=120)
        texts = [reachable.messages_to(point) for point in CUSTOMERS.values()]
        return Away(claims(told), meanwhile, texts)


async def test_a_provider_that_has_not_answered_yet_gets_no_more_claims_than_calls_at_a_time(away: Away):
    assert away.claimed == CALLS_AT_ONCE["sms"]


async def test_without_kafka_nothing_leaves_beyond_what_was_under_way(away: Away):
    assert away.texts_meanwhile == 0


async def test_everybody_is_texted_once(away: Away):
    assert set(away.texts) == {1}
