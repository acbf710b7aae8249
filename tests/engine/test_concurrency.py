"""How many calls at a time: fewer at once when the provider says so, back up slowly."""

import pytest

from channels.protocol import Accepted, Deferred, Rejected, Unknown
from dispatcher.engine.concurrency import Concurrency, presses


@pytest.mark.parametrize(
    ("outcome", "pressed"),
    [
        (Deferred(2.0, "provider", "20429"), True),
        (Deferred(2.0, "provider", "429"), True),
        (Deferred(60.0, "sender", "21611"), True),
        (Deferred(30.0, "provider", "421 4.7.0"), True),
        (Deferred(5.0, "provider", "ConnectionRefusedError"), False),
        (Deferred(300.0, "message", "451 4.7.1"), False),
        (Accepted("r"), False),
        (Rejected("recipient", "21211"), False),
        (Unknown("timeout"), False),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_only_the_word_that_it_is_too_much_counts(outcome, pressed):
    assert presses(outcome) is pressed


def test_one_word_lowers_the_calls_at_once():
    calls = Concurrency(32)
    calls.pressed(0.0)
    assert calls.limit == 22


def test_calls_that_are_refused_together_are_one_word():
    calls = Concurrency(32)
    for at in (0.0, 0.1, 0.9):
        calls.pressed(at)
    assert calls.limit == 22


def test_one_call_at_a_time_always_remains():
    calls = Concurrency(32)
    for at in range(0, 100, 2):
        calls.pressed(float(at))
    assert calls.limit == 1


def test_it_comes_back_one_by_one():
    calls = Concurrency(32)
    calls.pressed(0.0)
    for _ in range(22):
        calls.went_well()
    assert calls.limit == 23


def test_it_never_exceeds_what_it_began_with():
    calls = Concurrency(4)
    calls.pressed(0.0)
    for _ in range(100):
        calls.went_well()
    assert calls.limit == 4
