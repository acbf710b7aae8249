"""Alive means: whoever began something was heard of since. Ready means: takes part, with its state."""

import asyncio

import pytest

from dispatcher.ops.health import LOOP, Health, keep_beating


class HandClock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def health(clock: HandClock) -> Health:
    return Health(limit_s=10.0, monotonic=clock)


def stuck(health: Health) -> list[str]:
    return [each.name for each in health.stuck()]


def test_nothing_is_stuck_before_anything_began(health: Health):
    assert stuck(health) == []


def test_a_lane_that_falls_silent_is_stuck(health: Health, clock: HandClock):
    health.beat("lane 3")
    clock.seconds += 10.1

    assert stuck(health) == ["lane 3"]


def test_a_slow_lane_is_not_stuck(health: Health, clock: HandClock):
    health.beat("lane 3")
    clock.seconds += 9.9

    assert stuck(health) == []


def test_a_stuck_lane_is_seen_although_others_move(health: Health, clock: HandClock):
    health.beat("lane 3")
    clock.seconds += 11
    health.beat("lane 4")
    health.beat(LOOP)

    assert stuck(health) == ["lane 3"]


def test_an_idle_lane_may_be_silent_for_days(health: Health, clock: HandClock):
    health.beat("lane 3")
    health.idle("lane 3")
    clock.seconds += 200_000

    assert stuck(health) == []


def test_a_lane_that_moves_again_is_well(health: Health, clock: HandClock):
    health.beat("lane 3")
    clock.seconds += 60
    health.beat("lane 3")

    assert stuck(health) == []


def test_a_partition_that_went_elsewhere_is_not_waited_for(health: Health, clock: HandClock):
    health.beat("lane 3")
    health.restoring("lane 3")
    health.assigned(True)
    health.forget("lane 3")
    clock.seconds += 60

    assert (stuck(health), health.readiness().ready) == ([], True)


def test_the_longest_silence_comes_first(health: Health, clock: HandClock):
    health.beat("lane 1")
    clock.seconds += 5
    health.beat("lane 2")
    clock.seconds += 20

    assert stuck(health) == ["lane 1", "lane 2"]


def test_a_process_without_an_assignment_is_not_ready(health: Health):
    assert not health.readiness().ready


def test_a_process_is_ready_once_all_lanes_are_restored(health: Health):
    health.restoring("lane 1")
    health.restoring("lane 2")
    health.assigned(True)
    health.restored("lane 1")

    assert (health.readiness().ready, health.readiness().restoring) == (False, ("lane 2",))

    health.restored("lane 2")

    assert health.readiness().ready


def test_a_worker_that_got_no_partition_is_ready(health: Health):
    health.assigned(True)

    assert health.readiness().ready


def test_a_revocation_ends_readiness(health: Health):
    health.assigned(True)
    health.assigned(False)

    assert not health.readiness().ready


def test_a_stopped_loop_is_not_waited_for(clock: HandClock):
    health = Health(limit_s=10.0, monotonic=clock)

    async def begin_and_end() -> None:
        beating = asyncio.create_task(keep_beating(health))
        await asyncio.sleep(0)
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)

    asyncio.run(begin_and_end())
    clock.seconds += 60

    assert stuck(health) == []
