"""When a channel may be used: the policy's hours, less the hours that the customer keeps free, as instants.

Hours are read on the local clock of every candidate zone, and only what all of them allow remains. Where clocks change, a
start is read as late and an end as early as the reading allows: what does not exist, or exists twice, is never used to
contact anyone.
"""

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from dispatcher.core.calendars import day_kind
from dispatcher.core.rules import DAY, MINUTE, DayKind, Window
from dispatcher.core.zones import EPOCH_DAY, Place, day_in, readings
from schemas.inbox import QuietSpan
from schemas.values import Day, Millis

Spans = tuple[tuple[Millis, Millis], ...]
"""Instants [start, end), in order, apart from each other."""

WEEK = 7 * DAY
_DAYS_BEFORE, _DAYS_AFTER = 2, 23


class Opening(msgspec.Struct, frozen=True, gc=False):
    """The span in which a contact may start: the present one, or the next (`start` lies ahead)."""

    start: Millis
    end: Millis


def opening(window: Window, place: Place, quiet: tuple[QuietSpan, ...], at: Millis, spread: Millis) -> Opening | None:
    """The opening that holds `at`, or the next one; None: none within three weeks.

    `spread` delays the start of every opening, at most to its middle, so that not everybody is served in the first minute.
    """
    starts, ends = _timeline(window, place, quiet, at // WEEK)
    index = bisect_right(ends, at)
    if index == len(ends):
        return None
    start, end = starts[index], ends[index]
    return Opening(start + min(spread, (end - start) // 2), end)


def closed_rule(window: Window, place: Place, at: Millis) -> str:
    """The rule by which a window is closed: its own, unless only another that it has to agree with is."""
    for each in (window, *window.also):
        alone = opening(Window(each.channel, each.ranges, each.rule) if each.also else each, place, (), at, 0)
        if alone is None or alone.start > at:
            return each.rule
    return window.rule


def kind_of_day(place: Place, at: Millis) -> DayKind:
    """What kind of day it is where the customer lives."""
    return day_kind(place.country, place.region, day_in(place, at))


@lru_cache(maxsize=4096)
def _timeline(
    window: Window, place: Place, quiet: tuple[QuietSpan, ...], week: int
) -> tuple[list[Millis], list[Millis]]:
    """The starts and the ends of every opening from two days before a week until two weeks after it."""
    first = week * WEEK // DAY + EPOCH_DAY - _DAYS_BEFORE
    days = range(first, first + _DAYS_BEFORE + _DAYS_AFTER)
    spans: Spans | None = None
    for zone in place.zones:
        for each in (window, *window.also):
            allowed = _allowed(each, place, zone, days)
            spans = allowed if spans is None else intersect(spans, allowed)
    result = spans or ()
    for zone in place.zones if quiet else ():
        result = subtract(result, _quiet(quiet, zone, days))
    return [start for start, _ in result], [end for _, end in result]


def _allowed(window: Window, place: Place, zone: str, days: Iterable[Day]) -> Spans:
    spans = []
    for day in days:
        for start, end in window.ranges[day_kind(place.country, place.region, day)]:
            spans.append((_instant(zone, day, start, latest=True), _instant(zone, day, end, latest=False)))
    return merge(spans)


def _quiet(quiet: tuple[QuietSpan, ...], zone: str, days: Iterable[Day]) -> Spans:
    spans = []
    for day in days:
        for span in quiet:
            if not span.days or (day - 1) % 7 in span.days:
                end = span.end if span.end > span.start else span.end + 1440
                spans.append((_instant(zone, day, span.start, latest=False), _instant(zone, day, end, latest=True)))
    return merge(spans)


def _instant(zone: str, day: Day, minute: int, *, latest: bool) -> Millis:
    return readings(zone, (day - EPOCH_DAY) * DAY + minute * MINUTE)[latest]


def merge(spans: Iterable[tuple[Millis, Millis]]) -> Spans:
    """The union of spans; empty and backward ones vanish."""
    merged: list[tuple[Millis, Millis]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def intersect(one: Spans, other: Spans) -> Spans:
    """What both allow."""
    return tuple((max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other if max(a[0], b[0]) < min(a[1], b[1]))


def subtract(spans: Spans, holes: Spans) -> Spans:
    """What remains of spans without the holes."""
    remaining = list(spans)
    for hole_start, hole_end in holes:
        cut: list[tuple[Millis, Millis]] = []
        for start, end in remaining:
            if hole_end <= start or end <= hole_start:
                cut.append((start, end))
                continue
            if start < hole_start:
                cut.append((start, hole_start))
            if hole_end < end:
                cut.append((hole_end, end))
        remaining = cut
    return tuple(remaining)
