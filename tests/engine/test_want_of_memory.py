"""A process without memory says nothing of a record: it is neither parked nor held to be damaged."""

import pytest

from dispatcher.engine.keeping import Plain
from dispatcher.engine.task_records import TaskWriter
from dispatcher.engine.turn import Decider, Turn
from schemas import state
from schemas.state import Customer
from tests.core.builders import CUSTOMER, conditions, due, known


class Full(Plain):
    """Opens no record any more."""

    def customer(self, key: bytes, record: bytes) -> Customer:
        raise MemoryError


def test_a_decision_without_memory_is_a_fault_of_the_lane_and_writes_nothing() -> None:
    story = known(under=conditions(credit=()), start="2026-03-10 10:00")
    story.hear(due())
    turn = Turn(story.now, story.policy, keeper=Full())
    kept = state.encode(story.customer, story.now, 0)

    with pytest.raises(MemoryError):
        Decider(TaskWriter(lambda _, __: "")).decide(turn, CUSTOMER.encode(), [], kept, conditions())

    assert (turn.state, turn.journal) == ([], [])
