"""Several open invoices of one customer and creditor in one contact: who belongs to it, and what it is about in sum."""

from collections.abc import Iterable, Sequence

import msgspec

from dispatcher.core.rules import Stage
from dispatcher.core.stages import Schedule
from schemas.state import Invoice


class Member(msgspec.Struct, frozen=True, gc=False):
    """An invoice with a stage that is due."""

    invoice_id: str
    invoice: Invoice
    stage: Stage
    plan: Schedule


def totals(invoices: Iterable[Invoice]) -> dict[str, int]:
    """What is open by currency, credit notes taken off; amounts of different currencies are never added."""
    sums: dict[str, int] = {}
    for invoice in invoices:
        sign = -1 if invoice.kind == "credit_note" else 1
        sums[invoice.currency] = sums.get(invoice.currency, 0) + sign * invoice.amount_due
    return sums


def lead_of(members: Sequence[Member]) -> Member:
    """The member that leads: the most severe stage, then the longest overdue, then the smallest id."""
    if len(members) == 1:
        return members[0]
    return min(members, key=lambda each: (-each.stage.index, each.invoice.due_on, each.invoice_id))
