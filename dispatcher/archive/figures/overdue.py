"""The list of what is overdue at the end of the period's last day: customer, invoice, amount, days overdue.

Counted: every invoice with something open and a due date before that day, with the class of its age. Payments count
from the day on which they were made. Not counted: credit notes. A customer who was erased appears under a pseudonym,
without the invoice's number. The longest overdue come first.
"""

import msgspec
from sqlalchemy import Connection, select

from dispatcher.archive.figures.asking import Days, Figure, Money, Question
from dispatcher.archive.figures.held import bucket, holds_at, last_instant, owed
from dispatcher.archive.tables import CHANGES
from schemas.values import to_date


class Overdue(msgspec.Struct, frozen=True):
    """One invoice."""

    customer_id: str
    invoice_id: str
    creditor_id: str
    currency: str
    amount: Money
    due_on: str
    days_overdue: Days
    age: str


def rows(connection: Connection, question: Question) -> tuple[Overdue, ...]:
    """The rows of the archive."""
    period = question.period
    asked = (
        select(
            CHANGES.c.customer_id,
            CHANGES.c.invoice_id,
            CHANGES.c.creditor_id,
            CHANGES.c.currency,
            CHANGES.c.amount_due,
            CHANGES.c.due_day,
            bucket(period.last),
        )
        .where(holds_at(last_instant(period.last, period.zone)), owed(), CHANGES.c.due_day < period.last)
        .order_by(CHANGES.c.due_day, CHANGES.c.customer_id, CHANGES.c.invoice_id)
    )
    return tuple(
        Overdue(customer, invoice, creditor or "", currency, amount, to_date(due).isoformat(), period.last - due, age)
        for customer, invoice, creditor, currency, amount, due, age in connection.execute(asked)
    )


FIGURE = Figure("overdue", Overdue, rows, personal=True)
