"""Several open invoices of one customer and creditor in one contact: who belongs to it, and what it is about in sum."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

import msgspec

from dispatcher.core.claim import Acknowledged
from dispatcher.core.rules import Creditor, Stage, Tier
from dispatcher.core.stages import Standing
from schemas.state import Invoice, Retry


class Member(msgspec.Struct, frozen=True, gc=False):
    """An invoice with a stage that is due, and where it stands; `mark` is what an acknowledgement of it is known by."""

    invoice_id: str
    invoice: Invoice
    stage: Stage
    standing: Standing
    mark: int = 0


class Approach(msgspec.Struct, frozen=True, gc=False):
    """A contact that is being considered: in whose name, about what, how severe, and whether it was tried before.

    `notes` are the creditor's open credit notes; `retry` is the contact's id and what an earlier attempt of it left behind.
    `acknowledges` is what it says thank you for, if it asks for nothing.
    """

    creditor: Creditor
    members: Sequence[Member]
    notes: Sequence[tuple[str, Invoice]]
    lead: Member
    days_overdue: int
    tier: Tier
    invoice_ids: tuple[str, ...]
    retry: tuple[str, Retry] | None
    acknowledges: Acknowledged | None = None


invoice_id_of = attrgetter("invoice_id")
"""The invoice id of a member."""


def totals(invoices: Iterable[Invoice]) -> dict[str, int]:
    """What is open by currency, credit notes taken off; amounts of different currencies are never added."""
    sums: dict[str, int] = {}
    for invoice in invoices:
        amount = -invoice.amount_due if invoice.kind == "credit_note" else invoice.amount_due
        sums[invoice.currency] = sums.get(invoice.currency, 0) + amount
    return sums


def lead_of(members: Sequence[Member]) -> Member:
    """The member that leads: the most severe stage, then the longest overdue, then the smallest id."""
    return min(members, key=lambda each: (-each.stage.index, each.invoice.due_on, each.invoice_id))
