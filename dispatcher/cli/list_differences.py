"""What a billing list and the dispatcher say differently of the same invoices. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from schemas.inbox import InvoiceStated
from schemas.state import Customer, Invoice
from schemas.values import Day, InvoiceKind, to_date

Which = tuple[str, str]
"""A customer and an invoice, by their ids."""

_NOTHING: Final = "-"


class Known(Protocol):
    """What we know of an invoice: its state with us, or what the archive held of it."""

    @property
    def amount_due(self) -> int:
        """In minor units."""

    @property
    def currency(self) -> str:
        """ISO 4217."""

    @property
    def due_on(self) -> Day:
        """When it was to be paid."""

    @property
    def kind(self) -> InvoiceKind:
        """Invoice or credit note."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`missing`: only the list has it; `extra`: only we do; `different`: in one `field`, as each has it."""

    kind: Literal["missing", "extra", "different"]
    customer_id: str
    invoice_id: str
    field: str = _NOTHING
    listed: str = _NOTHING
    known: str = _NOTHING


def stated_invoices(customer_id: str, customer: Customer) -> Iterator[tuple[Which, Invoice]]:
    """What billing told of a customer: no instalments, which are ours, nor what only a payment is known of."""
    for invoice_id, invoice in customer.invoices.items():
        if invoice.plan is None and invoice.stated is not None:
            yield (customer_id, invoice_id), invoice


def differences(
    listed: Mapping[Which, InvoiceStated], known: Mapping[Which, Known], *, overdue_at: Day | None = None
) -> Iterator[Difference]:
    """Every difference, by customer and invoice.

    Invoices with nothing left to pay need not be in the list, nor, where the list holds only what was overdue on
    `overdue_at`, those that were not due before that day.
    """
    for which in sorted(listed.keys() | known.keys()):
        theirs, ours = listed.get(which), known.get(which)
        if ours is None:
            if theirs is not None and theirs.amount_due > 0:
                yield Difference("missing", *which)
        elif theirs is None:
            if ours.amount_due > 0 and (overdue_at is None or ours.due_on < overdue_at):
                yield Difference("extra", *which)
        else:
            yield from _different(which, theirs, ours)


def _different(which: Which, theirs: InvoiceStated, ours: Known) -> Iterator[Difference]:
    if (theirs.amount_due, theirs.currency) != (ours.amount_due, ours.currency):
        listed, known = f"{theirs.amount_due} {theirs.currency}", f"{ours.amount_due} {ours.currency}"
        yield Difference("different", *which, "amount_due", listed, known)
    if theirs.due_on != ours.due_on:
        yield Difference(
            "different", *which, "due_on", to_date(theirs.due_on).isoformat(), to_date(ours.due_on).isoformat()
        )
    if theirs.kind != ours.kind:
        yield Difference("different", *which, "kind", theirs.kind, ours.kind)
