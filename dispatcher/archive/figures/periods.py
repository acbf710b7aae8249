"""Whole days of one zone, as figures are cut by them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from schemas.values import Day, Millis, from_millis, to_date, to_millis

LONGEST_DAYS: Final = 3_660
"""No period is longer."""


@lru_cache(maxsize=8192)
def midnight(day: Day, zone: ZoneInfo) -> Millis:
    """The instant at which a day begins in a zone."""
    begin = to_date(day)
    return to_millis(datetime(begin.year, begin.month, begin.day, tzinfo=zone))


def day_at(at: Millis, zone: ZoneInfo) -> Day:
    """The day that it is in a zone at an instant."""
    return from_millis(at).astimezone(zone).date().toordinal()


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of the day `first` to the end of the day `last`, in `zone`."""

    first: Day
    last: Day
    zone: ZoneInfo

    @property
    def start(self) -> Millis:
        """The first instant of it."""
        return midnight(self.first, self.zone)

    @property
    def end(self) -> Millis:
        """The first instant after it."""
        return midnight(self.last + 1, self.zone)

    def __str__(self) -> str:
        return f"{to_date(self.first)} to {to_date(self.last)}"


class BadPeriod(Exception):
    """What was asked for is no period; the message says what was expected."""


def period_of_month(text: str, zone: ZoneInfo) -> Period:
    """The month of a text like `2026-11`.

    Raises:
        BadPeriod: it is none.
    """
    try:
        first = date.fromisoformat(f"{text}-01")
        after = (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError):
        raise BadPeriod(f"{text!r} is no month: expected one like 2026-11") from None
    return Period(first.toordinal(), after.toordinal() - 1, zone)


def period_between(first: str, last: str, zone: ZoneInfo) -> Period:
    """From one day to another, both of them included.

    Raises:
        BadPeriod: they are no dates, or in the wrong order, or ten years apart.
    """
    days = []
    for text in (first, last):
        try:
            days.append(date.fromisoformat(text).toordinal())
        except ValueError:
            raise BadPeriod(f"{text!r} is no day: expected one like 2026-11-30") from None
    if not 0 <= days[1] - days[0] < LONGEST_DAYS:
        raise BadPeriod(f"{first} to {last}: expected the earlier day first, and at most {LONGEST_DAYS} days")
    return Period(days[0], days[1], zone)


def month_at(at: Millis, zone: ZoneInfo) -> Period:
    """The month that it is at an instant."""
    return period_of_month(to_date(day_at(at, zone)).strftime("%Y-%m"), zone)
