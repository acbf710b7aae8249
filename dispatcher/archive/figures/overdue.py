"""The list of what is overdue at the end of the period's last day: customer, invoice, amount, days overdue.

Counted: every invoice with something open and a due date before that day, with the class of its age. Payments count
from the day on which they were made. Not counted: credit notes. A customer who was erased appears under a pseudonym,
without the invoice's number. The longest overdue come first.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from dispatcher.archive.figures.asking import Days, Figure, Money, Question
from dispatcher.archive.figures.held import bucket, holds_at, last_instant, owed
from dispatcher.archive.tables import CHANGES
from schemas.values import Day, InvoiceKind, to_date


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
    last = question.period.last
    return tuple(
        Overdue(customer, invoice, creditor or "", currency, amount, to_date(due).isoformat(), last - due, age)
        for customer, invoice, creditor, currency, amount, due, age in connection.execute(_listed(question))
    )


class Known(msgspec.Struct, frozen=True):
    """An overdue invoice as a list of finance is compared with it."""

    amount_due: int
    currency: str
    due_on: Day
    kind: InvoiceKind = "invoice"


def known_overdue(connection: Connection, question: Question) -> dict[tuple[str, str], Known]:
    """The same by customer and invoice; without those who were erased, whom no list can name."""
    return {
        (row.customer_id, row.invoice_id): Known(row.amount_due, row.currency, row.due_day)
        for row in connection.execute(_listed(question))
        if row.invoice_id
    }


def _listed(question: Question) -> Select[Any]:
    period = question.period
    return (
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


FIGURE = Figure("overdue", Overdue, rows, personal=True)
