"""What each collector at the desk did in the period, and what came of it.

Counted: `tasks` that the collector reported in the period; `dials` that the customer's lane permitted; `right_party`:
reports of a conversation with the customer; `promises` that the collector took in the period, and how many of those
that have been judged since were kept. `minutes` is the median time from the permitted dial to the report of the same
task. Not counted: what other desks, agencies and branches report, who name no collector. Tasks differ, so these are for
a talk with somebody rather than for a ranking. A case is a promise that has been judged.
"""

from collections import Counter, defaultdict
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, and_, func, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Hours, Mark, Question, Share
from dispatcher.archive.figures.shares import FEW, quantile, share
from dispatcher.archive.tables import DIALS, JUDGEMENTS, PROMISES, REPORTS

_MINUTE_MS = 60_000


class Collector(msgspec.Struct, frozen=True):
    """One collector; `minutes` is a median."""

    collector: str
    tasks: Count
    dials: Count
    right_party: Count
    promises: Count
    kept: Count
    cases: Count
    rate: Share
    minutes: Hours
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[Collector, ...]:
    """The rows of the archive, by collector."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for who, n in connection.execute(_dials(question)):
        counts[who]["dials"] = n
    for who, tasks in connection.execute(_tasks(question)):
        counts[who]["tasks"] = tasks
    for who, spoken in connection.execute(_tasks(question).where(REPORTS.c.contact_class == "right_party")):
        counts[who]["right_party"] = spoken
    for who, outcome, n in connection.execute(_promises(question)):
        counts[who]["promises"] += n
        counts[who]["cases"] += n if outcome is not None else 0
        counts[who]["kept"] += n if outcome == "promise_kept" else 0
    minutes = _minutes(connection, question)
    return tuple(_row(who, counts[who], sorted(minutes.get(who, ()))) for who in sorted(counts))


def _row(who: str, counts: Counter[str], minutes: list[float]) -> Collector:
    cases = counts["cases"]
    median = quantile(minutes, 0.5)
    return Collector(
        collector=who,
        tasks=counts["tasks"],
        dials=counts["dials"],
        right_party=counts["right_party"],
        promises=counts["promises"],
        kept=counts["kept"],
        cases=cases,
        rate=share(counts["kept"], cases),
        minutes=None if median is None else round(median, 1),
        few=cases < FEW,
    )


def _dials(question: Question) -> Select[Any]:
    period = question.period
    return (
        select(DIALS.c.collector, func.count())
        .where(
            DIALS.c.at >= period.start,
            DIALS.c.at < period.end,
            DIALS.c.collector.is_not(None),
            DIALS.c.result == "permitted",
        )
        .group_by(DIALS.c.collector)
    )


def _tasks(question: Question) -> Select[Any]:
    """Tasks and not reports: one may be reported twice, when somebody is to be called back."""
    period = question.period
    return (
        select(REPORTS.c.collector, func.count(REPORTS.c.attempt_id.distinct()))
        .where(REPORTS.c.at >= period.start, REPORTS.c.at < period.end, REPORTS.c.collector.is_not(None))
        .group_by(REPORTS.c.collector)
    )


def _promises(question: Question) -> Select[Any]:
    period = question.period
    return (
        select(PROMISES.c.collector, JUDGEMENTS.c.outcome, func.count())
        .select_from(PROMISES.outerjoin(JUDGEMENTS, JUDGEMENTS.c.key == PROMISES.c.key))
        .where(
            PROMISES.c.stated_us >= period.start * 1000,
            PROMISES.c.stated_us < period.end * 1000,
            PROMISES.c.collector.is_not(None),
            PROMISES.c.cancelled.is_(False),
        )
        .group_by(PROMISES.c.collector, JUDGEMENTS.c.outcome)
    )


def _minutes(connection: Connection, question: Question) -> dict[str, list[float]]:
    period = question.period
    asked = (
        select(REPORTS.c.collector, REPORTS.c.stated_at - func.max(DIALS.c.at))
        .join(
            DIALS,
            and_(
                DIALS.c.attempt_id == REPORTS.c.attempt_id,
                DIALS.c.collector == REPORTS.c.collector,
                DIALS.c.result == "permitted",
                DIALS.c.at <= REPORTS.c.stated_at,
            ),
        )
        .where(REPORTS.c.at >= period.start, REPORTS.c.at < period.end)
        .group_by(REPORTS.c.partition, REPORTS.c.offset, REPORTS.c.collector, REPORTS.c.stated_at)
    )
    found: dict[str, list[float]] = defaultdict(list)
    for who, took in connection.execute(asked):
        found[who].append(took / _MINUTE_MS)
    return found


FIGURE = Figure("collectors", Collector, rows, Bars("tasks", ("collector",)))
