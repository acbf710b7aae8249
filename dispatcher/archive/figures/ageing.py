"""What is overdue at the end of the period's last day, by how long: 1 to 30, 31 to 60, 61 to 90, 91 days and more.

Counted: what is open of each invoice at that instant, in the class of its days past the due date (the day after it is
day 1). Payments count from the day on which they were made. Not counted: credit notes, and what is not due yet. Each
currency by itself. A case is an invoice.
"""

import msgspec
from sqlalchemy import Connection, func, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Money, Question, Share
from dispatcher.archive.figures.held import BUCKETS, bucket, holds_at, last_instant, owed
from dispatcher.archive.figures.shares import share
from dispatcher.archive.tables import CHANGES


class Age(msgspec.Struct, frozen=True):
    """One class of one currency; `share` of what is overdue in it."""

    currency: str
    age: str
    cases: Count
    amount: Money
    share: Share


def rows(connection: Connection, question: Question) -> tuple[Age, ...]:
    """The rows of the archive, all classes of each currency that has one."""
    period = question.period
    age = bucket(period.last).label("age")
    asked = (
        select(CHANGES.c.currency, age, func.count(), func.sum(CHANGES.c.amount_due))
        .where(holds_at(last_instant(period.last, period.zone)), owed(), CHANGES.c.due_day < period.last)
        .group_by(CHANGES.c.currency, "age")
    )
    found = {(currency, name): (n, int(amount)) for currency, name, n, amount in connection.execute(asked)}
    made = []
    for currency in sorted({currency for currency, _ in found}):
        total = sum(amount for (one, _), (_, amount) in found.items() if one == currency)
        for name, _ in BUCKETS:
            n, amount = found.get((currency, name), (0, 0))
            made.append(Age(currency, name, n, amount, share(amount, total)))
    return tuple(made)


FIGURE = Figure("ageing", Age, rows, Bars("amount", ("age",), apart="currency"))
