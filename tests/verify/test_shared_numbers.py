"""What was said of a number forbids contact with whoever has it, from a second after it was published."""

from datetime import timedelta

import pytest

from dispatcher.verify.reading import Raw
from schemas import points
from schemas.points import PointStated
from schemas.values import to_millis
from tests.verify.town import KEY, MONDAY, Dispatcher, judged, live, number, violated

SUNDAY = MONDAY - timedelta(days=1)
NEXT_MONDAY = MONDAY + timedelta(days=7)


def said(standing, at, who="texted", offset=0):
    stated = PointStated("sms", standing, to_millis(at) * 1000, "/gateway", str(offset))
    key = points.digest(number(who), KEY)
    return Raw("reminders.points", 0, offset, to_millis(at), key, points.encode(stated))


@pytest.fixture(scope="module")
def world():
    return live(Dispatcher())


def test_a_text_after_a_stop_is_a_violation(world):
    assert violated(judged(world, points=[said("opted_out", SUNDAY)])).keys() == {"I7"}


def test_a_text_while_an_answer_is_unread_is_one_too(world):
    assert violated(judged(world, points=[said("review", SUNDAY)])).keys() == {"I7"}


def test_a_stop_after_the_last_text_forbids_nothing_before_it(world):
    assert not violated(judged(world, points=[said("opted_out", NEXT_MONDAY + timedelta(days=1))]))


def test_a_number_that_said_start_again_may_be_written_to(world):
    assert not violated(judged(world, points=[said("opted_out", SUNDAY), said("allowed", SUNDAY + timedelta(hours=1))]))


def test_an_older_yes_that_comes_later_changes_nothing(world):
    words = [said("opted_out", SUNDAY), said("allowed", SUNDAY - timedelta(hours=1))]
    assert violated(judged(world, points=words)).keys() == {"I7"}


def test_what_came_back_forbids_nothing_here(world):
    assert not violated(judged(world, points=[said("unreachable", SUNDAY)]))


def test_a_record_that_cannot_be_read_is_named(world):
    report = judged(world, points=[Raw("reminders.points", 0, 7, 0, b"k", b"{]")])
    assert report.cannot_judge == ("reminders.points[0]@7 is no statement about a contact point",)
