"""A bulk creditor's thousands do not delay mandatory contacts: the 99th percentile stays within twice of what it is alone.

The lane's part is played as it is: it claims against credits, mandatory contacts also against those that are reserved, and
whoever finds none waits in the queue of those who are due.
"""

import asyncio

import pytest

from dispatcher.core.decide import Lacking
from dispatcher.engine.held import Held
from tests.engine.sending_stories import Inbox, Provider, account, job, now, pool
from tests.engine.virtual_time import run

MANDATORY = 200
EVERY_S = 0.05
TEXTS = frozenset({"sms"})


class Lane:
    """Claims for those who are due, or holds them until there is credit."""

    def __init__(self, made):
        self.pool = made
        self.held = Held()
        self.due_at = {}
        made.credits.on_return = self.credit

    def due(self, key, creditor, *, mandatory):
        self.due_at[key] = now()
        if (self.pool.credits.available_for_mandatory if mandatory else self.pool.credits.available) > 0:
            self.claim(key, creditor, mandatory=mandatory)
        else:
            self.held.add(Lacking("sms", creditor, mandatory), f"{creditor}|{key}|{mandatory}".encode())

    def claim(self, key, creditor, *, mandatory):
        self.pool.credits.take(0)
        self.pool.submit(job(key, creditor, mandatory=mandatory))

    def credit(self):
        ready = self.held.ready(
            lambda: TEXTS if self.pool.credits.available > 0 else frozenset(),
            lambda: TEXTS if self.pool.credits.available_for_mandatory > 0 else frozenset(),
        )
        for each in ready:
            creditor, key, mandatory = each.decode().split("|")
            self.claim(key, creditor, mandatory=mandatory == "True")

    async def look_now_and_then(self):
        while True:
            await asyncio.sleep(0.25)
            self.credit()


async def waits(bulk, *, seconds=0.1, **supply):
    """(99th percentile of the mandatory contacts' time from due to accepted, when bulk of creditor A was done)."""
    provider, inbox = Provider(seconds), Inbox()
    lane = Lane(pool(account(provider, most_open=64, **supply), inbox=inbox))
    looking = asyncio.ensure_future(lane.look_now_and_then())
    await asyncio.sleep(2.0)  # the limit has been used by nobody
    for number in range(bulk):
        lane.due(f"bulk-{number}", "A", mandatory=False)
    for number in range(MANDATORY):
        lane.due(f"must-{number}", "B", mandatory=True)
        await asyncio.sleep(EVERY_S)
    while lane.pool.busy or lane.held:
        await asyncio.sleep(0.05)
    looking.cancel()
    took = sorted(at - lane.due_at[key] for key, at in inbox.at.items() if key.startswith("must"))
    return took[int(len(took) * 0.99) - 1], len(inbox.at)


@pytest.mark.parametrize("supply", [{"workers": 8}, {"workers": 32, "per_second": 60.0}], ids=["places", "limit"])
def test_the_99th_percentile_stays_within_twice_while_ten_times_as_many_are_queued(supply):
    alone, _ = run(waits(0, **supply))
    beside, _ = run(waits(10 * MANDATORY, **supply))
    print(f"mandatory p99: {alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside bulk")
    assert beside <= 2 * alone


def test_the_bulk_is_sent_all_the_same():
    _, sent = run(waits(500, workers=8))
    assert sent == 500 + MANDATORY


async def order_of(*creditors):
    provider = Provider(0.1)
    lane = Lane(pool(account(provider, workers=1, most_open=64)))
    for creditor, count in creditors:
        for number in range(count):
            lane.due(f"{creditor}-{number}", creditor, mandatory=False)
    while lane.pool.busy or lane.held:
        await asyncio.sleep(0.05)
        lane.credit()
    return [attempt for _, attempt in provider.calls]


def test_a_small_creditor_does_not_wait_behind_a_large_one():
    sent = run(order_of(("A", 40), ("B", 2)))
    assert sent.index("B-1") <= 4
