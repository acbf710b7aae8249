"""A token bucket a name: bounded in what it lets through and in what it remembers."""

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.gateway.buckets import Buckets, neighbourhood
from tests.gateway.site import Clock


@given(steps=st.lists(st.floats(0, 3), max_size=60))
def test_no_span_of_time_lets_more_through_than_burst_and_rate(steps):
    clock = Clock()
    buckets = Buckets(2.0, 5.0, clock)
    granted = 0
    for step in steps:
        clock.seconds += step
        granted += buckets.take("a") == 0

    assert granted <= 5 + 2 * clock.seconds + 1e-6


@given(waited=st.integers(1, 20))
def test_after_the_time_that_was_told_there_is_a_token(waited):
    clock = Clock()
    buckets = Buckets(0.5, 1.0, clock)
    for _ in range(waited):
        buckets.take("a")
    clock.seconds += buckets.take("a") + 1e-9

    assert buckets.take("a") == 0


def test_a_long_silence_saves_up_no_more_than_a_burst():
    clock = Clock()
    buckets = Buckets(1.0, 3.0, clock)
    buckets.take("a")
    clock.seconds = 1_000.0

    assert [buckets.take("a") == 0 for _ in range(4)] == [True, True, True, False]


def test_one_name_does_not_spend_anothers_tokens():
    buckets = Buckets(1.0, 1.0, Clock())
    buckets.take("a")

    assert buckets.take("b") == 0


def test_of_too_many_names_the_one_silent_longest_is_forgotten():
    buckets = Buckets(1.0, 1.0, Clock(), most=2)
    for name in ("a", "b", "a", "c"):
        buckets.take(name)

    assert (buckets.take("a") > 0, buckets.take("b")) == (True, 0)


def test_what_is_no_address_has_one_name_in_common():
    assert neighbourhood("testclient") == neighbourhood("")
