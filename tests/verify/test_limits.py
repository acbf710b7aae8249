"""Caps and cool-downs as policies can state them: what the same week of contacts means under each."""

import pytest

from tests.verify.town import POLICY, Dispatcher, judged, live, violated

COOL_DOWN = """
[[cooldowns]]
id = "rest"
after = "{after}"
hours = 48
channels = ["{channel}"]
"""


def under(policy: str):
    """The honest week: a contact on Monday, one on Tuesday, one on the Monday after."""
    return judged(live(Dispatcher(policy)), policies=(policy,))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max = 2", "max = 1"),
        ('window = "7d"', 'window = "169h"'),
        ('window = "7d"', 'window = "calendar_month"'),
        ('window = "7d"', 'window = "7d"\nmin_gap_hours = 25'),
        ("max = 2", 'max = 1\nscope = "debt"'),
        ("max = 2", 'max = 1\nscope = "creditor"'),
        ("max = 2", 'max = 1\ncounts = "attempts"'),
        ("min_gap_hours = 20", "min_gap_hours = 25"),
    ],
)
def test_a_stricter_limit_finds_them(old: str, new: str):
    assert violated(under(POLICY.replace(old, new))).keys() == {"I5"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('window = "7d"', 'window = "calendar_week"'),
        ("max = 2", "max = 2\nmin_gap_hours = 24"),
        ("max = 2", 'max = 1\nchannels = ["call_task"]'),
    ],
)
def test_a_limit_that_they_keep_finds_nothing(old: str, new: str):
    assert violated(under(POLICY.replace(old, new))) == {}


@pytest.mark.parametrize("after", ["claim", "attempt"])
def test_a_cool_down_is_kept(after: str):
    assert violated(under(POLICY + COOL_DOWN.format(after=after, channel="sms"))).keys() == {"I5"}


def test_a_cool_down_of_another_channel_is_none():
    assert violated(under(POLICY + COOL_DOWN.format(after="claim", channel="call_task"))) == {}


@pytest.mark.parametrize(
    ("policy", "named"),
    [
        (POLICY.replace("max = 2", 'max = 1\ncounts = "conversations"'), "caps.week.counts"),
        (POLICY.replace("max = 2", 'max = 1\nscope = "point"'), "caps.week.scope"),
        (POLICY + COOL_DOWN.format(after="conversation", channel="sms"), "cooldowns.rest.after"),
    ],
)
def test_what_the_journal_does_not_tell_well_enough_is_not_judged(policy: str, named: str):
    report = under(policy)

    assert (violated(report), report.not_judged[0].partition(": ")[2]) == ({}, named)


def test_a_stage_may_have_a_gap_of_its_own():
    stage = '\n[[stages]]\nid = "s2"\nmin_gap_hours = 24\n'

    assert violated(under(POLICY.replace("min_gap_hours = 20", "min_gap_hours = 25") + stage)) == {}


VARIANT = """
[variants.calmer]
share = 10
[variants.calmer.policy]
min_gap_hours = 25
"""


@pytest.mark.parametrize(("variant", "invariants"), [(None, set()), ("calmer", {"I5"})])
def test_a_claim_is_judged_by_the_variant_that_decided_it(variant, invariants: set[str]):
    class Tries(Dispatcher):
        def claim(self, one, at, **more):
            super().claim(one, at, variant=variant, **more)

    assert violated(judged(live(Tries(POLICY + VARIANT)), policies=(POLICY + VARIANT,))).keys() == invariants
