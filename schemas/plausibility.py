"""What a date, an instant or a line of text must be to mean something, and how data that means nothing is refused."""

import re
from datetime import date, datetime

from schemas.refusals import Refusal, RejectReason
from schemas.values import Day, Millis, to_millis

YEARS = range(1900, 2200)
"""Years that a bill can be about; beyond them lies a mistake, or a value that says "never" (9999-12-31)."""

_DAYS = range(date(YEARS.start, 1, 1).toordinal(), date(YEARS.stop, 1, 1).toordinal())
# Controls and the line breaks of Unicode; not the joiners (category Cf), which belong into names of many scripts.
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def refuse(reason: RejectReason, path: str, expected: str) -> Refusal:
    """The refusal of what stands at `path` within `data`."""
    return Refusal(reason, f"data.{path}", f"expected {expected}")


def no_currency() -> Refusal:
    """The refusal of a currency that nobody owes."""
    return refuse("unknown_currency", "currency", "a current ISO 4217 currency code like EUR")


def no_day(path: str) -> Refusal:
    """The refusal of a date outside of `YEARS`."""
    return refuse("impossible_date", path, f"a date from {YEARS.start}-01-01 to {YEARS.stop - 1}-12-31")


def no_instant(path: str) -> Refusal:
    """The refusal of an instant outside of `YEARS`."""
    return refuse("impossible_date", path, f"an instant from {YEARS.start} to {YEARS.stop - 1}")


def possible_day(day: Day) -> bool:
    """Whether a date lies within `YEARS`."""
    return day in _DAYS


def possible(instant: datetime | None) -> bool:
    """Whether an instant, if there is one, lies within `YEARS`."""
    return instant is None or instant.year in YEARS


def millis(instant: datetime | None) -> Millis | None:
    """The instant in milliseconds, if there is one."""
    return None if instant is None else to_millis(instant)


def one_line(text: str) -> str:
    """The text without line breaks and control characters: names and titles go into subjects and SMS."""
    return text if text.isprintable() else _BREAKS.sub(" ", text).strip()
