"""Where a customer lives, as far as clocks and calendars are concerned.

The zone comes from the best source: stated, else the region, else the country where it keeps one clock, else the phone
number, if it is one of that country. Where several zones remain possible all of them are candidates: a day has begun, and a
window is open, only when that is so in every one of them.

Offsets are cached by (zone, quarter of an hour): clocks change at whole quarters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatcher.core.phone_areas import zones_of
from dispatcher.core.rules import DAY, MINUTE
from dispatcher.core.zone_regions import COUNTRY_ZONES, REGION_ZONES
from schemas.values import Day, Millis

EPOCH_DAY: Day = datetime(1970, 1, 1, tzinfo=UTC).toordinal()

_QUARTER = 15 * MINUTE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  local clock readings are naive on purpose
_FALLBACK = ("Etc/UTC",)


ZoneSource = Literal["stated", "region", "country", "phone", "default"]
"""What a zone was taken from."""

Confidence = Literal["high", "medium", "low", "none"]
"""How sure a zone is: `medium` from a phone number, `low` where several clocks are possible, `none` if nothing is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Candidate zones (at least one), what they were taken from, and the calendar of holidays."""

    zones: tuple[str, ...]
    country: str
    region: str | None
    source: ZoneSource = "default"
    confidence: Confidence = "none"


@lru_cache(maxsize=8192)
def place_of(timezone: str | None, country: str, region: str | None, area: str = "") -> Place:
    """The place of a customer; one object for each place, so that it can key caches by identity.

    `area` is the beginning of the customer's phone number in E.164 form, "" if it is not to be looked at.
    """
    if timezone is not None and _known(timezone):
        return Place((timezone,), country, region, "stated", "high")
    by_region = REGION_ZONES.get(region or "")
    if by_region is not None:
        zones = distinct(by_region)
        return Place(zones, country, region, "region", "high" if len(zones) == 1 else "low")
    listed = COUNTRY_ZONES.get(country) or _listed().get(country)
    if listed is None:
        return Place(_FALLBACK, country, region)
    zones = distinct(listed)
    if len(zones) == 1:
        return Place(zones, country, region, "country", "high")
    by_phone = tuple(zone for zone in zones_of(area) if zone in listed)
    if by_phone:
        narrowed = distinct(by_phone)
        if len(narrowed) < len(zones):
            return Place(narrowed, country, region, "phone", "medium" if len(narrowed) == 1 else "low")
    return Place(zones, country, region, "country", "low")


@lru_cache(maxsize=1 << 16)
def offset(zone: str, quarter: int) -> Millis:
    """Milliseconds to add to UTC in a zone, throughout a quarter of an hour since the epoch."""
    since = ZoneInfo(zone).utcoffset(_EPOCH + timedelta(milliseconds=quarter * _QUARTER))
    return 0 if since is None else _millis(since)


def local(zone: str, at: Millis) -> Millis:
    """The reading of the local clock, as milliseconds since 1970-01-01T00:00 on that clock."""
    return at + offset(zone, at // _QUARTER)


def day_in(place: Place, at: Millis, starts: Millis = 0) -> Day:
    """The local day in every candidate zone, if days start at `starts` past midnight."""
    zones = place.zones
    if len(zones) == 1:
        return (at + offset(zones[0], at // _QUARTER) - starts) // DAY + EPOCH_DAY
    return min((local(zone, at) - starts) // DAY for zone in zones) + EPOCH_DAY


def day_begins(place: Place, day: Day, starts: Millis = 0) -> Millis:
    """The instant from which `day_in` is at least `day`."""
    reading = (day - EPOCH_DAY) * DAY + starts
    zones = place.zones
    if len(zones) == 1:
        zone = zones[0]
        guess = reading - offset(zone, reading // _QUARTER)
        return reading - offset(zone, guess // _QUARTER)
    return max(_instant(zone, reading) for zone in zones)


def _instant(zone: str, reading: Millis) -> Millis:
    guess = reading - offset(zone, reading // _QUARTER)
    return reading - offset(zone, guess // _QUARTER)


def readings(zone: str, reading: Millis) -> tuple[Millis, Millis]:
    """The earliest and the latest instant that a local clock reading can mean.

    They differ where clocks are set back (the reading occurs twice) and where they are set forward (it does not occur:
    the instants lie on both sides of the gap).
    """
    zone_info = ZoneInfo(zone)
    naive = _NAIVE_EPOCH + timedelta(milliseconds=reading)
    offsets = [naive.replace(tzinfo=zone_info, fold=fold).utcoffset() or timedelta(0) for fold in (0, 1)]
    instants = [reading - _millis(each) for each in offsets]
    return min(instants), max(instants)


def _millis(span: timedelta) -> Millis:
    return (span.days * 86_400 + span.seconds) * 1000


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1)
def _listed() -> Mapping[str, tuple[str, ...]]:
    """Country -> its zones, from the zone database."""
    table: dict[str, tuple[str, ...]] = {}
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            table[country] = (*table.get(country, ()), zone)
    return table


_SAMPLES = tuple(range(54 * 365 * 96, 70 * 365 * 96, 7 * 96))
"""Quarters since the epoch, a week apart, from 2024 to 2040."""


def distinct(zones: tuple[str, ...]) -> tuple[str, ...]:
    """One zone of each group whose clocks agree in every week of the years to come."""
    if len(zones) == 1:
        return zones
    by_clock: dict[tuple[Millis, ...], str] = {}
    for zone in zones:
        info = ZoneInfo(zone)
        instants = (_EPOCH + timedelta(milliseconds=sample * _QUARTER) for sample in _SAMPLES)
        by_clock.setdefault(tuple(_millis(info.utcoffset(each) or timedelta(0)) for each in instants), zone)
    return tuple(by_clock.values())
