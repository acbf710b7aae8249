"""Time to shift and time to heal on GOV.UK Notify's own trip scenarios, by its rule and by ours; the figures are printed."""

from collections import defaultdict
from dataclasses import dataclass, field
from math import inf

import pytest

from dispatcher.engine.balance import Balance
from tests.engine.notify_rule import NotifyRule

BEGINS, ENDS, LASTS = 900, 3_300, 8_400
"""Seconds: an account is well, has its trouble for 40 minutes, and is well again."""


@dataclass
class Trouble:
    """What happens at account `one` meanwhile: which part of the calls fails, which part of the messages is late."""

    failing: float = 0.0
    late: float = 0.0
    a_second: int = 10
    everywhere: bool = False


@dataclass
class Lived:
    shifted: float = inf
    healed: float = inf
    failed: int = 0
    shares: list[float] = field(default_factory=list)


def lived(rule, trouble):
    told, arrives = Lived(), defaultdict(list)
    number = 0
    rest = rule.share("one")
    for now in range(LASTS):
        troubled = BEGINS <= now < ENDS
        for _ in range(trouble.a_second):
            number += 1
            name = rule.pick(("one", "two"), now)
            hit = troubled and (name == "one" or trouble.everywhere)
            rule.begins(name, now)
            fails = hit and (number * 0.618) % 1 < trouble.failing
            rule.heard(name, now, good=not fails)
            told.failed += fails
            if not fails:
                rule.sent(name, number, now)
                late = hit and (number * 0.414) % 1 < trouble.late
                arrives[now + (900 if late else 5)].append(number)
        for attempt in arrives.pop(now, ()):
            rule.received(attempt, now, delivered=True)
        rule.review(now)
        share = rule.share("one")
        told.shares.append(share)
        if troubled and share <= 0.1 * rest:
            told.shifted = min(told.shifted, now - BEGINS)
        if now >= ENDS and share >= 0.9 * rest:
            told.healed = min(told.healed, now - ENDS)
    return told


def both(trouble):
    ours, theirs = lived(Balance({"one": 51, "two": 49}), trouble), lived(NotifyRule(), trouble)
    for name, each in (("ours", ours), ("Notify's", theirs)):
        print(f"{trouble}: {name}: shifted {each.shifted:.0f} s, healed {each.healed:.0f} s, failed {each.failed}")
    return ours, theirs


def test_all_calls_fail():
    ours, theirs = both(Trouble(failing=1.0))
    assert (ours.shifted <= 5, ours.healed <= 200, ours.failed < 60) == (True, True, True)
    assert (theirs.shifted >= 200, theirs.healed >= 3_000) == (True, True)


def test_a_fifth_of_the_calls_fails():
    ours, theirs = both(Trouble(failing=0.2))
    assert ours.shifted < theirs.shifted
    assert ours.failed < theirs.failed


def test_a_few_calls_an_hour_fail():
    """What made Notify raise its threshold: single errors must not shift anything."""
    ours, _ = both(Trouble(failing=0.002))
    assert min(ours.shares) == pytest.approx(0.51)


@pytest.mark.parametrize("late", [1.0, 0.4])
def test_messages_are_late(late):
    ours, theirs = both(Trouble(late=late))
    assert ours.shifted < theirs.shifted / 2
    assert ours.healed < theirs.healed


def test_a_tenth_of_the_messages_is_late():
    """Below both thresholds: handsets are switched off everywhere."""
    ours, theirs = both(Trouble(late=0.1))
    assert (min(ours.shares), min(theirs.shares)) == (pytest.approx(0.51), pytest.approx(0.51))


def test_the_messages_of_all_are_late():
    ours, theirs = both(Trouble(late=1.0, everywhere=True))
    assert (min(ours.shares), min(theirs.shares)) == (pytest.approx(0.51), pytest.approx(0.51))


def test_little_traffic_fails_altogether():
    """One message a second: fifty errors in a minute never come together at half of it."""
    ours, theirs = both(Trouble(failing=1.0, a_second=1))
    assert ours.shifted <= 30
    assert theirs.shifted > ours.shifted
