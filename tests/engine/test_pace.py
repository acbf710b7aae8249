"""How many claims may be open at a time."""

from dispatcher.engine.pace import Pace


def test_before_the_first_answer_each_worker_may_have_one():
    assert Pace(workers=32, most=256, lease_s=10.0).most_open == 32


def test_a_quick_provider_is_given_all_that_is_allowed():
    pace = Pace(workers=32, most=256, lease_s=10.0)

    pace.took(0.05)

    assert pace.most_open == 256


def test_a_slow_provider_is_given_what_it_gets_done_in_half_a_lease():
    pace = Pace(workers=32, most=256, lease_s=10.0)

    pace.took(1.0)

    assert pace.most_open == 160


def test_a_provider_slower_than_the_lease_still_has_every_worker_busy():
    pace = Pace(workers=32, most=256, lease_s=10.0)

    pace.took(60.0)

    assert pace.most_open == 32


def test_one_slow_answer_among_many_changes_little():
    pace = Pace(workers=32, most=256, lease_s=10.0)
    for _ in range(100):
        pace.took(0.1)

    pace.took(3.0)

    assert pace.most_open == 256


def test_a_provider_that_stays_slow_is_given_less_and_less():
    pace = Pace(workers=32, most=256, lease_s=10.0)
    pace.took(0.05)

    for _ in range(50):
        pace.took(2.0)

    assert 80 <= pace.most_open <= 90
