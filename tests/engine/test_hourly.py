"""The emergency brake of the policy: so many contacts an hour, and an alarm."""

import pytest

from dispatcher.engine.hourly import Hourly, share_of

HOUR = 3_600_000


class Desk:
    def __init__(self, most=2):
        self.now, self.alarms = 10 * HOUR, []
        self.most = most
        self.hourly = Hourly("sms", lambda: self.most, lambda: self.now, self.alarms.append)


def test_below_the_limit_nobody_is_stopped():
    desk = Desk()
    desk.hourly.count(1, 0)
    assert not desk.hourly.reached


def test_at_the_limit_the_channel_stops():
    desk = Desk()
    desk.hourly.count(2, 0)
    assert desk.hourly.reached


def test_the_next_hour_is_free_again():
    desk = Desk()
    desk.hourly.count(2, 0)
    desk.now += HOUR
    assert not desk.hourly.reached


def test_what_is_given_back_does_not_count():
    desk = Desk()
    desk.hourly.count(2, 0)
    desk.hourly.count(-1, 0)
    assert not desk.hourly.reached


def test_the_alarm_comes_once_an_hour():
    desk = Desk()
    desk.hourly.count(2, 0)
    first = [desk.hourly.reached, desk.hourly.reached]
    desk.now += HOUR
    desk.hourly.count(2, 0)
    assert (first, desk.hourly.reached, desk.alarms) == ([True, True], True, ["sms", "sms"])


def test_without_a_limit_nobody_is_stopped():
    desk = Desk(most=None)
    desk.hourly.count(1_000_000, 0)
    assert not desk.hourly.reached


def test_what_was_made_before_a_restart_counts():
    desk = Desk()
    desk.hourly.adopt(0, 10, 2)
    assert desk.hourly.reached


def test_what_was_made_in_an_earlier_hour_does_not():
    desk = Desk()
    desk.hourly.adopt(0, 9, 2)
    assert not desk.hourly.reached


def test_the_counts_of_all_partitions_of_a_worker_count_together():
    desk = Desk()
    desk.hourly.count(1, 0)
    desk.hourly.count(1, 7)
    assert (desk.hourly.reached, desk.hourly.made(0), desk.hourly.made(7)) == (True, 1, 1)


def test_a_count_goes_with_its_partition():
    desk = Desk()
    desk.hourly.count(1, 0)
    desk.hourly.count(1, 7)
    desk.hourly.abandon(7)
    assert (desk.hourly.reached, desk.hourly.made(7)) == (False, 0)


def test_a_lane_that_restores_goes_on_with_what_stands_in_the_log():
    desk = Desk()
    desk.hourly.count(2, 0)
    desk.hourly.adopt(0, 10, 1)
    assert desk.hourly.made(0) == 1


def test_more_is_never_given_back_than_was_made():
    desk = Desk()
    desk.hourly.count(-1, 0)
    desk.hourly.count(2, 0)
    assert desk.hourly.reached


@pytest.mark.parametrize(("owned", "share"), [(0, 0), (1, 13), (4, 50), (8, 100)])
def test_a_worker_has_the_share_of_its_partitions(owned, share):
    assert share_of(100, owned, 8) == share
