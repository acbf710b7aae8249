"""What held at an instant, as SQL says it: what invoices came to, and for how long they had been overdue."""

from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, literal
from sqlalchemy.sql import FromClause

from dispatcher.archive.figures.periods import midnight
from dispatcher.archive.tables import CHANGES
from schemas.values import Day, Millis

BUCKETS: Final[tuple[tuple[str, int], ...]] = (("1-30", 1), ("31-60", 31), ("61-90", 61), ("91+", 91))
"""Classes of age, and the first day overdue of each."""

CURRENT: Final = "current"
"""Not due yet, or due today."""


def holds_at(at: Millis, of: FromClause = CHANGES) -> ColumnElement[bool]:
    """Whether a change says what an invoice came to at an instant."""
    return and_(of.c.since_us <= at * 1000, of.c.until_us > at * 1000)


def last_instant(day: Day, zone: ZoneInfo) -> Millis:
    """The last millisecond of a day."""
    return midnight(day + 1, zone) - 1


def owed(of: FromClause = CHANGES) -> ColumnElement[bool]:
    """An invoice with something left to pay; a credit note is nobody's debt, and without a due date nothing is overdue."""
    return and_(of.c.amount_due > 0, of.c.due_day.is_not(None), func.coalesce(of.c.kind, "invoice") == "invoice")


def bucket(day: Day, of: FromClause = CHANGES) -> ColumnElement[str]:
    """The class of age at the end of a day."""
    whens = [(of.c.due_day <= day - least, literal(name)) for name, least in reversed(BUCKETS)]
    return case(*whens, else_=literal(CURRENT))


def payment() -> ColumnElement[bool]:
    """Whether a change is a payment."""
    return and_(
        CHANGES.c.event == "settled", CHANGES.c.reason == "payment", CHANGES.c.was_amount > CHANGES.c.amount_due
    )
