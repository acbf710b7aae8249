"""A lane that cannot flush refuses what comes, so that its memory does not grow with what waits in Kafka."""

from types import SimpleNamespace
from typing import cast

from faust.types import TP

from dispatcher.engine.backlog import MOST_WAITING
from dispatcher.engine.carriers import Stretch
from dispatcher.engine.gate import Gate
from dispatcher.engine.lane import Lane
from dispatcher.engine.lane_inbox import LaneInbox
from dispatcher.engine.shared import Shared

POLL = 500
PARTITION = TP("inbox", 0)


def stretch(first: int) -> Stretch:
    records = [SimpleNamespace(offset=n, key=b"c", value=b"") for n in range(first, first + POLL)]
    return Stretch(PARTITION, first - 1 if first else None, records)


class House:
    """The consumer that a lane may pause, and what was offered of a partition."""

    def __init__(self) -> None:
        self.paused: list[TP] = []
        config = SimpleNamespace(inbox=PARTITION.topic)
        self.shared = cast("Shared", SimpleNamespace(config=config, clock=None, pause=self.paused.append))
        self.inbox = LaneInbox(PARTITION, self.shared)
        self.handed_over = 0

    def poll(self) -> None:
        self.inbox.offer(stretch(self.handed_over))
        self.handed_over += POLL

    def taken(self) -> int:
        """How many records had been kept; afterwards none are."""
        return sum(map(len, self.inbox.take(self.handed_over).by_customer.values()))


def test_what_waits_for_a_lane_is_bounded_however_much_is_offered():
    house = House()
    for _ in range(1_000):
        house.poll()
    assert MOST_WAITING <= house.taken() <= MOST_WAITING + POLL


def test_the_partition_is_paused_once_the_lane_is_full():
    house = House()
    while not house.paused:
        house.poll()
    assert (house.paused[0], house.taken() > MOST_WAITING) == (PARTITION, True)


def test_before_that_nothing_is_refused():
    house = House()
    for _ in range(MOST_WAITING // POLL):
        house.poll()
    assert (house.paused, house.taken()) == ([], house.handed_over)


def test_a_lane_that_restores_has_its_partition_paused():
    house = House()
    Lane(0, Gate(frozenset, lambda: True, lambda: True), house.shared, lambda: None).offer(stretch(0))
    assert house.paused == [PARTITION]
