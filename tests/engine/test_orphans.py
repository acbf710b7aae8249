"""Claims that nobody here will report on: which are given back, which wait for their judgement."""

import asyncio

import pytest

from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.hourly import Hourly
from dispatcher.engine.orphans import Orphans
from dispatcher.engine.senders import Senders
from schemas import state
from schemas.inbox import AttemptReleased
from schemas.state import HAS_OPEN_CLAIM, Attempt, Customer

pytestmark = pytest.mark.asyncio

CLAIMED_AT = 5_000


class Desk:
    """Remembers what is reported."""

    def __init__(self):
        self.told = []

    async def report(self, customer_id, fact):
        self.told.append((customer_id, fact))


def records(claimed_at=CLAIMED_AT):
    attempt = Attempt("ct-1", "claimed", "sms", "first", None, ("I-1",), "+447700900001", claimed_at, 9)
    return {b"C-1": state.encode(Customer(attempts={"ct-1.1": attempt}), None, HAS_OPEN_CLAIM)}


async def adopted(orphans, found):
    orphans.adopt(0, found)
    await asyncio.sleep(0)  # the report is a task of its own


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def orphans(desk):
    return Orphans(
        EngineConfig(Connection("nowhere:1"), "a", "", 1),
        Senders({}, Hourly("call_task", lambda: None, lambda: 0, lambda channel: None)),
        desk,
    )


async def test_a_claim_of_our_own_failed_flush_that_stands_after_all_is_given_back(orphans, desk):
    orphans.unsent("ct-1.1", CLAIMED_AT)
    await adopted(orphans, records())
    assert desk.told == [("C-1", AttemptReleased("ct-1.1", "lease_expired"))]


async def test_the_same_attempt_claimed_by_somebody_else_meanwhile_is_not(orphans, desk):
    orphans.unsent("ct-1.1", CLAIMED_AT)
    await adopted(orphans, records(claimed_at=CLAIMED_AT + 4_000))
    assert desk.told == []


async def test_a_claim_of_an_owner_that_is_gone_is_not_given_back(orphans, desk):
    await adopted(orphans, records())
    assert desk.told == []
