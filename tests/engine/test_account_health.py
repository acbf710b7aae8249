"""What share an account deserves: how it loses it, and how it comes back."""

import pytest

from channels.protocol import Accepted, Deferred, NotStarted, Rejected, Unknown
from dispatcher.engine.account_health import Health, verdict


@pytest.mark.parametrize(
    ("outcome", "good"),
    [
        (Accepted("r"), True),
        (Rejected("recipient", "21211"), True),
        (Rejected("suppressed", "21610"), True),
        (Rejected("content", "30007"), True),
        (Rejected("config", "20003"), False),
        (Unknown("timeout"), False),
        (Deferred(5.0, "provider", "ConnectionRefusedError"), False),
        (Deferred(5.0, "provider", "20429"), None),
        (Deferred(60.0, "sender", "21611"), None),
        (Deferred(300.0, "message", "451"), True),
        (NotStarted(), None),
    ],
    ids=lambda value: f"{type(value).__name__} {getattr(value, 'code', '')}" if hasattr(value, "__slots__") else None,
)
def test_only_what_is_the_providers_fault_counts_against_it(outcome, good):
    assert verdict(outcome) is good


def heard(health, now, good, count=1):
    for _ in range(count):
        health.begins(now)
        health.heard(now, good=good)


def out_at(now=0.0):
    health = Health()
    heard(health, now, False, 5)
    return health


def test_a_few_bad_calls_are_no_verdict():
    health = Health()
    heard(health, 0.0, False, 4)
    assert health.share == 1.0


def test_where_most_calls_are_bad_it_gets_nothing():
    assert (out_at().share, out_at().state) == (0.0, "out")


def test_ten_bad_calls_in_a_row_outweigh_many_good_ones_before():
    health = Health()
    heard(health, 0.0, True, 500)
    heard(health, 1.0, False, 9)
    before = health.state
    heard(health, 1.0, False)
    assert (before, health.state) == ("sound", "out")


def test_where_some_are_bad_it_loses_half():
    health = Health()
    heard(health, 0.0, True, 20)
    heard(health, 0.0, False, 5)
    assert health.share == 0.5


def test_calls_of_long_ago_do_not_count():
    health = Health()
    heard(health, 0.0, False, 4)
    heard(health, 60.0, False, 1)
    assert health.state == "sound"


def test_after_a_pause_one_call_is_made_to_see():
    health = out_at()
    before, then = health.wants_probe(4.9), health.wants_probe(5.0)
    health.begins(5.0)
    assert (before, then, health.wants_probe(5.0)) == (False, True, False)


def test_a_bad_probe_doubles_the_pause():
    health = out_at()
    heard(health, 5.0, False)
    assert (health.wants_probe(14.9), health.wants_probe(15.0)) == (False, True)


def test_three_good_probes_in_a_row_bring_it_back_with_a_tenth():
    health = out_at()
    heard(health, 5.0, True, 2)
    before = health.share
    heard(health, 5.0, True)
    assert (before, health.share, health.state) == (0.0, 0.1, "sound")


def test_its_share_doubles_every_ten_seconds():
    health = out_at()
    heard(health, 5.0, True, 3)
    shares = []
    for now in range(6, 60):
        health.heal(float(now))
        shares.append(health.share)
    assert (shares[8], shares[9], shares[39]) == (0.1, 0.2, 1.0)


def test_it_does_not_come_back_while_calls_are_bad():
    health = Health()
    for now in range(60):
        heard(health, float(now), True, 8)
        heard(health, float(now), False, 2)
        health.heal(float(now))
    assert health.share == 0.05


def test_a_probe_that_did_not_start_says_nothing():
    health = out_at()
    heard(health, 5.0, None)
    assert health.wants_probe(5.0)
