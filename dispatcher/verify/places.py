"""Local clocks and calendars: which zones a customer can live in, and what day and minute it is there.

Without a stated zone every zone of the country is possible, and only what holds in all of them counts as certain.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from schemas.inbox import ProfileStated
from schemas.values import Millis

_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Place:
    """The zones a customer may live in (at least one), and the calendar of holidays."""

    zones: tuple[str, ...]
    country: str
    region: str | None


def place_of(profile: ProfileStated) -> Place:
    """Where the profile says the customer lives."""
    stated = profile.timezone
    zones = (stated,) if stated is not None and _exists(stated) else _zones().get(profile.country, ("Etc/UTC",))
    return Place(zones, profile.country, profile.region)


def local(zone: str, at: Millis) -> datetime:
    """What the clock on the wall shows."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone))


def kind_of(place: Place, day: date) -> str:
    """What kind of day it is for the windows of a policy."""
    if _is_holiday(place.country, place.region, day):
        return "holiday"
    return {_SATURDAY: "saturday", _SUNDAY: "sunday"}.get(day.weekday(), "weekday")


@lru_cache(maxsize=4096)
def _is_holiday(country: str, region: str | None, day: date) -> bool:
    for part in (None if region is None else region.partition("-")[2], None):
        try:
            return day in _holidays(country, part)
        except NotImplementedError:
            continue
    return False


@lru_cache(maxsize=512)
def _holidays(country: str, part: str | None) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=part)


@lru_cache(maxsize=4096)
def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1)
def _zones() -> dict[str, tuple[str, ...]]:
    """Country -> its zones, from the zone database."""
    table: dict[str, tuple[str, ...]] = {}
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            table[country] = (*table.get(country, ()), zone)
    return table
