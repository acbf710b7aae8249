"""Where a customer lives: the best source wins, and what stays unknown is held to be possible."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.core.calendars import day_kind, is_working_day
from dispatcher.core.zone_regions import COUNTRY_ZONES, REGION_ZONES
from dispatcher.core.zones import day_begins, day_in, local, place_of
from tests.core.builders import DAY, HOUR, at, day

SOURCES = [
    (("Asia/Tokyo", "DE", None), ("Asia/Tokyo",)),
    (("Mars/Olympus", "DE", None), ("Europe/Berlin",)),
    ((None, "US", "US-CA"), ("America/Los_Angeles",)),
    ((None, "US", "US-TX"), ("America/Chicago", "America/Denver")),
    ((None, "CN", None), ("Asia/Shanghai",)),
    ((None, "GB", None), ("Europe/London",)),
    ((None, "XX", None), ("Etc/UTC",)),
]


@pytest.mark.parametrize(("source", "zones"), SOURCES)
def test_the_best_source_gives_the_zones(source, zones):
    assert place_of(*source).zones == zones


def test_a_country_of_many_clocks_has_as_many_candidates():
    assert len(place_of(None, "US", None).zones) == 8


def test_a_country_whose_zones_keep_one_clock_has_one_candidate():
    assert place_of(None, "DE", None).zones == ("Europe/Berlin",)


def test_every_zone_of_the_tables_exists():
    named = {zone for table in (REGION_ZONES, COUNTRY_ZONES) for zones in table.values() for zone in zones}
    assert named <= available_timezones()


@given(st.sampled_from(sorted(available_timezones())), st.integers(at("2024-01-01 00:00"), at("2040-01-01 00:00")))
def test_the_cached_offset_is_that_of_the_zone_database(zone, instant):
    clock = datetime.fromtimestamp(instant // 1000, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    assert local(zone, instant // 1000 * 1000) == int(clock.timestamp()) * 1000


@given(
    st.sampled_from(((None, "US", None), ("America/Nuuk", "GL", None), ("Australia/Lord_Howe", "AU", None))),
    st.integers(day("2026-01-01"), day("2028-12-31")),
    st.integers(5 * 60, 13 * 60),
)
def test_a_day_begins_at_the_first_instant_at_which_it_has_begun_everywhere(source, which, minute):
    place, starts = place_of(*source), minute * 60_000
    begins = day_begins(place, which, starts)
    assert (day_in(place, begins, starts), day_in(place, begins - 1, starts)) == (which, which - 1)


def test_a_day_has_begun_only_when_it_has_in_every_candidate_zone():
    nowhere = place_of(None, "US", None)
    assert day_in(nowhere, at("2026-03-11 06:00")) == day("2026-03-10")


KINDS = [
    ("2026-03-11", "weekday"),
    ("2026-03-14", "saturday"),
    ("2026-03-15", "sunday"),
    ("2026-12-25", "holiday"),
    ("2026-12-26", "holiday"),  # a Saturday
]


@pytest.mark.parametrize(("date", "kind"), KINDS)
def test_the_kind_of_a_day(date, kind):
    assert day_kind("DE", None, day(date)) == kind


def test_a_country_that_is_not_listed_has_no_holidays():
    assert [day_kind("XX", None, day(date)) for date in ("2026-12-25", "2026-12-26")] == ["weekday", "saturday"]


def test_a_region_that_is_not_listed_has_the_holidays_of_its_country():
    assert day_kind("DE", "DE-XX", day("2026-12-25")) == "holiday"


def test_the_weekend_is_that_of_the_country():
    friday = day("2026-03-13")
    assert (is_working_day("DE", None, friday), is_working_day("IR", None, friday)) == (True, False)


def test_a_day_is_24_hours_but_where_clocks_change():
    place = place_of("Europe/Berlin", "DE", None)
    lengths = [day_begins(place, day(date) + 1) - day_begins(place, day(date)) for date in ("2026-03-28", "2026-03-29")]
    assert lengths == [DAY, DAY - HOUR]


FROM = [
    (("Asia/Tokyo", "US", None, "+12125550"), (("Asia/Tokyo",), "stated", "high")),
    ((None, "US", "US-CA", "+12125550"), (("America/Los_Angeles",), "region", "high")),
    ((None, "US", "US-TX", "+12125550"), (("America/Chicago", "America/Denver"), "region", "low")),
    ((None, "DE", None, "+49151234"), (("Europe/Berlin",), "country", "high")),
    ((None, "US", None, "+12125550"), (("America/New_York",), "phone", "medium")),
    ((None, "XX", None, "+12125550"), (("Etc/UTC",), "default", "none")),
]


@pytest.mark.parametrize(("source", "expected"), FROM)
def test_a_zone_says_what_it_was_taken_from_and_how_sure_that_is(source, expected):
    place = place_of(*source)
    assert (place.zones, place.source, place.confidence) == expected


@pytest.mark.parametrize("area", ["+44770090", "+18005550", "+61412345", ""])
def test_a_number_that_names_no_place_in_the_country_narrows_nothing(area):
    country = "AU" if area.startswith("+61") else "US"
    assert place_of(None, country, None, area).zones == place_of(None, country, None).zones
