"""What a lane takes from a channel's pool goes to a sender, or back: over many rebalances no credit may get lost."""

import asyncio
import contextlib

import pytest
from faust.types import TP

from channels.fake import FakeAdapter
from dispatcher.engine.account import Account, Supply
from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.flushing import Flushing
from dispatcher.engine.gate import Gate
from dispatcher.engine.hourly import Hourly
from dispatcher.engine.orphans import Orphans
from dispatcher.engine.pool import Pool
from dispatcher.engine.senders import Senders
from dispatcher.engine.shared import Shared
from dispatcher.engine.transactions import FlushFailed
from dispatcher.engine.turn import Turn
from dispatcher.ops.health import Health
from tests.core.builders import due, known, policy

pytestmark = pytest.mark.asyncio

MOST_OPEN = 4


class EndlessFlush:
    """A state whose flush never ends."""

    def __init__(self):
        self.flushing = asyncio.Event()

    async def flush(self, turn, applied, planned, hour, made):
        self.flushing.set()
        await asyncio.Event().wait()


class FailingFlush:
    async def flush(self, turn, applied, planned, hour, made):
        raise FlushFailed("append of partition 0: ProducerFenced")


@pytest.fixture
def claim():
    (claim,) = known().hear(due(due_on="2026-03-02")).claims
    return claim


@pytest.fixture
def pool(claim):
    return Pool(
        claim.channel,
        [
            Account(
                Supply("fake", claim.channel, FakeAdapter(claim.channel)),
                workers=MOST_OPEN,
                most_open=MOST_OPEN,
                lease_s=60.0,
                now=0.0,
            )
        ],
        timeout_s=1.0,
        compose=lambda claim, policy: None,
        outcomes=None,
        braked=lambda channel, creditor: False,
        barred=lambda channel, point: None,
        refused=lambda channel, point, fact: None,
        hourly=Hourly(claim.channel, lambda: None, lambda: 0, lambda channel: None),
        clock=None,
        metrics=None,
    )


@pytest.fixture
def shared(pool):
    config = EngineConfig(Connection("nowhere:1"), "a", "", 1)
    calls = Hourly("call_task", lambda: None, lambda: 0, lambda channel: None)
    senders = Senders({pool.channel: pool}, calls)
    unused = dict.fromkeys(Shared.__dataclass_fields__)
    used = {
        "config": config,
        "senders": senders,
        "orphans": Orphans(config, senders, None),
        "health": Health(),
        "flushing": asyncio.Semaphore(1),
    }
    return Shared(**(unused | used))


@pytest.fixture
def flushing(shared):
    return Flushing("lane-0", TP("inbox", 0), Gate(frozenset, lambda: True, lambda: True), shared)


def turn_with(claim, pool):
    turn = Turn(claim.claimed_at, policy())
    turn.claims.append((claim, 0))
    pool.credits.take(0)
    return turn


async def test_a_claim_whose_flush_failed_costs_no_credit(flushing, pool, claim):
    with pytest.raises(FlushFailed):
        await flushing.flush(turn_with(claim, pool), FailingFlush(), 0, "")
    assert pool.credits.available == MOST_OPEN


async def test_a_claim_whose_flush_a_rebalance_ended_costs_no_credit(flushing, pool, claim):
    state = EndlessFlush()
    flush = asyncio.ensure_future(flushing.flush(turn_with(claim, pool), state, 0, ""))
    await state.flushing.wait()
    flush.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await flush
    assert pool.credits.available == MOST_OPEN


async def test_a_claim_that_waited_for_its_flush_when_a_rebalance_came_costs_no_credit(flushing, shared, pool, claim):
    async with shared.flushing:
        flush = asyncio.ensure_future(flushing.flush(turn_with(claim, pool), FailingFlush(), 0, ""))
        await asyncio.sleep(0)
        flush.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await flush
    assert pool.credits.available == MOST_OPEN
