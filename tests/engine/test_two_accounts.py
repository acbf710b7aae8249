"""Two accounts of one channel: what goes elsewhere, what never does, and who is named."""

import asyncio
from collections import Counter

import pytest

from channels.protocol import Accepted, Deferred, Message, Rejected, Unknown
from dispatcher.engine.account import Supply
from schemas.inbox import AttemptAccepted, AttemptInDoubt, AttemptReleased
from tests.engine.sending_stories import Inbox, Provider, account, all_done, job, pool, submit
from tests.engine.virtual_time import run

REFUSED = Deferred(5.0, "provider", "ConnectionRefusedError")


class Both:
    """Accounts `one` and `two`; `says` is what becomes of a message at `one`."""

    def __init__(self, says=None, **supply):
        self.one, self.two, self.inbox = Provider(), Provider(), Inbox()
        self.one.says = says
        self.pool = pool(
            account(self.one, name="one", **supply), account(self.two, name="two", **supply), inbox=self.inbox
        )

    async def send(self, count):
        submit(self.pool, *(job(f"a-{number}") for number in range(count)))
        await all_done(self.pool)
        return self

    def facts(self):
        return list(self.inbox.facts.values())


async def sent(count, says=None, **supply):
    return await Both(says, **supply).send(count)


def test_both_are_used_by_weight():
    both = run(sent(40))
    assert (len(both.one.calls), len(both.two.calls)) == (20, 20)


def test_the_outcome_names_the_account():
    both = run(sent(2))
    named = {each.attempt_id: each.provider for each in both.facts()}
    assert named == {attempt: "one" for _, attempt in both.one.calls} | {
        attempt: "two" for _, attempt in both.two.calls
    }


def test_what_was_certainly_not_sent_goes_to_the_other_at_once():
    both = run(sent(10, lambda at, attempt: REFUSED))
    assert {type(each) for each in both.facts()} == {AttemptAccepted}


def test_what_may_have_been_sent_is_never_sent_by_the_other():
    both = run(sent(10, lambda at, attempt: Unknown("timeout")))
    doubtful = {each.attempt_id for each in both.facts() if isinstance(each, AttemptInDoubt)}
    assert doubtful
    assert doubtful.isdisjoint(attempt for _, attempt in both.two.calls)


def test_a_doubt_names_the_account_that_was_called():
    both = run(sent(10, lambda at, attempt: Unknown("timeout")))
    assert {each.provider for each in both.facts() if isinstance(each, AttemptInDoubt)} == {"one"}


def test_nobody_is_sent_twice_whatever_one_says():
    says = [REFUSED, Rejected("config", "20003"), Unknown("t"), Accepted("r"), Deferred(9.0, "sender", "21611")]
    both = run(sent(60, lambda at, attempt: says[int(attempt.removeprefix("a-")) % len(says)]))
    taken = Counter(attempt for _, attempt in both.two.calls)
    maybe = {each.attempt_id for each in both.facts() if isinstance(each, AttemptInDoubt)}
    accepted_by_one = {
        each.attempt_id for each in both.facts() if isinstance(each, AttemptAccepted) and each.provider == "one"
    }
    assert max(taken.values()) == 1
    assert not (maybe | accepted_by_one) & set(taken)


def test_an_account_that_cannot_log_in_costs_nobody_a_reminder():
    both = run(sent(20, lambda at, attempt: Rejected("config", "20003")))
    assert {type(each) for each in both.facts()} == {AttemptAccepted}


def test_a_wrong_number_is_refused_and_tried_nowhere_else():
    both = run(sent(20, lambda at, attempt: Rejected("recipient", "21211")))
    assert len(both.two.calls) == 10


@pytest.mark.parametrize(
    ("sender", "own_numbers", "used"),
    [
        ("+447700900001", True, None),
        ("MG" + "0" * 32, True, None),
        ("Example", True, "Example"),
        ("+447700900001", False, "+447700900001"),
    ],
    ids=["a number", "a service", "a name", "its own number"],
)
def test_a_sender_that_is_another_accounts_is_not_used(sender, own_numbers, used):
    supply = Supply("two", "sms", Provider(), own_numbers=own_numbers)
    assert supply.worded(Message("a-1", "sms", "+447700900009", "Due.", "en", sender)).sender == used


class Unpreparable(Provider):
    """Refuses every call until `well`; what is `long` it cannot even prepare, as `spoils` says."""

    def __init__(self, spoils):
        super().__init__(says=lambda at, attempt: Accepted(attempt, 1) if self.well else REFUSED)
        self.spoils = spoils
        self.well = False

    def prepare(self, message):
        return self.spoils() if message.attempt_id.startswith("long") else super().prepare(message)


def broken():
    raise RuntimeError("a fault of the adapter")


@pytest.mark.parametrize("spoils", [lambda: Rejected("content", "30007"), broken], ids=["refused", "a fault"])
def test_a_message_that_cannot_be_prepared_takes_no_accounts_last_chance(spoils):
    async def story():
        both = Both()
        both.one = Unpreparable(spoils)
        both.pool = pool(account(both.one, name="one"), account(both.two, name="two"), inbox=both.inbox)
        await both.send(30)
        both.one.well = True
        await asyncio.sleep(6.0)
        submit(both.pool, *(job(f"long-{number}") for number in range(4)))
        await all_done(both.pool)
        before = len(both.one.calls)
        submit(both.pool, *(job(f"b-{number}") for number in range(20)))
        await all_done(both.pool)
        return len(both.one.calls) - before

    assert run(story()) > 0


def test_with_one_account_what_it_refuses_waits():
    async def story():
        provider, inbox = Provider(), Inbox()
        provider.says = lambda at, attempt: REFUSED
        made = pool(account(provider), inbox=inbox)
        submit(made, job("a-0"))
        await all_done(made)
        return inbox.facts["a-0"]

    assert isinstance(run(story()), AttemptReleased)


def test_a_slow_account_takes_no_place_from_the_other():
    async def story():
        both = Both(workers=4)
        both.one.seconds = 9.0
        await both.send(100)
        return max(at for at, _ in both.two.calls)

    assert run(story()) < 3.0


def test_an_account_that_is_out_comes_back_by_itself():
    async def story():
        both = Both(lambda at, attempt: Unknown("timeout") if at < 30 else Accepted(attempt))
        for _ in range(120):
            submit(both.pool, *(job(f"{len(both.one.calls)}-{len(both.two.calls)}-{n}") for n in range(4)))
            both.pool.review()
            await asyncio.sleep(1.0)
        await all_done(both.pool)
        late = [at for at, _ in both.one.calls if at > 110]
        return len(late), sum(isinstance(each, AttemptInDoubt) for each in both.facts())

    calls, doubts = run(story())
    assert calls >= 15
    assert doubts < 12
