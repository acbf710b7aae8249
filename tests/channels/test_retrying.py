"""What is tried again at once, and what never is."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.conformance import CASES
from channels.fake import FakeAdapter, in_turn
from channels.protocol import Accepted, Deferred, Message, NotStarted, Prepared, Rejected, Unknown
from channels.retrying import Patience, Retrying

PREPARED = Prepared(Message("a-1", "sms", "+12025550123", "Due.", "en"))
BLIP = Deferred(1.0, "provider", "connection")
FINAL = (
    Accepted("r-1"),
    Rejected("recipient", "21211"),
    Unknown("timeout"),
    NotStarted(),
    Deferred(60.0, "provider", "tls"),
)


class Trial:
    """A retrying adapter over a scripted one; pauses are remembered, not waited."""

    def __init__(self, *outcomes, chance=0.0, patience=None):
        self.pauses = []
        self.inner = FakeAdapter("sms", in_turn(outcomes))
        self.adapter = Retrying(self.inner, chance=lambda: chance, patience=patience, pause=self.pause)

    async def pause(self, seconds):
        self.pauses.append(seconds)

    async def send(self, permit=lambda: True, deadline_s=30.0):
        return await self.adapter.send(PREPARED, permit=permit, deadline_s=deadline_s)

    @property
    def tries(self):
        return len(self.inner.calls)


@pytest.mark.asyncio
async def test_a_short_wait_is_waited_and_the_message_sent():
    trial = Trial(BLIP, Accepted("r-1"))
    assert (await trial.send(), trial.tries) == (Accepted("r-1"), 2)


@pytest.mark.asyncio
@pytest.mark.parametrize("outcome", FINAL, ids=repr)
async def test_everything_else_is_tried_once(outcome):
    trial = Trial(outcome)
    assert (await trial.send(), trial.tries) == (outcome, 1)


@given(st.lists(st.sampled_from((BLIP, *FINAL)), max_size=6))
def test_nothing_follows_an_outcome_after_which_something_may_have_been_sent(outcomes):
    trial = Trial(*outcomes)
    asyncio.run(trial.send())
    made = outcomes[: trial.tries]
    assert all(outcome == BLIP for outcome in made[:-1])


@pytest.mark.asyncio
async def test_there_are_three_tries_at_most():
    trial = Trial(*[BLIP] * 9)
    await trial.send()
    assert trial.tries == 3


@pytest.mark.asyncio
async def test_what_stays_unreachable_is_left_alone_for_longer():
    assert await Trial(*[BLIP] * 9).send() == Deferred(30.0, "provider", "connection")


@pytest.mark.asyncio
async def test_a_pause_is_at_least_what_the_provider_asked_for():
    trial = Trial(BLIP, chance=0.0)
    await trial.send()
    assert trial.pauses == [1.0]


@pytest.mark.asyncio
async def test_pauses_are_spread():
    early, late = Trial(BLIP, chance=0.0), Trial(BLIP, chance=0.9)
    await early.send()
    await late.send()
    assert early.pauses < late.pauses


@pytest.mark.asyncio
async def test_no_try_begins_after_the_deadline():
    trial = Trial(BLIP)
    assert (await trial.send(deadline_s=0.5), trial.tries) == (Deferred(30.0, "provider", "connection"), 1)


@pytest.mark.asyncio
async def test_no_try_begins_after_patience_has_ended():
    trial = Trial(BLIP, patience=Patience(total_s=0.5))
    await trial.send()
    assert trial.tries == 1


@pytest.mark.asyncio
async def test_a_permit_that_was_withdrawn_ends_the_tries():
    readings = iter([True, False])
    trial = Trial(BLIP)
    assert (await trial.send(permit=lambda: next(readings)), trial.tries) == (NotStarted(), 1)


@pytest.mark.asyncio
async def test_a_cancellation_during_a_pause_is_obeyed():
    waiting = asyncio.Event()

    async def pause(_):
        waiting.set()
        await asyncio.Event().wait()

    adapter = Retrying(FakeAdapter("sms", in_turn([BLIP])), chance=lambda: 0.0, pause=pause)
    sending = asyncio.create_task(adapter.send(PREPARED, permit=lambda: True, deadline_s=30.0))
    await waiting.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


@pytest.mark.asyncio
async def test_a_fault_of_the_adapter_is_not_tried_again():
    calls = []

    def script(message):
        calls.append(message)
        raise RuntimeError("broken")

    adapter = Retrying(FakeAdapter("sms", script), chance=lambda: 0.0)
    with pytest.raises(RuntimeError, match="broken"):
        await adapter.send(PREPARED, permit=lambda: True, deadline_s=30.0)
    assert len(calls) == 1


class RetryingHarness:
    """A harness whose adapter is tried again, without waiting for it."""

    def __init__(self, inner):
        self._inner = inner
        self.adapter = Retrying(inner.adapter, chance=lambda: 0.0, patience=Patience(wait_s=0.0))

    def __getattr__(self, name):
        return getattr(self._inner, name)


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES)
async def test_retrying_keeps_the_protocol(case, twilio_harness):
    await CASES[case](RetryingHarness(twilio_harness))
