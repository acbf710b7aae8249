"""What a later release says is not for this one to judge: it stops before it decides anything without it."""

from dataclasses import dataclass

import msgspec
import pytest

from dispatcher.core.claim import Claim
from dispatcher.core.policy import Policy
from dispatcher.engine.arrivals import OfLaterRelease
from dispatcher.engine.task_records import TaskWriter
from dispatcher.engine.turn import Decider, StateUnreadable, Turn
from schemas import inbox, state
from schemas.inbox import Arrival, Cause, CustomerErased
from tests.core.builders import CUSTOMER, LIVE, known

CAUSE = Cause("customers.feedback", 0, 7, "/desk", "e")


@dataclass(frozen=True)
class Read:
    """A record as the consumer gives it."""

    value: bytes
    topic: str = "reminders.inbox"
    partition: int = 3
    offset: int = 12
    timestamp: int = 0
    key: bytes = CUSTOMER.encode()


def no_script(claim: Claim, policy: Policy) -> str:
    raise AssertionError("no call is due")


def heard(value: bytes, record: bytes | None = None) -> Turn:
    story = known()
    turn = Turn(story.now, story.policy)
    kept = record or state.encode(story.customer, None, 0)
    Decider(TaskWriter(no_script)).decide(turn, CUSTOMER.encode(), [Read(value)], kept, LIVE)
    return turn


def of(tag: int) -> bytes:
    return msgspec.msgpack.encode([1, CAUSE, [tag, "I-1"]])


def test_a_fact_of_a_later_release_is_named_by_its_place() -> None:
    with pytest.raises(OfLaterRelease, match=r"reminders\.inbox\[3\].*tag 99, offset 12"):
        heard(of(99))


def test_a_damaged_record_is_parked_and_never_in_the_way() -> None:
    assert b'"parked"' in heard(of(2)).journal[0][1]


def test_a_record_that_is_understood_is_folded() -> None:
    assert len(heard(inbox.encode(Arrival(1, CAUSE, CustomerErased()))).state) == 1


def test_a_state_of_a_later_release_decides_nothing() -> None:
    later = bytes((state.WITH_DIALS + 1,)) + state.encode(state.EMPTY, None, 0)[1:]
    with pytest.raises(StateUnreadable, match="version 3"):
        heard(of(13), later)
