"""What the clock on the customer's wall says, and whether the policy lets anyone disturb the customer then."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from dispatcher.sim.checking.ruling import Ruling
from schemas.inbox import QuietSpan

_SATURDAY, _SUNDAY = 5, 6
_zone = lru_cache(maxsize=512)(ZoneInfo)


def wall_clock(zone: str, at: int) -> datetime:
    """The local reading of an instant (milliseconds since the epoch) where the customer really lives."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(_zone(zone))


@lru_cache(maxsize=512)
def _calendar(country: str, region: str | None) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(country, subdiv=None if region is None else region.split("-")[1])
    except NotImplementedError:
        return None if region is None else _calendar(country, None)


@lru_cache(maxsize=1 << 15)
def kind_of(country: str, region: str | None, day: date) -> str:
    """Holiday, Saturday, Sunday or weekday; a holiday is one on whatever day of the week."""
    calendar = _calendar(country, region)
    if calendar is not None and day in calendar:
        return "holiday"
    weekday = day.weekday()
    if weekday == _SATURDAY:
        return "saturday"
    return "sunday" if weekday == _SUNDAY else "weekday"


def permitted(ruling: Ruling, channel: str, country: str, region: str | None, clock: datetime) -> bool:
    """Whether the minute lies in a range of its day, or in one that began the day before and passes midnight."""
    hours = ruling.hours.get(channel)
    if hours is None:
        return False
    minute = clock.hour * 60 + clock.minute
    today = clock.date()
    if any(start <= minute < end for start, end in hours[kind_of(country, region, today)]):
        return True
    yesterday = kind_of(country, region, today - timedelta(days=1))
    return any(start <= minute + 1440 < end for start, end in hours[yesterday])


def wants_quiet(spans: tuple[QuietSpan, ...], clock: datetime) -> bool:
    """Whether the customer asked for no contact at this reading of the clock."""
    minute = clock.hour * 60 + clock.minute
    today, yesterday = clock.weekday(), (clock.weekday() - 1) % 7
    for span in spans:
        if span.start < span.end:
            if span.start <= minute < span.end and _on(span, today):
                return True
        elif (minute >= span.start and _on(span, today)) or (minute < span.end and _on(span, yesterday)):
            return True
    return False


def _on(span: QuietSpan, weekday: int) -> bool:
    return not span.days or weekday in span.days


def same_period(window: str, one: datetime, other: datetime) -> bool:
    """Whether two local readings fall into one calendar day, week (from Monday) or month."""
    if window == "calendar_day":
        return one.date() == other.date()
    if window == "calendar_week":
        return one.isocalendar()[:2] == other.isocalendar()[:2]
    return (one.year, one.month) == (other.year, other.month)
