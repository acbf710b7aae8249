"""Of the contacts that were due in the period, how many were made at the time that the policy prescribes, by stage.

Due: every contact that was made, that its provider refused, or that nobody called in time; and every stage that was
given up after it had been put off for a reason of ours: a cap, a gap, a provider or a desk without room, a pause. On
time: made within 24 hours of becoming due; waiting for the customer's contact hours is part of the prescribed time and
is not late. Late: made after more. Not due, and so not counted: what a hold, a promise or a plan forbade, whom no
channel reaches, what was paid before, and stages that had passed when the dispatcher first heard of the invoice.
Contacts count in the period in which they were claimed, given-up stages in that in which they were given up. A case is
a contact that was due.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, select
from sqlalchemy.sql import FromClause

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, Question, Share
from dispatcher.archive.figures.contacted import claimed_in, has_failed, was_made
from dispatcher.archive.figures.shares import FEW, share
from dispatcher.archive.tables import CONTACTS, RECORDS

_LATE_AFTER_MS: Final = 24 * 60 * 60 * 1000
_LOOK_BACK_MS: Final = 60 * 24 * 60 * 60 * 1000
"""A stage that was put off longer ago was so for an earlier invoice."""

_HOURS: Final = ("quiet_hours", "holiday")
_FORBIDDEN: Final = ("hold", "promise", "plan", "in_flight")
"""Reasons of deferral that make a contact not due, as opposed to late."""

_FAILED: Final = ("rejected", "expired")


class Timeliness(msgspec.Struct, frozen=True):
    """Of one stage; `cases = on_time + late + failed + missed`."""

    stage: str
    cases: Count
    on_time: Count
    late: Count
    failed: Count
    missed: Count
    rate: Share
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[Timeliness, ...]:
    """The rows of the archive, by stage."""
    found: dict[str, list[int]] = {}
    for stage, *counts in connection.execute(_contacts(question)):
        found[stage] = [*(int(n) for n in counts), 0]
    for stage, missed in connection.execute(_given_up(question)):
        found.setdefault(stage, [0, 0, 0, 0])[3] = missed
    made = []
    for stage, (on_time, late, failed, missed) in sorted(found.items()):
        cases = on_time + late + failed + missed
        if cases:
            made.append(Timeliness(stage, cases, on_time, late, failed, missed, share(on_time, cases), cases < FEW))
    return tuple(made)


def _contacts(question: Question) -> Select[Any]:
    """Stage -> on time, late, failed. A contact that was tried by several channels is one."""
    begun = (
        select(
            CONTACTS.c.customer_id,
            CONTACTS.c.stage,
            func.min(CONTACTS.c.claimed_at).label("at"),
            func.max(case((was_made(), 1), else_=0)).label("made"),
            func.max(case((has_failed(*_FAILED), 1), else_=0)).label("failed"),
        )
        .where(claimed_in(question.period.start, question.period.end), CONTACTS.c.stage.is_not(None))
        .group_by(CONTACTS.c.customer_id, CONTACTS.c.stage, func.coalesce(CONTACTS.c.contact_id, CONTACTS.c.attempt_id))
        .subquery("begun")
    )
    late = _put_off(begun, begun.c.at - _LOOK_BACK_MS, begun.c.at - _LATE_AFTER_MS, (*_HOURS, *_FORBIDDEN))
    return select(
        begun.c.stage,
        func.sum(case((and_(begun.c.made == 1, ~late), 1), else_=0)),
        func.sum(case((and_(begun.c.made == 1, late), 1), else_=0)),
        func.sum(case((and_(begun.c.made == 0, begun.c.failed == 1), 1), else_=0)),
    ).group_by(begun.c.stage)


def _given_up(question: Question) -> Select[Any]:
    """Stage -> how often it was due and given up."""
    gone = RECORDS.alias("gone")
    return (
        select(gone.c.stage, func.count())
        .where(
            gone.c.code == "missed_stage",
            gone.c.at >= question.period.start,
            gone.c.at < question.period.end,
            gone.c.stage.is_not(None),
            _put_off(gone, gone.c.at - _LOOK_BACK_MS, gone.c.at, _FORBIDDEN),
        )
        .group_by(gone.c.stage)
    )


def _put_off(
    of: FromClause, since: ColumnElement[int], until: ColumnElement[int], but: tuple[str, ...]
) -> ColumnElement[bool]:
    """Whether the stage was put off in [since, until] for the same customer, for another reason than these."""
    return exists().where(
        RECORDS.c.result == "deferred",
        RECORDS.c.customer_id == of.c.customer_id,
        RECORDS.c.stage == of.c.stage,
        RECORDS.c.at >= since,
        RECORDS.c.at <= until,
        RECORDS.c.code.not_in(but),
    )


FIGURE = Figure("timeliness", Timeliness, rows, Bars("rate", ("stage",)))
