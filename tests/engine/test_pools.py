"""A pool: claims are made against its credits, and a credit comes back when the outcome stands."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from channels.protocol import Accepted, Capabilities, Message, NotStarted, Outcome
from dispatcher.core.claim import Claim
from dispatcher.engine.account import Account, Supply
from dispatcher.engine.hourly import Hourly
from dispatcher.engine.job import Job
from dispatcher.engine.lease import Lease
from dispatcher.engine.outcomes import OutcomeFact
from dispatcher.engine.pool import Pool
from dispatcher.engine.senders import Senders
from dispatcher.engine.transactions import Entry
from dispatcher.ops.clock import SystemClock
from dispatcher.ops.metrics import Metrics
from schemas.inbox import AttemptAccepted, AttemptReleased
from tests.core.builders import known, overdue, policy

pytestmark = pytest.mark.asyncio
CREDITS = 3


def claim() -> Claim:
    story = known(start="2026-03-11 11:00")
    story.hear(overdue())
    return story.claims[0]


@dataclass
class Provider:
    """Takes every message at once, if it is asked."""

    name: str = "stand-in"
    capabilities: Capabilities = None
    taken: int = 0

    def prepare(self, message):
        return message

    async def send(self, prepared, *, permit, deadline_s) -> Outcome:
        if not permit():
            return NotStarted()
        self.taken += 1
        return Accepted("ref", 1)

    async def close(self) -> None:
        pass


@dataclass
class Kafka:
    """Where outcomes go; while it is `away` none stands."""

    away: asyncio.Event = field(default_factory=asyncio.Event)
    told: list[OutcomeFact] = field(default_factory=list)

    async def report(self, customer_id: str, fact: OutcomeFact, said: Entry | None) -> None:
        self.told.append(fact)
        await self.away.wait()


def hourly(channel, most: int | None = None) -> Hourly:
    return Hourly(channel, lambda: most, SystemClock().now, lambda channel: None)


def quick(provider) -> Account:
    """An account whose calls have been quick."""
    account = Account(Supply("stand-in", "sms", provider), workers=2, most_open=CREDITS, lease_s=60.0, now=0.0)
    account.begin(1, 0.0)
    account.end(Accepted("ref"), 1, 0.01, 0.0, started=True)
    return account


@asynccontextmanager
async def pool(kafka: Kafka) -> AsyncIterator[tuple[Pool, Provider]]:
    provider = Provider()
    made = Pool(
        "sms",
        [quick(provider)],
        timeout_s=1.0,
        compose=lambda claim, policy: Message(
            claim.attempt_id, claim.channel, claim.contact_point, "Please pay.", "en"
        ),
        outcomes=kafka,
        braked=lambda channel, creditor: False,
        barred=lambda channel, point: None,
        refused=lambda channel, point, fact: None,
        hourly=hourly("sms"),
        clock=SystemClock(),
        metrics=Metrics(),
    )
    try:
        yield made, provider
    finally:
        kafka.away.set()
        await made.drain(1.0)


def claimed(pool: Pool, n: int, *, gate=lambda: True, lease: float = 60.0) -> int:
    """As a lane does: against credits, as long as there are any. Returns how many it claimed."""
    one = claim()
    late = int(time.time() * 1000) + 3_600_000
    for number in range(n):
        if pool.credits.available <= 0:
            return number
        pool.credits.take(0)
        each = replace(one, attempt_id=f"ct-{number}.1", not_after=late)
        pool.submit(Job(each, policy(), Lease.starting_now(lease), gate, 0, 0))
    return n


async def until(done) -> None:
    async with asyncio.timeout(5):
        while not done():
            await asyncio.sleep(0.005)


async def test_while_kafka_is_away_no_more_is_claimed_than_the_pool_holds():
    kafka = Kafka()
    async with pool(kafka) as (made, provider):
        first = claimed(made, 100)
        await until(lambda: len(kafka.told) == CREDITS)
        assert (first, claimed(made, 100), provider.taken) == (CREDITS, 0, CREDITS)


async def test_credits_come_back_when_the_outcomes_stand():
    kafka = Kafka()
    async with pool(kafka) as (made, _):
        claimed(made, 100)
        await until(lambda: len(kafka.told) == CREDITS)
        kafka.away.set()
        await until(lambda: made.credits.available == CREDITS)
        assert not made.busy


async def test_a_pool_without_credit_offers_its_channel_to_no_lane():
    kafka = Kafka()
    async with pool(kafka) as (made, _):
        senders = Senders({"sms": made}, hourly("call_task"))
        before = "sms" in senders.with_credit()
        claimed(made, 100)
        assert (before, "sms" in senders.with_credit()) == (True, False)


async def test_a_pool_without_credit_has_one_left_for_a_mandatory_stage():
    kafka = Kafka()
    async with pool(kafka) as (made, _):
        senders = Senders({"sms": made}, hourly("call_task"))
        claimed(made, 100)
        before = ("sms" in senders.with_reserve(), senders.all_exhausted)
        made.credits.take(0)
        assert (before, "sms" in senders.with_reserve(), senders.all_exhausted) == ((True, False), False, True)
        made.credits.give_back(0)


async def test_behind_a_closed_gate_nothing_leaves_and_at_the_end_it_is_given_back():
    kafka = Kafka()
    kafka.away.set()
    async with pool(kafka) as (made, provider):
        claimed(made, 1, gate=lambda: False, lease=0.2)
        await until(lambda: kafka.told)
        assert (provider.taken, [type(each) for each in kafka.told]) == (0, [AttemptReleased])


async def test_an_attempt_that_was_withdrawn_in_time_does_not_leave():
    kafka = Kafka()
    kafka.away.set()
    open_now = []
    async with pool(kafka) as (made, provider):
        claimed(made, 1, gate=lambda: bool(open_now))
        made.withdraw("ct-0.1")
        open_now.append(True)
        await until(lambda: kafka.told)
        assert (provider.taken, kafka.told[0].reason) == (0, "withdrawn")


async def test_what_was_accepted_is_told():
    kafka = Kafka()
    kafka.away.set()
    async with pool(kafka) as (made, _):
        claimed(made, 1)
        await until(lambda: kafka.told)
        assert kafka.told == [AttemptAccepted("ct-0.1", "stand-in", "ref", 1)]


async def test_calls_that_people_make_have_their_hour_too():
    senders = Senders({}, hourly("call_task", most=1))
    before = senders.exhausted
    senders.reserve(replace(claim(), channel="call_task"), 0)
    assert (before, senders.exhausted, senders.made(0)[1]) == (frozenset(), {"call_task"}, {"call_task": 1})


async def test_a_letter_is_no_contact_of_the_hour():
    senders = Senders({}, hourly("call_task", most=1))
    one = claim()
    letter = dataclasses.replace(one.stage, task="letter")
    assert not letter.timed
    senders.reserve(replace(one, channel="call_task", stage=letter), 0)
    assert senders.exhausted == frozenset()
