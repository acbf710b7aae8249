"""The wall clock is the system's, or one that says how it was set."""

import time

import pytest

from dispatcher.ops.clock import PlanningClock, SettableClock, SystemClock, clock_for
from dispatcher.settings import ClockSettings


def test_the_system_clock_is_unmarked():
    assert clock_for(None).marked is None


def test_the_system_clock_counts_milliseconds():
    assert abs(SystemClock().now() - time.time() * 1000) < 1_000


def test_a_clock_that_was_set_starts_where_it_was_set():
    assert SettableClock(1_772_438_400_000, 60, monotonic=lambda: 5.0).now() == 1_772_438_400_000


def test_its_rate_is_how_fast_it_runs():
    seconds = iter([5.0, 7.5])
    clock = SettableClock(1_000_000, 60, monotonic=lambda: next(seconds))

    assert clock.now() == 1_000_000 + 150_000


def test_it_says_how_it_was_set():
    assert clock_for(ClockSettings(1_772_438_400_000, 60)).marked == "set to 2026-03-02T08:00:00+00:00, rate 60"


class Watch:
    """A planning clock, the wall clock under it, and whether that is trusted."""

    marked = None

    def __init__(self, shown: int = 50_000) -> None:
        self.shown, self.trusted = shown, True
        self.planning = PlanningClock(self, lambda: self.trusted)
        self.planning.now()

    def now(self) -> int:
        return self.shown

    def plans(self, shown: int, *, trusted: bool = True) -> int:
        self.shown, self.trusted = shown, trusted
        return self.planning.now()


def test_plans_follow_the_clock():
    assert Watch(50_000).plans(51_000) == 51_000


def test_plans_stand_still_where_a_clock_that_is_kept_in_step_goes_back():
    watch = Watch(50_000)

    assert [watch.plans(48_500), watch.plans(49_999), watch.plans(50_001)] == [50_000, 50_000, 50_001]


@pytest.mark.parametrize("jump", [3_600_000, -40_000])
def test_plans_do_not_follow_a_jump_that_nobody_confirms(jump: int):
    watch = Watch(50_000)

    assert watch.plans(50_000 + jump, trusted=False) == 50_000


def test_plans_go_on_from_the_right_instant_when_the_clock_was_mended():
    watch = Watch(50_000)
    watch.plans(3_650_000, trusted=False)

    assert watch.plans(60_000) == 60_000


def test_a_start_with_a_wrong_clock_does_not_stop_plans_until_it_is_caught_up_with():
    watch = Watch(86_400_000)
    watch.plans(86_401_000, trusted=False)

    assert watch.plans(60_000) == 60_000
