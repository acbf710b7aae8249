"""The checker's own reading of hours: local clocks, holidays, wishes, and the benefit of the doubt between zones."""

from datetime import UTC, datetime

import pytest

from dispatcher.verify.hours import is_quiet
from dispatcher.verify.places import place_of
from dispatcher.verify.rules import hash_of, rules_of
from schemas.inbox import ProfileStated, QuietSpan
from schemas.values import to_millis
from tests.verify.town import POLICY

HOURS = rules_of(POLICY).hours["sms"]
NIGHT_SHIFT = rules_of(POLICY.replace("08:00-20:00", "20:00-02:00")).hours["sms"]


def lives(country: str, timezone: str | None = None, region: str | None = None):
    return place_of(ProfileStated("Jo", "en", "consumer", country, (), (), timezone, region))


def at(text: str) -> int:
    return to_millis(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("instant", "quiet"),
    [
        ("2026-03-02T07:59:59", True),
        ("2026-03-02T08:00:00", False),
        ("2026-03-02T19:59:59", False),
        ("2026-03-02T20:00:00", True),
        ("2026-03-07T08:30:00", True),  # a Saturday
        ("2026-03-07T09:00:00", False),
        ("2026-03-08T12:00:00", True),  # a Sunday
        ("2026-12-25T12:00:00", True),  # a holiday
    ],
)
def test_london(instant: str, quiet: bool):
    assert is_quiet(HOURS, lives("GB", "Europe/London"), (), at(instant)) is quiet


@pytest.mark.parametrize(("instant", "quiet"), [("2026-03-27T07:00:00", False), ("2026-03-30T06:30:00", False)])
def test_summer_time_moves_the_opening(instant: str, quiet: bool):
    assert is_quiet(HOURS, lives("DE", "Europe/Berlin"), (), at(instant)) is quiet
    assert is_quiet(HOURS, lives("DE", "Europe/Berlin"), (), at(instant) - 3_600_000) is not quiet


def test_a_holiday_of_the_region_counts():
    epiphany = at("2026-01-06T12:00:00")

    assert is_quiet(HOURS, lives("DE", "Europe/Berlin", "DE-BY"), (), epiphany)
    assert not is_quiet(HOURS, lives("DE", "Europe/Berlin", "DE-HH"), (), epiphany)


def test_only_what_is_night_in_every_possible_zone_is_certain():
    assert not is_quiet(HOURS, lives("US"), (), at("2026-03-03T02:00:00"))  # 16:00 in Honolulu
    assert is_quiet(HOURS, lives("US"), (), at("2026-03-03T07:00:00"))


@pytest.mark.parametrize(
    ("instant", "quiet"),
    [("2026-03-02T23:00:00", False), ("2026-03-03T01:59:00", False), ("2026-03-03T02:00:00", True)],
)
def test_hours_may_pass_midnight(instant: str, quiet: bool):
    assert is_quiet(NIGHT_SHIFT, lives("GB", "Europe/London"), (), at(instant)) is quiet


@pytest.mark.parametrize(
    ("instant", "quiet"),
    [("2026-03-02T12:30:00", True), ("2026-03-02T14:00:00", False), ("2026-03-03T12:30:00", False)],
)
def test_the_customers_own_wish_counts_on_its_days(instant: str, quiet: bool):
    mondays = (QuietSpan(12 * 60, 14 * 60, (0,)),)

    assert is_quiet(HOURS, lives("GB", "Europe/London"), mondays, at(instant)) is quiet


def test_a_wish_may_pass_midnight():
    nights_from_monday = (QuietSpan(19 * 60, 10 * 60, (0,)),)

    assert is_quiet(HOURS, lives("GB", "Europe/London"), nights_from_monday, at("2026-03-03T09:00:00"))
    assert not is_quiet(HOURS, lives("GB", "Europe/London"), nights_from_monday, at("2026-03-02T09:00:00"))


def test_the_hash_of_a_policy_is_that_of_its_content():
    assert hash_of(POLICY) == hash_of(f"# a comment\n{POLICY}")
