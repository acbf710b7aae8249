"""The conformance cases find what they look for: for each there is an adapter that is wrong in just that."""

import asyncio
import itertools
import logging

import pytest

from channels.conformance import CASES, EVERY, NonConformance, applicable
from channels.protocol import (
    Accepted,
    Capabilities,
    Deferred,
    Message,
    NotStarted,
    Prepared,
    Rejected,
    Unknown,
    Unwell,
    Well,
)


class Provider:
    def __init__(self):
        self.taken, self.staged, self.listens, self.read = 0, None, True, asyncio.Event()


class RightAdapter:
    name = "right"
    capabilities = Capabilities("sms", idempotency="none", max_text=None, expires=False)

    def __init__(self, provider):
        self.provider, self.closed = provider, False

    def prepare(self, message):
        return Prepared(message)

    async def send(self, prepared, *, permit, deadline_s):
        if self.closed or not self.provider.listens:
            return Deferred(1.0, "provider", "connection")
        if not permit():
            return NotStarted()
        self.provider.read.set()
        situation, self.provider.staged = self.provider.staged, None
        match situation:
            case "refuses_recipient":
                return Rejected("recipient", "1")
            case "limits_rate":
                return Deferred(1.0, "provider", "2")
            case "cuts_after_request":
                return Unknown("connection")
            case "never_answers":
                return await self.silence(deadline_s)
        self.provider.taken += 1
        return Accepted(f"reference-{self.provider.taken}")

    async def silence(self, deadline_s):
        try:
            async with asyncio.timeout(deadline_s):
                await asyncio.Event().wait()
        except TimeoutError:
            return Unknown("timeout")

    async def health(self, *, deadline_s):
        return Well() if self.provider.listens else Unwell("connection")

    async def close(self):
        self.closed = True


class InMemory:
    situations = EVERY
    secrets = ("+12025550123", "the text")

    def __init__(self, adapter):
        self.provider = Provider()
        self.adapter = adapter(self.provider)

    def message(self, attempt_id):
        return Message(attempt_id, "sms", "+12025550123", "the text", "en")

    def stage(self, situation):
        self.provider.staged = situation

    async def request_read(self):
        await self.provider.read.wait()

    async def disappear(self):
        self.provider.listens = False

    def taken(self):
        return self.provider.taken


def answering(wrongly):
    """An adapter whose right outcomes pass through `wrongly`."""

    class Wrong(RightAdapter):
        async def send(self, prepared, *, permit, deadline_s):
            return wrongly(await super().send(prepared, permit=permit, deadline_s=deadline_s))

    return Wrong


class Unreproducible(RightAdapter):
    counter = itertools.count()

    def prepare(self, message):
        return Prepared(message, b"%d" % next(self.counter))


class AsksTooEarly(RightAdapter):
    async def send(self, prepared, *, permit, deadline_s):
        permit()
        return await super().send(prepared, permit=permit, deadline_s=deadline_s)


class WaitsForever(RightAdapter):
    async def silence(self, deadline_s):
        await asyncio.Event().wait()


class IgnoresThePermit(RightAdapter):
    async def send(self, prepared, *, permit, deadline_s):
        return await super().send(prepared, permit=lambda: True, deadline_s=deadline_s)


class LeavesATask(RightAdapter):
    async def silence(self, deadline_s):
        self.left = asyncio.create_task(asyncio.sleep(30))
        return await super().silence(deadline_s)


class LeavesAHalfUsedConnection(RightAdapter):
    async def silence(self, deadline_s):
        self.provider.staged = "refuses_recipient"
        return await super().silence(deadline_s)


class SwallowsCancellation(RightAdapter):
    async def silence(self, deadline_s):
        try:
            return await super().silence(deadline_s)
        except asyncio.CancelledError:
            return Unknown("cancelled")


class StaysOpen(RightAdapter):
    async def close(self):
        pass


class SendsToSeeWhetherItWorks(RightAdapter):
    async def health(self, *, deadline_s):
        self.provider.taken += 1
        return Well()


class LooksIll(RightAdapter):
    async def health(self, *, deadline_s):
        return Unwell("connection")


class LooksWell(RightAdapter):
    async def health(self, *, deadline_s):
        return Well()


class Talks(RightAdapter):
    async def send(self, prepared, *, permit, deadline_s):
        logging.getLogger("talks").debug("sending to %s", prepared.message.recipient)
        return await super().send(prepared, permit=permit, deadline_s=deadline_s)


class ShowsItsText(RightAdapter):
    def __repr__(self):
        return "ShowsItsText(the text)"


def as_(kind, outcome):
    return lambda right: outcome if isinstance(right, kind) else right


WRONG = {
    "no reference": ("accepted_returns_a_reference", answering(as_(Accepted, Accepted("")))),
    "doubts what was accepted": ("accepted_returns_a_reference", answering(as_(Accepted, Unknown("?")))),
    "prepares differently": ("preparing_twice_is_the_same", Unreproducible),
    "wrong class": ("refusal_names_its_class", answering(as_(Rejected, Rejected("content", "1")))),
    "no code": ("refusal_names_its_class", answering(as_(Rejected, Rejected("recipient", "")))),
    "no delay": ("rate_limit_carries_a_delay", answering(as_(Deferred, Deferred(0.0, "provider", "2")))),
    "doubts what never left": ("refused_connection_is_safe", answering(as_(Deferred, Unknown("connection")))),
    "asks too early": ("refused_connection_is_safe", AsksTooEarly),
    "sure of what it lost": (
        "cut_after_the_request_is_unknown",
        answering(as_(Unknown, Deferred(1.0, "provider", "cut"))),
    ),
    "ignores the permit": ("refused_permit_sends_nothing", IgnoresThePermit),
    "leaves a task": ("cancelling_leaves_nothing", LeavesATask),
    "leaves a connection": ("cancelling_leaves_nothing", LeavesAHalfUsedConnection),
    "swallows the cancellation": ("cancelling_leaves_nothing", SwallowsCancellation),
    "one reference for all": ("many_at_once_do_not_mix", answering(as_(Accepted, Accepted("always-the-same")))),
    "sends when closed": ("closing_twice_is_closing", StaysOpen),
    "sends to see whether it works": ("looking_sends_nothing", SendsToSeeWhetherItWorks),
    "looks ill": ("looking_sends_nothing", LooksIll),
    "looks well": ("a_provider_that_is_gone_is_not_well", LooksWell),
    "logs the recipient": ("nothing_personal_is_shown", Talks),
    "shows the text": ("nothing_personal_is_shown", ShowsItsText),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES)
async def test_a_right_adapter_passes(case):
    await CASES[case](InMemory(RightAdapter))


@pytest.mark.asyncio
@pytest.mark.parametrize(("case", "adapter"), WRONG.values(), ids=WRONG)
async def test_a_wrong_adapter_is_found(case, adapter):
    with pytest.raises(NonConformance):
        await CASES[case](InMemory(adapter))


@pytest.mark.asyncio
async def test_an_adapter_that_outstays_its_deadline_is_found():
    with pytest.raises(TimeoutError):
        await CASES["silence_is_unknown_by_the_deadline"](InMemory(WaitsForever))


def test_every_case_has_an_adapter_that_it_finds():
    assert {case for case, _ in WRONG.values()} | {"silence_is_unknown_by_the_deadline"} == set(CASES)


def test_an_adapter_is_spared_the_situations_that_its_provider_cannot_be_in():
    spared = set(CASES) - set(applicable(EVERY - {"gone"}))
    assert spared == {"refused_connection_is_safe", "a_provider_that_is_gone_is_not_well"}


def test_no_case_is_spared_without_a_reason():
    assert applicable() == tuple(CASES)
