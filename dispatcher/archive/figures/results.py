"""What came of contacts, by channel, stage, tier and variant of the policy: which method works.

Counted: attempts to reach somebody that were claimed in the period. `arrived`: the provider or the person who called
says so; `failed`: sent back, refused for good, or not called in time; of the others nobody has said. Not counted:
attempts that were given back or called off before anything left. `paid`: the same customer paid something, on whichever
invoice, within seven days; `cases` are the contacts whose seven days are over, `rate` is paid / cases, and the true
rate lies between `low` and `high` in 95 of 100 such samples. Two variants whose ranges do not touch differ; that people
who are contacted pay does not yet prove that they pay because of it. `stage`, `tier` and `variant` are those of the
decision; no variant: the policy itself.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, Question, Share
from dispatcher.archive.figures.contacted import FAILED, NEVER, claimed_in, has_failed
from dispatcher.archive.figures.held import payment
from dispatcher.archive.figures.shares import FEW, interval, share
from dispatcher.archive.tables import CHANGES, CONTACTS
from schemas.values import Millis

WITHIN_MS: Final = 7 * 24 * 60 * 60 * 1000
"""A payment so soon after a contact counts as its result."""


class Result(msgspec.Struct, frozen=True):
    """Contacts of one sort; a dimension that was not asked for is empty."""

    channel: str
    stage: str
    phase: str
    tier: str
    variant: str
    creditor_id: str
    policy: str
    task: str
    contacts: Count
    arrived: Count
    failed: Count
    cases: Count
    paid: Count
    rate: Share
    low: Share
    high: Share
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[Result, ...]:
    """The rows of the archive, the most contacts first."""
    sort = [func.coalesce(CONTACTS.c[name], "").label(name) for name in question.by]
    judged = question.as_of - WITHIN_MS
    asked = (
        select(
            *sort,
            func.count(),
            func.sum(case((CONTACTS.c.result == "delivered", 1), else_=0)),
            func.sum(case((has_failed(*FAILED), 1), else_=0)),
            func.sum(case((CONTACTS.c.claimed_at <= judged, 1), else_=0)),
        )
        .where(_in(question))
        .group_by(*(CONTACTS.c[name] for name in question.by))
    )
    paid = _paid(connection, question, sort, judged)
    made = []
    for *named, contacts, arrived, failed, cases in connection.execute(asked):
        hits = paid.get(tuple(named), 0)
        low, high = interval(hits, cases)
        told = dict.fromkeys(Result.__struct_fields__[:8], "") | dict(zip(question.by, named, strict=True))
        made.append(
            Result(
                **told,
                contacts=contacts,
                arrived=arrived,
                failed=failed,
                cases=cases,
                paid=hits,
                rate=share(hits, cases),
                low=low,
                high=high,
                few=cases < FEW,
            )
        )
    return tuple(sorted(made, key=lambda each: (-each.contacts, msgspec.structs.astuple(each)[:8])))


def _in(question: Question) -> ColumnElement[bool]:
    return and_(claimed_in(question.period.start, question.period.end), CONTACTS.c.result.not_in(NEVER))


def _paid(connection: Connection, question: Question, sort: list[Any], judged: Millis) -> dict[tuple[str, ...], int]:
    """How many contacts of each sort were followed by a payment: found from the payments, which are fewer."""
    start, end = question.period.start, min(question.period.end, judged + 1)
    asked = (
        select(*sort, func.count(CONTACTS.c.attempt_id.distinct()))
        .select_from(CHANGES)
        .join(
            CONTACTS,
            and_(
                CONTACTS.c.customer_id == CHANGES.c.customer_id,
                CONTACTS.c.claimed_at >= CHANGES.c.since_us // 1000 - WITHIN_MS,
                CONTACTS.c.claimed_at <= CHANGES.c.since_us // 1000,
            ),
        )
        .where(
            payment(),
            CHANGES.c.since_us >= start * 1000,
            CHANGES.c.since_us < (end + WITHIN_MS) * 1000,
            claimed_in(start, end),
            CONTACTS.c.result.not_in(NEVER),
        )
        .group_by(*(CONTACTS.c[name] for name in question.by))
    )
    return {tuple(named): n for *named, n in connection.execute(asked)}


FIGURE = Figure("results", Result, rows, Bars("rate", ("channel", "stage", "tier", "variant")))
