"""In every zone of the IANA database, for ten years, every opening lies within the permitted hours of the local clock."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from dispatcher.core.windows import opening
from dispatcher.core.zones import place_of
from schemas.values import to_millis
from tests.core.builders import HOUR, MINUTE, policy

FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
DAYS = [FROM + timedelta(days=n) for n in range((UNTIL - FROM).days)]
HOURS = {"sms": ((8, 20), (9, 18), None), "email": ((7, 21), (7, 21), (7, 21)), "call_task": ((9, 18), None, None)}
"""Weekday, Saturday, Sunday, as the test policy states them; a holiday is like a Sunday."""
ZONES = sorted(available_timezones())
SOME = ("America/Nuuk", "Australia/Lord_Howe", "Africa/Casablanca")


def transitions(zone: ZoneInfo) -> list[datetime]:
    """The days on which the clocks of a zone change."""
    offsets = [day.astimezone(zone).utcoffset() for day in DAYS]
    return [day for day, before, after in zip(DAYS[1:], offsets, offsets[1:], strict=False) if before != after]


def clocks() -> dict[tuple, list[str]]:
    """The zones by what their clocks say at every hour of the ten years: many names, few clocks."""
    groups: dict[tuple, list[str]] = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        changes = [
            (at, at.astimezone(zone).utcoffset())
            for day in transitions(zone)
            for at in (day + timedelta(hours=hour) for hour in range(-24, 1))
        ]
        groups.setdefault((FROM.astimezone(zone).utcoffset(), *changes), []).append(name)
    return groups


def moments(name: str, elsewhere: int = 60) -> list[int]:
    """Around every change, two days each way, and on random days: every few hours, a little past the hour."""
    around = [day + timedelta(hours=hour) for day in transitions(ZoneInfo(name)) for hour in range(-48, 49, 7)]
    return [*map(to_millis, around), *anywhere(name, elsewhere)]


def anywhere(name: str, times: int) -> list[int]:
    chance = random.Random(name)
    return [to_millis(FROM + timedelta(minutes=chance.randrange(10 * 365 * 24 * 60))) for _ in range(times)]


def outside(name: str, channel: str, at: int) -> str | None:
    """Where an opening leaves the permitted hours; None: it does not."""
    found = opening(policy().windows[channel], place_of(name, "ZZ", None), (), at, 7 * MINUTE)
    if found is None:
        return f"{name} {channel} {at}: no opening"
    for instant in range(found.start, found.end, HOUR // 2):
        if not permitted(name, channel, instant):
            return f"{name} {channel}: {instant} is open"
    return None if permitted(name, channel, found.end - 1) else f"{name} {channel}: its end {found.end} is too late"


def permitted(name: str, channel: str, instant: int) -> bool:
    clock = datetime.fromtimestamp(instant / 1000, UTC).astimezone(ZoneInfo(name))
    hours = HOURS[channel][max(0, clock.weekday() - 4)]
    return hours is not None and hours[0] <= clock.hour < hours[1]


def breaches(name: str, at: list[int]) -> list[str]:
    return [wrong for each in at for channel in HOURS if (wrong := outside(name, channel, each)) is not None]


@pytest.mark.parametrize("name", SOME)
def test_no_opening_lies_in_quiet_hours(name: str):
    assert breaches(name, moments(name)) == []


@pytest.mark.slow
def test_no_opening_lies_in_quiet_hours_in_any_zone_for_ten_years():
    """Each clock thoroughly, and every further name of it on days of its own."""
    looked: list[str] = []
    for first, *others in clocks().values():
        assert breaches(first, moments(first)) == []
        for name in others:
            assert breaches(name, anywhere(name, 8)) == []
        looked += [first, *others]
    assert sorted(looked) == ZONES
