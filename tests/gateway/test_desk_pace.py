"""A desk that cannot be asked is asked later and later, by one at a time; one refusal delays no other task."""

import asyncio

import pytest

from channels.desk_webhook import NotTaken, Taken
from dispatcher.gateway.desk_pace import DeskPace, Expired, wait_s
from tests.engine.virtual_time import run

AWAY, REFUSED, BUSY = (
    NotTaken("unreachable", "dns"),
    NotTaken("content", "http-422"),
    NotTaken("busy", "http-429", 300.0),
)


def nothing() -> float:
    return 0.0


class Desk:
    """Gives these answers, then takes everything; remembers when it was asked, and how many at once."""

    def __init__(self, *answers, lasts_s=0.0):
        self.answers, self.lasts_s = list(answers), lasts_s
        self.asked, self.now, self.most = [], 0, 0
        self.pace = DeskPace(nothing, asyncio.get_running_loop().time)

    async def _post(self):
        self.asked.append(asyncio.get_running_loop().time())
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self.lasts_s)
        self.now -= 1
        return self.answers.pop(0) if self.answers else Taken()

    async def ask(self):
        return await self.pace.ask(self._post)

    async def ask_until_taken(self):
        while not isinstance(await self.ask(), Taken):
            pass


def times(*answers, asks):
    async def story():
        desk = Desk(*answers)
        for _ in range(asks):
            await desk.ask()
        return desk.asked

    return run(story())


def test_a_desk_that_is_away_is_asked_after_one_second_then_two_then_four():
    assert times(AWAY, AWAY, AWAY, asks=4) == [0, 1, 3, 7]


def test_it_is_asked_once_a_minute_at_least():
    asked = times(*[AWAY] * 20, asks=20)

    assert asked[-1] - asked[-2] == 60


def test_once_it_takes_something_it_is_asked_at_once_again():
    assert times(AWAY, asks=4) == [0, 1, 1, 1]


def test_it_is_not_asked_before_the_time_that_it_named():
    assert times(BUSY, asks=2) == [0, 300]


def test_a_time_that_it_named_is_believed_for_an_hour():
    assert times(NotTaken("busy", "http-503", 86_400.0), asks=2) == [0, 3600]


def test_a_refusal_of_one_task_delays_no_other():
    assert times(REFUSED, REFUSED, asks=3) == [0, 0, 0]


def test_what_expired_says_nothing_of_the_desk():
    assert times(AWAY, Expired(), asks=3) == [0, 1, 1]


def test_many_that_fail_together_are_one_failure():
    async def story():
        desk = Desk(*[AWAY] * 8, lasts_s=0.5)
        await asyncio.gather(*(desk.ask() for _ in range(8)))
        await desk.ask()
        return desk.asked[-1]

    assert run(story()) == 1.5


def test_after_a_failure_one_asks_first():
    async def story():
        desk = Desk(*[AWAY] * 4, lasts_s=0.5)
        await desk.ask()
        desk.most = 0
        await asyncio.gather(*(desk.ask() for _ in range(3)))
        return desk.most

    assert run(story()) == 1


def test_when_one_was_taken_all_ask_at_once():
    async def story():
        desk = Desk(AWAY, lasts_s=0.5)
        await desk.ask()
        await asyncio.gather(*(desk.ask_until_taken() for _ in range(5)))
        return desk.most

    assert run(story()) == 4


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 4.0), (0.5, 4.5)])
def test_gateways_do_not_ask_in_step(chance, expected):
    assert wait_s(3, lambda: chance) == expected


def test_no_number_of_failures_is_too_large():
    assert wait_s(100_000, nothing) == 60.0
