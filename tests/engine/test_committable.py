"""What is to be committed: whatever is durable and the group's coordinator has not confirmed."""

from types import SimpleNamespace

from faust.types import TP

from dispatcher.engine.positions import Committable, PositionedConsumer

INPUT = TP("billing.due", 0)


def durable_to(position: int) -> Committable:
    committable = Committable()
    committable.advance(INPUT, position)
    return committable


def commits(committable: Committable, position: int) -> bool:
    """Whether Faust's consumer, made ours, would commit a position."""
    return PositionedConsumer._should_commit(SimpleNamespace(committable=committable), INPUT, position)


def test_a_position_that_was_never_confirmed_is_committed():
    assert commits(durable_to(7), 7)


def test_a_confirmed_one_is_not_committed_again():
    committable = durable_to(7)
    committable.committed({INPUT: 7})
    assert not commits(committable, 7)


def test_one_behind_what_was_confirmed_is_not_committed():
    committable = durable_to(7)
    committable.committed({INPUT: 9})
    assert not commits(committable, 7)


def test_a_partition_that_was_lost_and_came_back_is_committed_anew():
    committable = durable_to(7)
    committable.committed({INPUT: 7})
    committable.forget([INPUT])
    committable.advance(INPUT, 7)
    assert commits(committable, 7)
