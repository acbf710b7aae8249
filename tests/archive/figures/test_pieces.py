"""The pure pieces: periods, shares, costs."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dispatcher.archive.figures.costs import costs_of
from dispatcher.archive.figures.periods import BadPeriod, day_at, midnight, month_at, period_between, period_of_month
from dispatcher.archive.figures.shares import interval, quantile, share
from dispatcher.settings import Price
from schemas.values import from_millis

UTC = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_month_ends_where_the_next_one_begins():
    december = period_of_month("2026-12", BERLIN)
    assert december.end == period_of_month("2027-01", BERLIN).start
    assert str(december) == "2026-12-01 to 2026-12-31"


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-01", 24)])
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(day, hours):
    at = date.fromisoformat(day).toordinal()
    assert midnight(at + 1, BERLIN) - midnight(at, BERLIN) == hours * 3_600_000


def test_the_month_that_it_is_depends_on_the_zone():
    at = midnight(date(2026, 12, 1).toordinal(), BERLIN)
    assert (str(month_at(at, UTC))[:7], str(month_at(at, BERLIN))[:7]) == ("2026-11", "2026-12")
    assert from_millis(at).date().toordinal() == day_at(at, UTC)


@pytest.mark.parametrize(("first", "last"), [("2026-01-02", "2026-01-01"), ("2000-01-01", "2026-01-01"), ("x", "y")])
def test_what_is_no_period_is_refused_with_what_was_expected(first, last):
    with pytest.raises(BadPeriod, match="expected"):
        period_between(first, last, UTC)


def test_a_share_of_nothing_is_no_share():
    assert (share(0, 0), share(1, 3)) == (None, 0.333333)


@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    # The worked examples of Newcombe's comparison of intervals for one proportion.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(hits, cases, low, high):
    assert tuple(round(each, 4) for each in interval(hits, cases)) == (low, high)


def test_a_quantile_is_a_value_that_occurred():
    values = [float(number) for number in range(1, 11)]
    assert (quantile(values, 0.5), quantile(values, 0.9), quantile([7.0], 0.9), quantile([], 0.5)) == (5, 9, 7, None)


def test_costs_of_two_currencies_are_not_added():
    prices = (Price("sms", Decimal("0.085"), "EUR"), Price("call_task", Decimal(300), "JPY"))
    rows = costs_of({"sms": 100, "call_task": 2, "email": 5}, prices, {"EUR": 17_000})
    told = [(row.channel, row.currency, row.cost, row.per_recovered) for row in rows]
    assert told == [
        ("call_task", "JPY", 600, None),
        ("email", "", 0, None),
        ("sms", "EUR", 850, None),
        ("all", "EUR", 850, 0.05),
        ("all", "JPY", 600, None),
    ]
