"""The customer's clock: what time it is there, and what instant a local time means. Pure."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_time, get_timezone_location

from dispatcher.core.zones import readings
from schemas.values import Millis, from_millis

UTC_ZONE: Final = "Etc/UTC"

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - readings of a local clock have no zone


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What a clock shows: the zone's IANA name, its name for people, and the weekday and time there."""

    zone: str
    name: str
    time: str


def local_times(zones: tuple[str, ...], now: Millis, locale: Locale) -> tuple[LocalTime, ...]:
    """The time at each of these clocks."""
    return tuple(LocalTime(zone, zone_name(zone, locale), day_and_time(now, zone, locale)) for zone in zones)


def zone_name(zone: str, locale: Locale) -> str:
    """The zone as people of the locale call it: `United Kingdom Time`."""
    return "UTC" if zone == UTC_ZONE else get_timezone_location(ZoneInfo(zone), locale=locale)


def day_and_time(at: Millis, zone: str, locale: Locale) -> str:
    """Weekday and time: `Wednesday 10:05 AM`, `星期三 10:05`."""
    there = from_millis(at).astimezone(ZoneInfo(zone))
    return f"{_weekday(there.weekday(), locale)} {format_time(there.timetz(), 'short', locale=locale)}"


def date_and_time(at: Millis, zone: str, locale: Locale) -> str:
    """Date and time in a zone: `Mar 4, 2026, 10:05 AM`."""
    there = from_millis(at).astimezone(ZoneInfo(zone))
    date = format_datetime(there, _pattern(locale), tzinfo=there.tzinfo, locale=locale)
    return f"{date} {format_time(there.timetz(), 'short', locale=locale)}"


def instant_of(written: str, zone: str) -> Millis | None:
    """The instant at which a clock shows `2026-03-04T10:05`; None where it never does, or where it is no time.

    A reading that occurs twice, when clocks are set back, means the later one: nobody is called before the time they named.
    """
    try:
        reading = datetime.fromisoformat(written)
    except ValueError:
        return None
    if reading.tzinfo is not None:
        return None
    _, later = readings(zone, int((reading - _EPOCH).total_seconds() * 1000))
    there = from_millis(later).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return later if there == reading else None


def reading_of(at: Millis, zone: str) -> str:
    """What the clock of a zone shows at an instant, as a form field writes it."""
    return from_millis(at).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


@lru_cache(maxsize=64)
def _weekday(number: int, locale: Locale) -> str:
    return str(locale.days["format"]["wide"][number])


@lru_cache(maxsize=8)
def _pattern(locale: Locale) -> str:
    return str(locale.date_formats["medium"].pattern)
