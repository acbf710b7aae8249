"""Contact hours, in every candidate zone, across holidays and changes of the clocks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.core.rules import Window
from dispatcher.core.windows import closed_rule, intersect, merge, opening, subtract
from dispatcher.core.zones import place_of
from schemas.inbox import QuietSpan
from tests.core.builders import DAY, HOUR, MINUTE, at

BERLIN = place_of("Europe/Berlin", "DE", None)


def hours(**ranges) -> Window:
    every = {"weekday": (), "saturday": (), "sunday": (), "holiday": ()}
    return Window("sms", {**every, **ranges})


def always(*ranges) -> Window:
    return hours(weekday=ranges, saturday=ranges, sunday=ranges, holiday=ranges)


EIGHT_TO_EIGHT = always((480, 1200))


def opens(window, when, place=BERLIN, quiet=(), spread=0):
    found = opening(window, place, quiet, at(when), spread)
    return None if found is None else tuple(utc(each) for each in (found.start, found.end))


def utc(instant) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).strftime("%m-%d %H:%M")


def test_the_present_window_holds_the_instant():
    assert opens(EIGHT_TO_EIGHT, "2026-03-11 12:00") == ("03-11 07:00", "03-11 19:00")


def test_the_end_of_a_window_is_outside_it():
    assert opens(EIGHT_TO_EIGHT, "2026-03-11 19:00") == ("03-12 07:00", "03-12 19:00")


def test_the_start_of_a_window_is_inside_it():
    assert opens(EIGHT_TO_EIGHT, "2026-03-11 07:00") == ("03-11 07:00", "03-11 19:00")


def test_a_closed_sunday_waits_for_monday():
    window = hours(weekday=((480, 1200),), saturday=((540, 1080),))
    assert opens(window, "2026-03-14 18:00") == ("03-16 07:00", "03-16 19:00")


def test_a_holiday_of_the_region_is_a_holiday():
    window = hours(weekday=((480, 1200),))
    corpus_christi = "2026-06-04 10:00"
    by_region = {region: opens(window, corpus_christi, place_of(None, "DE", region)) for region in ("DE-BY", "DE-BE")}
    assert by_region == {"DE-BY": ("06-05 06:00", "06-05 18:00"), "DE-BE": ("06-04 06:00", "06-04 18:00")}


def test_a_range_may_pass_midnight():
    assert opens(always((22 * 60, 26 * 60)), "2026-03-11 23:30") == ("03-11 21:00", "03-12 01:00")


def test_a_range_that_ends_where_the_next_begins_is_one():
    assert opens(always((480, 720), (720, 1200)), "2026-03-11 08:00") == ("03-11 07:00", "03-11 19:00")


def test_the_customers_own_quiet_hours_cut_the_window():
    assert opens(EIGHT_TO_EIGHT, "2026-03-11 12:30", quiet=(QuietSpan(13 * 60, 14 * 60),)) == (
        "03-11 13:00",
        "03-11 19:00",
    )


def test_own_quiet_hours_may_pass_midnight_and_hold_on_some_days_only():
    friday_night = (QuietSpan(18 * 60, 10 * 60, (4,)),)
    found = [opens(EIGHT_TO_EIGHT, when, quiet=friday_night) for when in ("2026-03-13 16:00", "2026-03-13 18:00")]
    assert found == [("03-13 07:00", "03-13 17:00"), ("03-14 09:00", "03-14 19:00")]


def test_quiet_hours_that_never_end_leave_no_opening():
    assert opens(EIGHT_TO_EIGHT, "2026-03-11 12:00", quiet=(QuietSpan(0, 1440),)) is None


def test_an_unknown_zone_is_inside_the_hours_of_all_candidates():
    nowhere = place_of(None, "US", None)
    start, end = opens(EIGHT_TO_EIGHT, "2026-07-15 02:00", nowhere)
    assert (start, end) == ("07-15 18:00", "07-16 00:00")  # eight in Honolulu and Adak, eight at night in New York


def test_the_spread_delays_each_opening():
    spread = 20 * MINUTE
    assert opens(EIGHT_TO_EIGHT, "2026-03-11 05:00", spread=spread) == ("03-11 07:20", "03-11 19:00")


def test_the_spread_never_goes_beyond_the_middle_of_an_opening():
    short = (QuietSpan(8 * 60 + 30, 20 * 60),)
    assert opens(EIGHT_TO_EIGHT, "2026-03-11 05:00", quiet=short, spread=HOUR) == ("03-11 07:15", "03-11 07:30")


# Berlin: on 29 March 02:00 becomes 03:00, on 25 October 03:00 becomes 02:00.
CHANGES = {
    "a start in the gap": (((150, 300),), "2026-03-28 22:00", ("03-29 01:30", "03-29 03:00")),
    "an end in the gap": (((60, 150),), "2026-03-28 22:00", ("03-29 00:00", "03-29 00:30")),
    "a start that occurs twice": (((150, 300),), "2026-10-24 21:00", ("10-25 01:30", "10-25 04:00")),
    "an end that occurs twice": (((60, 150),), "2026-10-24 21:00", ("10-24 23:00", "10-25 00:30")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_does_not_exist_or_exists_twice_is_never_used(what):
    ranges, when, expected = CHANGES[what]
    assert opens(always(*ranges), when) == expected


ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Nuuk",
    "Pacific/Easter",
    "Asia/Gaza",
    "Africa/Casablanca",
)


@given(
    st.sampled_from(ZONES),
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.integers(at("2026-01-01 00:00") // MINUTE, at("2028-01-01 00:00") // MINUTE),
    st.integers(0, 90),
)
def test_an_opening_lies_inside_the_hours_whatever_the_clocks_do(zone, start, length, minute, later):
    found = opening(always((start, start + length)), place_of(zone, "XX", None), (), minute * MINUTE, 0)
    if found is None or found.start >= found.end:
        return
    for instant in (found.start, min(found.start + later * MINUTE, found.end - 1), found.end - 1):
        clock = datetime.fromtimestamp(instant / 1000, UTC).astimezone(ZoneInfo(zone))
        reading = clock.hour * 60 + clock.minute
        assert any(start <= reading + shift < start + length for shift in (0, 1440)), (clock, found)


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


def minutes(found) -> set[int]:
    return {minute for start, end in found for minute in range(start, end)}


@given(spans, spans)
def test_spans_are_sets_of_instants(one, other):
    a, b = merge(one), merge(other)
    assert minutes(a) == minutes(one)
    assert minutes(intersect(a, b)) == minutes(one) & minutes(other)
    assert minutes(subtract(a, b)) == minutes(one) - minutes(other)


def test_an_opening_is_found_in_every_week():
    found = {opens(EIGHT_TO_EIGHT, f"2026-03-{date:02d} 03:00")[0] for date in range(1, 29)}
    assert found == {f"03-{date:02d} 07:00" for date in range(1, 29)}


def test_the_ends_of_a_timeline_are_seamless():
    week = 7 * DAY
    for boundary in (at("2026-03-05 00:00"), at("2026-03-12 00:00")):
        assert boundary % week == 0
        ends = [opening(EIGHT_TO_EIGHT, BERLIN, (), boundary + shift, 0).end for shift in (-1, 0, 1)]
        assert len(set(ends)) == 1


def test_at_the_minute_at_which_the_policy_opens_it_is_the_other_rule_that_is_closed():
    late = Window("sms", always((600, 1200)).ranges, "presets.late")
    both = Window("sms", EIGHT_TO_EIGHT.ranges, "windows.sms", (late,))
    named = {minute: closed_rule(both, BERLIN, at(f"2026-03-11 {minute}")) for minute in ("06:59", "07:00", "08:59")}
    assert named == {"06:59": "windows.sms", "07:00": "presets.late", "08:59": "presets.late"}


def test_the_next_opening_is_looked_for_three_weeks_from_the_beginning_of_a_week():
    """Weeks begin on Thursdays, as that of 1 January 1970 did; only holidays are open, and the next is 22 days ahead."""
    window = hours(holiday=((480, 1200),))
    assert opens(window, "2026-12-03 12:00", place_of("Europe/London", "GB", None)) == ("12-25 08:00", "12-25 20:00")


def test_a_quiet_span_that_ends_when_it_begins_lasts_the_whole_day():
    assert opens(EIGHT_TO_EIGHT, "2026-03-11 12:00", quiet=(QuietSpan(540, 540),)) is None


def test_quiet_hours_end_late_where_the_clock_reads_the_same_time_twice():
    quiet = (QuietSpan(0, 150),)  # until half past two, which comes twice in Berlin on 25 October 2026
    assert opens(always((0, 1440)), "2026-10-24 23:00", quiet=quiet)[0] == "10-25 01:30"


def test_quiet_hours_begin_early_where_the_clock_reads_the_same_time_twice():
    quiet = (QuietSpan(150, 600),)
    assert opens(always((0, 1440)), "2026-10-24 23:00", quiet=quiet)[1] == "10-25 00:30"


def test_what_has_no_length_is_no_span():
    assert (merge([(5, 5)]), intersect(((0, 5),), ((5, 9),))) == ((), ())


@pytest.mark.parametrize(
    ("hole", "left"),
    [
        ((0, 5), ((5, 10),)),
        ((10, 12), ((5, 10),)),
        ((5, 7), ((7, 10),)),
        ((8, 10), ((5, 8),)),
        ((5, 10), ()),
        ((6, 7), ((5, 6), (7, 10))),
    ],
)
def test_a_hole_that_touches_an_end_leaves_no_empty_span(hole, left):
    assert subtract(((5, 10),), (hole,)) == left
