"""A lane that cannot flush refuses what comes, so that its memory does not grow with what waits in Kafka."""

from types import SimpleNamespace
from typing import cast

from faust.types import TP

from dispatcher.engine.backlog import MOST_WAITING
from dispatcher.engine.carriers import Stretch
from dispatcher.engine.gate import Gate
from dispatcher.engine.lane import Lane
from dispatcher.engine.lane_state import LaneState
from dispatcher.engine.shared import Shared

POLL = 500


class House:
    """A lane that has its state and never comes to flush, and the consumer that it may pause."""

    def __init__(self) -> None:
        self.paused: list[TP] = []
        config = SimpleNamespace(inbox="inbox")
        shared = SimpleNamespace(config=config, clock=None, pause=self.paused.append)
        self.lane = Lane(0, Gate(frozenset, lambda: True, lambda: True), cast("Shared", shared))
        self.lane._state = cast("LaneState", object())
        self.handed_over = 0

    def poll(self) -> None:
        first = self.handed_over
        self.handed_over += POLL
        records = [SimpleNamespace(offset=n, key=b"c", value=b"") for n in range(first, self.handed_over)]
        self.lane.offer(Stretch(self.lane.tp, first - 1 if first else None, records))

    @property
    def kept(self) -> int:
        return sum(len(each.records) for each in self.lane._backlog._waiting)


def test_what_waits_for_a_lane_is_bounded_however_much_is_offered():
    house = House()
    for _ in range(1_000):
        house.poll()
    assert MOST_WAITING <= house.kept <= MOST_WAITING + POLL


def test_the_partition_is_paused_once_the_lane_is_full():
    house = House()
    while not house.paused:
        house.poll()
    assert (house.paused[0], house.kept > MOST_WAITING) == (house.lane.tp, True)


def test_before_that_nothing_is_refused():
    house = House()
    for _ in range(MOST_WAITING // POLL):
        house.poll()
    assert (house.paused, house.kept) == ([], house.handed_over)


def test_a_lane_that_restores_keeps_nothing():
    house = House()
    house.lane._state = None
    house.poll()
    assert (house.kept, house.paused) == (0, [house.lane.tp])
