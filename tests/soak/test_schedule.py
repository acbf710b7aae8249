"""A fault for every minute, and none that would keep a process from being judged."""

import random

import pytest

from tests.soak.faults import FAULTS, FIRST_HALF, schedule


@pytest.mark.parametrize("minutes", [1, 2, 6, 30])
def test_every_minute_has_its_fault(minutes):
    assert len(schedule(random.Random(1), minutes)) == minutes


def test_in_half_an_hour_every_fault_has_its_turn():
    assert set(schedule(random.Random(1), 30)) == set(FAULTS)


def test_the_same_seed_makes_the_same_faults():
    assert schedule(random.Random(5), 30) == schedule(random.Random(5), 30)


def test_what_is_judged_in_the_second_half_is_not_started_anew_there():
    for seed in range(20):
        assert not FIRST_HALF & set(schedule(random.Random(seed), 30)[15:])
