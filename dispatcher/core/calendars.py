"""Holidays and working days where the customer lives."""

from datetime import date
from functools import lru_cache
from importlib import import_module

import holidays

from dispatcher.core.rules import DayKind
from schemas.values import Day

_SATURDAY, _SUNDAY = 5, 6


def load() -> None:
    """Reads the calendars of all countries: the library does so at the first question, and takes half a second then."""
    import_module("holidays.countries")


@lru_cache(maxsize=512)
def _calendar(country: str, region: str | None) -> holidays.HolidayBase | None:
    """The calendar of a region, of its country where the region has none, or none where the country is not listed."""
    part = None if region is None else region.partition("-")[2]
    try:
        return holidays.country_holidays(country, subdiv=part)
    except NotImplementedError:
        return None if part is None else _calendar(country, None)


@lru_cache(maxsize=1 << 16)
def is_holiday(country: str, region: str | None, day: Day) -> bool:
    """Whether a day is a public holiday; a country that the library does not list has none."""
    calendar = _calendar(country, region)
    return calendar is not None and date.fromordinal(day) in calendar


def day_kind(country: str, region: str | None, day: Day) -> DayKind:
    """What kind of day the windows of a policy see; a holiday is one also on a Saturday or Sunday."""
    if is_holiday(country, region, day):
        return "holiday"
    weekday = (day - 1) % 7
    if weekday == _SATURDAY:
        return "saturday"
    return "sunday" if weekday == _SUNDAY else "weekday"


def is_working_day(country: str, region: str | None, day: Day) -> bool:
    """Whether offices work: not the weekend of the country, not a holiday."""
    calendar = _calendar(country, region)
    weekend = {_SATURDAY, _SUNDAY} if calendar is None else calendar.weekend
    return (day - 1) % 7 not in weekend and not is_holiday(country, region, day)


def working_day_after(country: str, region: str | None, day: Day, count: int) -> Day:
    """The `count`-th working day after a day."""
    while count > 0:
        day += 1
        if is_working_day(country, region, day):
            count -= 1
    return day
