"""The wall clock is the system's, or one that says how it was set."""

import time

from dispatcher.ops.clock import Forward, SettableClock, SystemClock, clock_for
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


def test_a_clock_that_goes_back_stands_still_for_whoever_plans():
    instants = Forward()

    assert [instants.reach(now) for now in (5_000, 9_000, 1_000, 9_001)] == [5_000, 9_000, 9_000, 9_001]
