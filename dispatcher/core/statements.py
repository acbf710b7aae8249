"""Folding what billing says of invoices.

An invoice has two stamps: `stated` for due date and texts, `valued` for the amount, which statements and settlements both
set. So a settlement that comes before its statement is remembered, and a late statement does not undo it.
"""

from msgspec.structs import replace

from dispatcher.core.draft import Draft
from dispatcher.core.gone import is_gone
from dispatcher.core.notes import Note, newer
from dispatcher.core.payments import Amounts, with_amount, with_settlement
from dispatcher.core.remembrance import with_day
from dispatcher.core.rules import Policy
from dispatcher.core.zones import Place, day_in
from schemas.inbox import InvoiceSettled, InvoiceStated, Stamp
from schemas.reasons import ReasonCode
from schemas.state import Invoice, Settlement
from schemas.values import Millis, SettledReason

_NEW = Invoice()


def stated(draft: Draft, fact: InvoiceStated, stamp: Stamp) -> Note:
    """`invoice.due` or `invoice.overdue`."""
    event = "invoice.overdue" if fact.overdue else "invoice.due"
    ids = (fact.invoice_id,)
    before = draft.invoices.get(fact.invoice_id)
    if before is None:
        if is_gone(draft.history, "invoice", fact.invoice_id, stamp[0]):
            return Note(event, "outdated", ids)
        before = _NEW
    overdue_at = before.overdue_at
    if fact.overdue and (overdue_at is None or stamp[0] // 1000 > overdue_at):
        overdue_at = stamp[0] // 1000
    amounts = with_amount(before.amounts, stamp[0], fact.amount_due)
    restated = before.stated is None or stamp > before.stated
    revalued = before.valued is None or stamp > before.valued
    if not restated and overdue_at == before.overdue_at:
        if amounts is not before.amounts:
            draft.put_invoice(fact.invoice_id, replace(before, amounts=amounts))
        return Note(event, "outdated", ids)
    if restated and revalued:
        after = _restated(before, fact, stamp, stamp, fact.amount_due, fact.currency, overdue_at, None, amounts)
    elif restated:
        valued, amount, currency = before.valued, before.amount_due, before.currency
        reason = before.settled_by
        after = _restated(before, fact, stamp, valued, amount, currency, overdue_at, reason, amounts)
    else:
        after = replace(before, overdue_at=overdue_at, amounts=amounts)
    if draft.erased is not None or is_closed(after):
        after = without_texts(after)
    draft.put_invoice(fact.invoice_id, after)
    return Note(event, "unchanged" if _same(before, after) else "recorded", ids)


def _restated(  # noqa: PLR0917  the fields of an invoice that a statement does not set by itself
    before: Invoice,
    fact: InvoiceStated,
    stamp: Stamp,
    valued: Stamp | None,
    amount_due: int,
    currency: str,
    overdue_at: Millis | None,
    settled_by: SettledReason | None,
    amounts: Amounts,
) -> Invoice:
    return Invoice(
        stamp,
        valued,
        fact.due_on,
        amount_due,
        currency,
        overdue_at,
        settled_by,
        fact.creditor_id,
        fact.kind,
        fact.number,
        fact.issued_on,
        fact.description,
        fact.pay_url,
        fact.documents,
        fact.lines,
        with_day(before.done, fact.due_on) if before.stated is None else before.done,
        before.verdict,
        amounts,
        before.settlements,
        before.raised,
        before.plan,
    )


def _same(before: Invoice, after: Invoice) -> bool:
    """Whether only stamps differ: the whole portfolio published again under new ids says nothing new."""
    if before.stated is None or (before.overdue_at is None) != (after.overdue_at is None):
        return False
    return replace(before, stated=None, valued=None, overdue_at=None, amounts=()) == replace(
        after, stated=None, valued=None, overdue_at=None, amounts=()
    )


def settled(draft: Draft, fact: InvoiceSettled, stamp: Stamp) -> Note:
    """`invoice.settled`: what remains; 0 closes the invoice, of which a compact memory is kept."""
    ids = (fact.invoice_id,)
    before = draft.invoices.get(fact.invoice_id)
    if before is None:
        if is_gone(draft.history, "invoice", fact.invoice_id, stamp[0]):
            return Note("invoice.settled", "outdated", ids)
        before = _NEW
    said = Settlement(stamp[0], fact.amount_due, fact.settled_at, fact.reason)
    settlements = with_settlement(before.settlements, said)
    if not newer(stamp, before.valued):
        if settlements is not before.settlements:
            draft.put_invoice(fact.invoice_id, replace(before, settlements=settlements))
        return Note("invoice.settled", "outdated", ids)
    same = before.valued is not None and (before.amount_due, before.currency) == (fact.amount_due, fact.currency)
    after = replace(before, valued=stamp, amount_due=fact.amount_due, currency=fact.currency, settled_by=fact.reason)
    after = replace(after, settlements=settlements)
    draft.put_invoice(fact.invoice_id, without_texts(after) if fact.amount_due == 0 else after)
    code: ReasonCode = "unchanged" if same and before.settled_by == fact.reason else "recorded"
    return Note("invoice.settled", code, ids)


def without_texts(invoice: Invoice) -> Invoice:
    """The invoice as it is remembered when nobody will be written to about it any more."""
    return replace(invoice, number=None, description=None, pay_url=None, documents=(), lines=())


def is_closed(invoice: Invoice) -> bool:
    """Whether nothing remains to be paid."""
    return invoice.amount_due == 0 and invoice.valued is not None


def closing_code(invoice: Invoice | None) -> ReasonCode:
    """Why an invoice is closed."""
    return "cancelled" if invoice is not None and invoice.settled_by in ("cancelled", "written_off") else "paid"


def is_overdue(policy: Policy, place: Place, invoice: Invoice) -> bool:
    """Whether the overdue stages are open: an `invoice.overdue` counts if the due date had passed for the customer.

    Nobody says of an instalment that it is overdue: its due date does.
    """
    if policy.overdue_by_date or invoice.plan is not None:
        return True
    return invoice.overdue_at is not None and day_in(place, invoice.overdue_at) > invoice.due_on
