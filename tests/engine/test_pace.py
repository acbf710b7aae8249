"""How many claims may stand open at the pace of a provider."""

import pytest

from dispatcher.engine.pace import Pace


def pace_after(seconds, calls=100):
    pace = Pace(32, most_open=256, lease_s=10.0)
    for _ in range(calls):
        pace.took(seconds)
    return pace


def test_before_the_first_call_no_more_is_claimed_than_starts_at_once():
    assert Pace(32, most_open=256, lease_s=10.0).bound == 32


def test_a_quick_provider_is_bounded_by_the_most_alone():
    assert pace_after(0.2).bound == 256


@pytest.mark.parametrize(("call_s", "bound"), [(1.0, 160), (2.0, 80)])
def test_a_slow_provider_gets_what_it_takes_in_half_a_lease(call_s, bound):
    assert pace_after(call_s).bound == bound


def test_what_starts_at_once_may_always_be_claimed():
    assert pace_after(10.0).bound == 32


def test_a_single_slow_call_changes_nothing():
    pace = pace_after(0.1)
    pace.took(3.0)
    assert pace.bound == 256


def test_a_provider_that_is_quick_again_is_believed_within_a_few_dozen_calls():
    pace = pace_after(10.0)
    for _ in range(32):
        pace.took(0.1)
    assert pace.bound == 256
