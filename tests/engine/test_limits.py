"""What a pool gives an account: never more than its limit in segments, its places, and what it said it can bear."""

import asyncio

import pytest

from channels.protocol import Accepted, Deferred, Rejected
from tests.engine.sending_stories import LONG, SHORT, Provider, account, all_done, job, now, pool, submit
from tests.engine.test_bucket import SLACK, excess
from tests.engine.virtual_time import run


async def sent(provider, *, text=SHORT, count=60, share=1.0, **supply):
    made = pool(account(provider, **supply), text=text)
    made.divide(share)
    submit(made, *(job(f"a-{n}") for n in range(count)))
    await all_done(made)
    return [at for at, _ in provider.calls]


def test_no_more_messages_start_than_the_limit_allows():
    starts = run(sent(Provider(), per_second=5.0))
    assert excess([(at, 1) for at in starts], 5.0, 5.0) <= SLACK


def test_the_limit_is_used():
    starts = run(sent(Provider(), per_second=5.0))
    assert starts[-1] == pytest.approx(60 / 5.0, rel=0.05)


def test_segments_count_and_not_messages():
    starts = run(sent(Provider(), text=LONG, count=10, per_second=5.0))
    assert starts[-1] - starts[0] == pytest.approx(9 * 4 / 5.0, rel=0.05)


def test_a_worker_with_half_of_the_partitions_has_half_of_the_limit():
    starts = run(sent(Provider(), share=0.5, count=30, per_second=5.0))
    assert starts[-1] == pytest.approx(30 / 2.5, rel=0.05)


def test_without_a_limit_places_are_what_counts():
    provider = Provider(seconds=0.1)
    starts = run(sent(provider, count=80, workers=8))
    assert (provider.most_at_once, starts[-1]) == (8, pytest.approx(0.9, abs=0.01))


def test_credits_follow_the_limit():
    async def credits_of(**supply):
        return pool(account(Provider(), **supply)).credits.available

    assert (run(credits_of(per_second=4.0)), run(credits_of())) == (20, 256)


def test_credits_follow_the_length_of_messages():
    async def story():
        made = pool(account(Provider(), per_second=40.0), text=LONG)
        before = made.credits.available
        submit(made, *(job(f"a-{n}") for n in range(100)))
        await all_done(made)
        return before, made.credits.available

    assert run(story()) == (200, 50)


class Crowded:
    """Refuses what comes while more than 4 calls are under way."""

    def __init__(self, provider):
        self.provider = provider
        self.refused = 0

    def __call__(self, at, attempt_id):
        if self.provider.at_once >= 4:
            self.refused += 1
            return Deferred(0.0, "provider", "20429")
        return Accepted(attempt_id)


def test_a_provider_that_says_too_much_sees_fewer_calls_at_a_time():
    async def story():
        provider = Provider()
        provider.says = Crowded(provider)
        mine = account(provider, workers=32)
        made = pool(mine)
        submit(made, *(job(f"a-{n}") for n in range(32)))
        await all_done(made)
        return mine.concurrency.limit

    assert run(story()) == 22


def test_an_account_that_asked_for_a_pause_is_left_alone_that_long():
    async def story():
        provider = Provider()
        provider.says = lambda at, attempt_id: Deferred(20.0, "provider", "20429") if at < 1 else Accepted(attempt_id)
        made = pool(account(provider, workers=1))
        submit(made, job("first"), job("second"))
        await all_done(made)
        return [at for at, _ in provider.calls]

    first, second = run(story())
    assert second - first == pytest.approx(20.1, abs=0.06)


def test_a_message_that_no_provider_would_take_uses_up_nothing():
    class Picky(Provider):
        def prepare(self, message):
            return Rejected("content", "too_long")

    async def story():
        mine = account(Picky(), per_second=1.0)
        made = pool(mine)
        submit(made, *(job(f"a-{n}") for n in range(5)))
        await all_done(made)
        return now()

    assert run(story()) < 1.2


def test_nobody_holds_a_place_while_the_gate_is_closed():
    async def story():
        provider, open_now = Provider(), []
        made = pool(account(provider, workers=1))
        submit(made, job("behind", gate=lambda: bool(open_now)), job("not behind"))
        while not provider.done:
            await asyncio.sleep(0.01)
        open_now.append(True)
        await all_done(made)
        return [attempt for _, attempt in provider.calls]

    assert run(story()) == ["not behind", "behind"]
