"""A pool of senders: what is sent, what waits for the gate, and what is given back unsent, with which reason."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from channels.fake import FakeAdapter
from channels.protocol import Accepted, Message, NotStarted, Rejected
from dispatcher.engine.account import Account, Supply
from dispatcher.engine.hourly import Hourly
from dispatcher.engine.job import Job
from dispatcher.engine.lease import Lease
from dispatcher.engine.pool import Pool
from dispatcher.ops.metrics import Metrics
from schemas.inbox import AttemptAccepted, AttemptInDoubt, AttemptRejected, AttemptReleased
from tests.messages.samples import claim, policy

pytestmark = pytest.mark.asyncio

NOON = 2_000_000
WINDOW_ENDS = claim("sms").not_after
TAKEN = AttemptAccepted("c1.1", "fake", "c1.1", 0)


class StoppedClock:
    marked = None

    def __init__(self, now=NOON):
        self._now = now

    def now(self):
        return self._now


class Desk:
    """Remembers what is reported, and announces it."""

    def __init__(self):
        self.told = asyncio.Queue()
        self.said = []

    async def report(self, customer_id, fact, said):
        self.said.append(said)
        self.told.put_nowait(fact)


@dataclass
class Gate:
    """Answers with what the script says, and then with its last word."""

    words: list[bool]
    asked: itertools.count = field(default_factory=itertools.count)

    def is_open(self):
        return self.words[min(next(self.asked), len(self.words) - 1)]


def quick(adapter):
    """An account whose calls have been quick."""
    account = Account(Supply("fake", "sms", adapter), workers=1, most_open=4, lease_s=10.0, now=0.0)
    account.begin(1, 0.0)
    account.end(Accepted("ref"), 1, 0.01, 0.0, started=True)
    return account


@asynccontextmanager
async def sending(adapter, *, now=NOON, braked=False, barred=None):
    desk, clock, metrics = Desk(), StoppedClock(now), Metrics()
    pool = Pool(
        "sms",
        [quick(adapter)],
        timeout_s=5.0,
        compose=lambda claim, _: Message(claim.attempt_id, "sms", claim.contact_point, "Due.", "en"),
        outcomes=desk,
        braked=lambda channel, creditor: braked,
        barred=lambda channel, point: barred,
        refused=lambda channel, point, fact: (channel, point, fact.code),
        hourly=Hourly("sms", lambda: None, clock.now, lambda channel: None),
        clock=clock,
        metrics=metrics,
    )
    try:
        yield pool, desk
    finally:
        await pool.drain(1.0)


async def outcome_of(adapter, *, gate=(True,), lease_s=10.0, withdrawn=False, **circumstances):
    async with sending(adapter, **circumstances) as (pool, desk):
        pool.credits.take(0)
        pool.submit(Job(claim("sms"), policy(), Lease.starting_now(lease_s), Gate(list(gate)).is_open, 0, 0))
        if withdrawn:
            pool.withdraw("c1.1")
        return await asyncio.wait_for(desk.told.get(), 60)


async def test_an_attempt_is_sent_and_reported():
    adapter = FakeAdapter("sms")
    assert await outcome_of(adapter) == TAKEN
    assert len(adapter.calls) == 1


async def test_how_long_a_contact_was_due_before_its_provider_was_called_is_measured():
    async with sending(FakeAdapter("sms")) as (pool, desk):
        pool.credits.take(0)
        lease = Lease.starting_now(10.0)
        pool.submit(Job(claim("sms"), policy(), lease, lambda: True, appended=0, partition=0, due=NOON - 45_000))
        await asyncio.wait_for(desk.told.get(), 60)

        sampled = pool._metrics.registry.get_sample_value
        assert sampled("dispatcher_due_to_send_delay_seconds_sum") == 45.0


async def test_a_call_of_a_provider_is_timed_and_what_never_started_is_not():
    counts = []
    for gate in (True,), (False,):
        async with sending(FakeAdapter("sms")) as (pool, desk):
            pool.credits.take(0)
            pool.submit(Job(claim("sms"), policy(), Lease.starting_now(0.2), Gate(list(gate)).is_open, 0, 0))
            await asyncio.wait_for(desk.told.get(), 60)
            name, labels = "dispatcher_send_duration_seconds_count", {"channel": "sms"}
            counts.append(pool._metrics.registry.get_sample_value(name, labels))

    assert counts == [1, 0]


async def test_a_gate_that_is_closed_at_first_is_waited_for():
    assert await outcome_of(FakeAdapter("sms"), gate=(False, False, True)) == TAKEN


async def test_a_gate_that_closes_right_before_the_first_byte_is_waited_for_too():
    adapter = FakeAdapter("sms")
    assert await outcome_of(adapter, gate=(True, False, False, True)) == TAKEN
    assert len(adapter.calls) == 1


async def test_a_gate_that_stays_closed_is_waited_for_while_the_lease_lasts():
    adapter = FakeAdapter("sms")
    assert await outcome_of(adapter, gate=(False,), lease_s=0.2) == AttemptReleased("c1.1", "lease_expired")
    assert adapter.calls == []


@pytest.mark.parametrize(
    ("circumstances", "reason"),
    [
        ({"lease_s": 0.0}, "lease_expired"),
        ({"now": WINDOW_ENDS}, "lease_expired"),
        ({"braked": True}, "paused"),
        ({"withdrawn": True}, "withdrawn"),
        ({"barred": "opted_out"}, "opted_out"),
    ],
    ids=["no lease", "window closed", "paused", "withdrawn", "the number said stop"],
)
async def test_what_must_not_start_is_given_back_with_its_reason(circumstances, reason):
    adapter = FakeAdapter("sms")
    assert await outcome_of(adapter, **circumstances) == AttemptReleased("c1.1", reason)
    assert adapter.calls == []


class _NeverStarts(FakeAdapter):
    """Says that nothing was sent, without having asked whether it may."""

    async def send(self, prepared, *, permit, deadline_s):
        return NotStarted()


async def test_an_adapter_that_does_not_start_though_it_may_ends_the_attempt():
    assert await outcome_of(_NeverStarts("sms")) == AttemptReleased("c1.1", "lease_expired")


class _Breaks(FakeAdapter):
    """Fails, before or after the first byte."""

    def __init__(self, *, asks):
        super().__init__("sms")
        self._asks = asks

    async def send(self, prepared, *, permit, deadline_s):
        if self._asks:
            permit()
        raise ConnectionError


@pytest.mark.parametrize(("asks", "in_doubt"), [(True, True), (False, False)])
async def test_a_fault_of_an_adapter_is_a_doubt_only_if_a_byte_may_have_left(asks, in_doubt):
    assert isinstance(await outcome_of(_Breaks(asks=asks)), AttemptInDoubt) is in_doubt


async def test_a_fault_before_the_first_byte_costs_the_contact_nothing():
    assert await outcome_of(_Breaks(asks=False)) == AttemptReleased("c1.1", "adapter_failed", NOON + 20_000)


class _Unprepared(FakeAdapter):
    """Cannot make a request of the message."""

    def __init__(self, fault):
        super().__init__("sms")
        self._fault = fault

    def prepare(self, message):
        raise self._fault


async def test_words_of_which_no_request_can_be_made_end_the_contact():
    assert isinstance(await outcome_of(_Unprepared(ValueError())), AttemptRejected)


async def test_want_of_memory_for_a_request_costs_the_contact_nothing():
    assert await outcome_of(_Unprepared(MemoryError())) == AttemptReleased("c1.1", "adapter_failed", NOON + 20_000)


async def test_a_refusal_says_something_of_the_number_too():
    async with sending(FakeAdapter("sms", lambda _: Rejected("suppressed", "21610"))) as (pool, desk):
        pool.credits.take(0)
        pool.submit(Job(claim("sms"), policy(), Lease.starting_now(10.0), lambda: True, 0, 0))
        await desk.told.get()
        assert desk.said == [("sms", claim("sms").contact_point, "21610")]


async def test_a_credit_comes_back_with_the_outcome():
    async with sending(FakeAdapter("sms")) as (pool, desk):
        pool.credits.take(0)
        before = pool.credits.available
        pool.submit(Job(claim("sms"), policy(), Lease.starting_now(10.0), lambda: True, 0, 0))
        await desk.told.get()
        await asyncio.sleep(0)
        assert (before, pool.credits.available) == (3, 4)


async def test_claims_that_were_not_flushed_give_their_credits_back():
    async with sending(FakeAdapter("sms")) as (pool, _):
        for _ in range(4):
            pool.credits.take(0)
        assert pool.credits.available == 0
        pool.credits.give_back(0)
        assert pool.credits.available == 1
