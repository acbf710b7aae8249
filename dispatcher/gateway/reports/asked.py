"""From what an address or a command asks for to the question that figures answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dispatcher.archive.figures.asking import DIMENSIONS, USUAL, Dimension, Question
from dispatcher.archive.figures.periods import BadPeriod, Period, month_at, period_between, period_of_month
from dispatcher.settings import Reports
from schemas.values import Millis

FIELDS: Final = ("month", "from", "to", "by")


@dataclass(frozen=True, slots=True)
class BadQuestion:
    """What is wrong with it, and what was expected."""

    why: str


def question_of(given: Mapping[str, str], reports: Reports, now: Millis, as_of: Millis) -> Question | BadQuestion:
    """`month`, or `from` and `to`, else the month that it is; `by`: dimensions, separated by commas."""
    try:
        period = _period(given, reports, now)
    except BadPeriod as bad:
        return BadQuestion(str(bad))
    by = _dimensions(given.get("by", ""))
    if by is None:
        return BadQuestion(f"by: expected some of {', '.join(DIMENSIONS)}, separated by commas, each once")
    return Question(period, as_of, reports.bad_debt_days, reports.prices, by)


def _period(given: Mapping[str, str], reports: Reports, now: Millis) -> Period:
    month, first, last = (given.get(name, "") for name in FIELDS[:3])
    if month and (first or last):
        raise BadPeriod("expected a month, or from and to, but not both")
    if month:
        return period_of_month(month, reports.zone)
    if first or last:
        return period_between(first, last, reports.zone)
    return month_at(now, reports.zone)


def _dimensions(text: str) -> tuple[Dimension, ...] | None:
    names = [name.strip() for name in text.split(",") if name.strip()]
    found = tuple(each for name in names for each in DIMENSIONS if each == name)
    if len(found) != len(names) or len(set(names)) != len(names):
        return None
    return found or USUAL
