"""An account's limit: whatever comes when, no window sees more than the rate and one second's worth."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.engine.bucket import Bucket

RATES = st.floats(0.2, 50.0)
MESSAGES = st.lists(st.tuples(st.floats(0.0, 3.0), st.integers(1, 6)), min_size=1, max_size=60)
"""Pauses before messages are asked for, and their units."""
SLACK = 1e-6


def started(bucket, messages, now=0.0):
    """(when, units) of messages that are sent as soon as the limit lets them."""
    sent = []
    for pause, units in messages:
        now += pause
        while (wait := bucket.wait(now)) > 0.0:
            now += wait + 1e-9
        bucket.take(units, now)
        sent.append((now, units))
    return sent


def excess(sent, rate, holds):
    """By how many units the fullest window exceeds what the rate gives for it, and `holds`."""
    return max(
        sum(units for _, units in sent[first : last + 1]) - (sent[last][0] - sent[first][0]) * rate - holds
        for first in range(len(sent))
        for last in range(first, len(sent))
    )


@given(RATES, MESSAGES)
def test_no_window_sees_more_than_the_rate_and_one_seconds_worth(rate, messages):
    single = [(pause, 1) for pause, _ in messages]
    assert excess(started(Bucket(rate, 0.0), single), rate, max(1.0, rate)) <= SLACK


@given(RATES, MESSAGES)
def test_a_message_of_several_parts_adds_no_more_than_its_further_parts(rate, messages):
    longest = max(units for _, units in messages)
    assert excess(started(Bucket(rate, 0.0), messages), rate, max(1.0, rate) + longest - 1) <= SLACK


@given(RATES, MESSAGES, MESSAGES, st.floats(0.1, 0.9))
def test_two_workers_together_see_no_more_either(rate, ours, theirs, share):
    both = started(Bucket(rate * share, 0.0), [(p, 1) for p, _ in ours])
    both += started(Bucket(rate * (1 - share), 0.0), [(p, 1) for p, _ in theirs])
    assert excess(sorted(both), rate, max(1.0, rate * share) + max(1.0, rate * (1 - share))) <= SLACK


@given(RATES, st.floats(0.1, 5.0), st.floats(0.1, 0.9))
def test_a_rebalance_gives_nobody_anew_what_was_used_already(rate, moved_at, share):
    """The first had everything and used it; at an instant a second takes a share over, and both send all they may."""
    first = Bucket(rate, 0.0)
    before = [each for each in started(first, [(0.0, 1)] * 40) if each[0] <= moved_at]
    mine, yours = Bucket(rate, 0.0), Bucket(rate * share, moved_at)
    for at, units in before:
        mine.take(units, at)
    mine.divide(rate * (1 - share), moved_at)
    kept = started(mine, [(0.0, 1)] * 10, moved_at)
    taken = started(yours, [(0.0, 1)] * 10, moved_at)
    assert excess(sorted(before + kept + taken), rate, max(1.0, rate) + 2.0) <= SLACK


def test_what_the_rate_gives_is_used():
    sent = started(Bucket(10.0, 0.0), [(0.0, 1)] * 101)
    assert sent[-1][0] == pytest.approx(10.1)


def test_mails_at_a_rate_leave_evenly():
    sent = started(Bucket(4.0, 0.0), [(0.0, 1)] * 9)
    assert {round(after[0] - before[0], 6) for before, after in pairwise(sent)} == {0.25}


def test_without_a_share_nothing_starts():
    bucket = Bucket(10.0, 0.0)
    bucket.divide(0.0, 5.0)
    assert bucket.wait(9.0) == inf


def test_what_did_not_start_after_all_may_be_used_by_the_next():
    bucket = Bucket(1.0, 0.0)
    bucket.take(1, 1.0)
    bucket.give_back(1)
    assert bucket.wait(1.0) == 0.0


def test_a_share_that_grows_brings_nothing_by_itself():
    bucket = Bucket(1.0, 0.0)
    bucket.take(1, 1.0)
    bucket.divide(4.0, 1.0)
    assert bucket.wait(1.0) == pytest.approx(0.25)


def test_a_share_that_shrinks_takes_its_part_of_what_is_there():
    bucket = Bucket(8.0, 0.0)
    bucket.divide(2.0, 1.0)
    bucket.take(2, 1.0)
    assert bucket.wait(1.0) == pytest.approx(0.5)
