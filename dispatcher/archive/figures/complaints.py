"""How many complaints, disputes and cases of hardship there were, and how many are still open.

Counted: `placed`: complaints and the like that came in the period, as they were stated last; `released`: those that
were ended in it; `open`: those that stand at its end. `rate` is what was placed for each contact made in the period,
whose number is `cases`. Complaints about a person who called are in the figures of conduct.
"""

from typing import Final

import msgspec
from sqlalchemy import Connection, and_, case, func, or_, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, Question, Share
from dispatcher.archive.figures.contacted import claimed_in, was_made
from dispatcher.archive.figures.shares import FEW, share
from dispatcher.archive.tables import CONTACTS, HOLDS

_KINDS: Final = ("complaint", "dispute", "hardship")


class Complaints(msgspec.Struct, frozen=True):
    """Of one kind."""

    kind: str
    placed: Count
    released: Count
    open: Count
    cases: Count
    rate: Share
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[Complaints, ...]:
    """The rows of the archive, every kind."""
    start, end = question.period.start, question.period.end
    placed = and_(HOLDS.c.placed_us >= start * 1000, HOLDS.c.placed_us < end * 1000)
    released = and_(
        HOLDS.c.released_us >= start * 1000, HOLDS.c.released_us < end * 1000, HOLDS.c.released_us >= HOLDS.c.placed_us
    )
    stands = and_(
        HOLDS.c.placed_us < end * 1000,
        or_(HOLDS.c.released_us < HOLDS.c.placed_us, HOLDS.c.released_us >= end * 1000),
        or_(HOLDS.c.until.is_(None), HOLDS.c.until > end),
    )
    asked = (
        select(HOLDS.c.kind, *(func.sum(case((which, 1), else_=0)) for which in (placed, released, stands)))
        .where(HOLDS.c.kind.in_(_KINDS), HOLDS.c.placed_us > 0)
        .group_by(HOLDS.c.kind)
    )
    contacts = select(func.count()).select_from(CONTACTS).where(claimed_in(start, end), was_made())
    cases = connection.execute(contacts).scalar_one()
    found = {kind: (int(one), int(two), int(three)) for kind, one, two, three in connection.execute(asked)}
    counted = [(kind, *found.get(kind, (0, 0, 0))) for kind in _KINDS]
    return tuple(
        Complaints(kind, came, ended, still, cases, share(came, cases), cases < FEW)
        for kind, came, ended, still in counted
    )


FIGURE = Figure("complaints", Complaints, rows, Bars("placed", ("kind",)))
