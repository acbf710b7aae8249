"""Who stands still although records wait and Kafka answers is read again, and in the end ends the process."""

import pytest
from faust.types import TP

from dispatcher.engine.config import Stillness
from dispatcher.engine.positions import Committable
from dispatcher.engine.watchdog import Standing, Stuck, Watchdog

pytestmark = pytest.mark.asyncio
HERE, THERE = TP("inbox", 0), TP("inbox", 1)


class House:
    def __init__(self) -> None:
        self.now, self.reachable = 100.0, True
        self.at = {HERE: 5, THERE: 5}
        self.end = {HERE: 9, THERE: 5}
        self.again: list[tuple[TP, int]] = []
        self.alarms = 0
        self.what = "records"
        self.watchdog = Watchdog(
            lambda: [Standing(self.what, tp, self.at[tp], self.end[tp]) for tp in self.at],
            lambda: self.reachable,
            self.read_again,
            self.alarm,
            Stillness(patience_s=10, tries=2),
            monotonic=lambda: self.now,
        )

    async def read_again(self, tp: TP, position: int) -> None:
        self.again.append((tp, position))

    def alarm(self) -> None:
        self.alarms += 1

    async def pass_by(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.watchdog.look()
            self.now += 1.0
        await self.watchdog.look()


async def test_what_stands_still_is_read_again_from_its_position():
    house = House()
    await house.pass_by(11)
    assert (house.again, house.alarms) == ([(HERE, 5)], 1)


async def test_before_that_it_is_given_time():
    house = House()
    await house.pass_by(9)
    assert house.again == []


async def test_what_moves_is_left_alone():
    house = House()
    for _ in range(30):
        house.at[HERE] += 1
        house.end[HERE] += 1
        await house.pass_by(2)
    assert house.again == []


async def test_what_has_nothing_to_do_is_left_alone():
    house = House()
    house.at[HERE] = house.end[HERE]
    await house.pass_by(60)
    assert house.again == []


async def test_while_kafka_is_away_no_time_passes():
    house = House()
    await house.pass_by(9)
    house.reachable = False
    await house.pass_by(600)
    house.reachable = True
    await house.pass_by(9)
    assert house.again == []


async def test_after_a_rebalance_everything_has_its_time_again():
    house = House()
    for _ in range(8):
        await house.pass_by(8)
        house.watchdog.assigned()
    assert house.again == []


async def test_what_still_does_not_move_ends_the_process_with_its_name():
    house = House()
    with pytest.raises(Stuck, match=r"records of inbox\[0\] stand at 5 of 9"):
        await house.pass_by(40)
    assert len(house.again) == 2


async def test_a_position_that_is_not_committed_is_not_read_again_but_ends_the_process_too():
    house = House()
    house.what = "commits"
    with pytest.raises(Stuck, match=r"commits of inbox\[0\]"):
        await house.pass_by(40)
    assert (house.again, house.alarms) == ([], 2)


async def test_whoever_gets_on_has_all_tries_again():
    house = House()
    for _ in range(5):
        await house.pass_by(21)
        house.at[HERE] += 1
        house.end[HERE] += 1
    assert house.alarms == 10


async def test_a_position_that_is_durable_and_not_committed_is_behind():
    known = Committable()
    known.advance(HERE, 9)
    known.advance(THERE, 4)
    known.committed({HERE: 7, THERE: 4})
    assert known.uncommitted() == [(HERE, 7, 9)]


async def test_a_position_of_which_nothing_was_committed_yet_is_behind():
    known = Committable()
    known.advance(HERE, 9)
    assert known.uncommitted() == [(HERE, -1, 9)]


async def test_a_partition_that_was_given_up_is_not():
    known = Committable()
    known.advance(HERE, 9)
    known.forget([HERE])
    assert known.uncommitted() == []
