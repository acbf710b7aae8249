"""A leak is told from the noise of a busy process, and nothing is said of a process too young to judge."""

import random

import pytest

from tests.soak.memory import Life, Sample, grown, leaks

MIB = 1 << 20


def life(*, began=0.0, until=900.0, level=200.0, mib_a_minute=0.0, noise=0.0, peaks=(), role="worker"):
    rnd = random.Random(1)
    made = Life(role, 1, began)
    at = began
    while at <= until:
        high = 60 if any(first <= at < last for first, last in peaks) else 0
        mib = level + (at - began) / 60 * mib_a_minute + rnd.uniform(-noise, noise) + high
        made.samples.append(Sample(at, int(mib * MIB)))
        at += 2.0
    return made


def share_of(grew, since=450.0, until=900.0):
    found = grown(grew, since, until)
    assert found is not None
    return found.share


def test_a_steady_leak_is_measured_over_the_whole_stretch():
    assert share_of(life(mib_a_minute=2.0)) == pytest.approx(15 / 215, rel=0.01)


def test_noise_is_no_leak():
    assert abs(share_of(life(noise=5.0))) < 0.005


def test_a_leak_shows_through_noise():
    assert share_of(life(mib_a_minute=2.0, noise=5.0)) == pytest.approx(15 / 215, rel=0.1)


def test_what_a_process_holds_for_another_one_meanwhile_is_no_leak():
    assert abs(share_of(life(noise=1.0, peaks=[(500, 520), (700, 730)]))) < 0.005


def test_the_warm_up_of_a_process_is_its_own():
    young = life(began=600.0)
    for n, each in enumerate(young.samples):
        if each.at < 690:
            young.samples[n] = Sample(each.at, int(each.rss * 0.5))

    assert share_of(young) == pytest.approx(0.0, abs=1e-9)


def test_of_a_process_that_lived_shorter_nothing_is_said():
    assert grown(life(began=780.0), 450.0, 900.0) is None


def test_too_much_growth_is_named():
    _, said = leaks([life(mib_a_minute=2.0, role="archive")], ["archive"], 450.0, 900.0)

    assert said == ["archive grew by 7.0% of 215 MiB within 450 s; less than 5% is allowed"]


def test_a_role_of_which_nothing_can_be_told_is_a_complaint():
    _, said = leaks([life(role="worker"), life(role="gateway", began=880.0)], ["worker", "gateway"], 450.0, 900.0)

    assert said == ["gateway did not live long enough to tell whether it grows"]


def test_a_quiet_process_is_no_complaint():
    found, said = leaks([life(noise=2.0)], ["worker"], 450.0, 900.0)

    assert (len(found), said) == (1, [])
