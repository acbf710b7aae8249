"""What should be looked into of each collector's conduct in the period; it proves nothing by itself.

Counted: `complaints` that were placed in the period by customers whose last conversation before, at most 30 days ago,
was with this collector; `refused`: dials that the collector asked for and the customer's lane refused, because a rule,
a payment or a colleague stood in the way; nobody was called then; `undisclosed`: conversations with a customer after
which the collector did not confirm all that the script says must be said. `rate` is complaints for each conversation
with a customer in the period, whose number is `cases`.
"""

from collections import Counter, defaultdict
from typing import Final

import msgspec
from sqlalchemy import Connection, case, func, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, Question, Share
from dispatcher.archive.figures.shares import FEW, share
from dispatcher.archive.tables import DIALS, HOLDS, REPORTS

_AFTER_MS: Final = 30 * 24 * 60 * 60 * 1000


class Conduct(msgspec.Struct, frozen=True):
    """Of one collector."""

    collector: str
    complaints: Count
    refused: Count
    undisclosed: Count
    cases: Count
    rate: Share
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[Conduct, ...]:
    """The rows of the archive, by collector."""
    start, end = question.period.start, question.period.end
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    spoken = (
        select(REPORTS.c.collector, func.count(), func.sum(case((REPORTS.c.omitted > 0, 1), else_=0)))
        .where(
            REPORTS.c.at >= start,
            REPORTS.c.at < end,
            REPORTS.c.collector.is_not(None),
            REPORTS.c.contact_class == "right_party",
        )
        .group_by(REPORTS.c.collector)
    )
    refused = (
        select(DIALS.c.collector, func.count())
        .where(DIALS.c.at >= start, DIALS.c.at < end, DIALS.c.collector.is_not(None), DIALS.c.result == "refused")
        .group_by(DIALS.c.collector)
    )
    for who, n, undisclosed in connection.execute(spoken):
        counts[who].update(cases=n, undisclosed=int(undisclosed))
    for who, n in connection.execute(refused):
        counts[who]["refused"] = n
    for who in _complained_of(connection, question):
        counts[who]["complaints"] += 1
    made = []
    for who, some in sorted(counts.items()):
        rate = share(some["complaints"], some["cases"])
        made.append(
            Conduct(
                collector=who,
                complaints=some["complaints"],
                refused=some["refused"],
                undisclosed=some["undisclosed"],
                cases=some["cases"],
                rate=rate,
                few=some["cases"] < FEW,
            )
        )
    return tuple(made)


def _complained_of(connection: Connection, question: Question) -> list[str]:
    """With whom those who complained had spoken last, once a complaint."""
    placed_at = HOLDS.c.placed_us // 1000
    last = (
        select(REPORTS.c.collector)
        .where(
            REPORTS.c.customer_id == HOLDS.c.customer_id,
            REPORTS.c.contact_class == "right_party",
            REPORTS.c.collector.is_not(None),
            REPORTS.c.at <= placed_at,
            REPORTS.c.at >= placed_at - _AFTER_MS,
        )
        .order_by(REPORTS.c.at.desc(), REPORTS.c.partition, REPORTS.c.offset.desc())
        .limit(1)
        .scalar_subquery()
        .correlate(HOLDS)
    )
    asked = select(last).where(
        HOLDS.c.kind == "complaint",
        HOLDS.c.placed_us >= question.period.start * 1000,
        HOLDS.c.placed_us < question.period.end * 1000,
    )
    return [who for who in connection.execute(asked).scalars() if who is not None]


FIGURE = Figure("conduct", Conduct, rows, Bars("complaints", ("collector",)))
