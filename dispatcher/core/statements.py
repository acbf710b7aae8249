"""Folding what billing says of invoices.

An invoice has two stamps: `stated` for due date and texts, `valued` for the amount, which statements and settlements both
set. So a settlement that comes before its statement is remembered, and a late statement does not undo it.
"""

from msgspec.structs import replace

from dispatcher.core.draft import KEPT, Draft
from dispatcher.core.notes import Note, newer
from schemas.inbox import BillDocument, BillLine, InvoiceSettled, InvoiceStated, Stamp
from schemas.reasons import ReasonCode
from schemas.state import Invoice
from schemas.values import Day, InvoiceKind

_NEW = Invoice()
_Terms = tuple[
    str | None,
    InvoiceKind,
    str | None,
    Day | None,
    str | None,
    str | None,
    tuple[BillDocument, ...],
    tuple[BillLine, ...],
]


def stated(draft: Draft, fact: InvoiceStated, stamp: Stamp) -> Note:
    """`invoice.due` or `invoice.overdue`."""
    event = "invoice.overdue" if fact.overdue else "invoice.due"
    ids = (fact.invoice_id,)
    before = draft.invoices.get(fact.invoice_id, _NEW)
    overdue_at = before.overdue_at
    if fact.overdue and (overdue_at is None or stamp[0] // 1000 > overdue_at):
        overdue_at = stamp[0] // 1000
    restated = before.stated is None or stamp > before.stated
    revalued = before.valued is None or stamp > before.valued
    if not restated and not revalued and overdue_at == before.overdue_at:
        return Note(event, "outdated", ids)
    terms = known = _terms(before)
    if restated:
        terms = _terms(fact)
    after = Invoice(
        stamp if restated else before.stated,
        stamp if revalued else before.valued,
        fact.due_on if restated else before.due_on,
        fact.amount_due if revalued else before.amount_due,
        fact.currency if revalued else before.currency,
        overdue_at,
        None if revalued else before.settled_by,
        *terms,
        before.done,
        before.verdict,
    )
    if draft.erased is not None or is_closed(after):
        after = without_texts(after)
    draft.put_invoice(fact.invoice_id, after)
    same = before.stated is not None and terms == known and _same_debt(before, after)
    return Note(event, "unchanged" if same else "recorded", ids)


def _terms(said: InvoiceStated | Invoice) -> _Terms:
    """What stands on an invoice beside its date and amount, in the order of `Invoice`."""
    return (
        said.creditor_id,
        said.kind,
        said.number,
        said.issued_on,
        said.description,
        said.pay_url,
        said.documents,
        said.lines,
    )


def _same_debt(before: Invoice, after: Invoice) -> bool:
    """Whether what is owed, and whether it is overdue, is as it was."""
    return (
        before.due_on == after.due_on
        and before.amount_due == after.amount_due
        and before.currency == after.currency
        and before.settled_by == after.settled_by
        and (before.overdue_at is None) == (after.overdue_at is None)
    )


def settled(draft: Draft, fact: InvoiceSettled, stamp: Stamp) -> Note:
    """`invoice.settled`: what remains; 0 closes the invoice, of which a compact memory is kept."""
    ids = (fact.invoice_id,)
    before = draft.invoices.get(fact.invoice_id, _NEW)
    if not newer(stamp, before.valued):
        return Note("invoice.settled", "outdated", ids)
    same = before.valued is not None and (before.amount_due, before.currency) == (fact.amount_due, fact.currency)
    after = replace(before, valued=stamp, amount_due=fact.amount_due, currency=fact.currency, settled_by=fact.reason)
    draft.put_invoice(fact.invoice_id, without_texts(after) if fact.amount_due == 0 else after)
    if len(draft.invoices) > KEPT:
        _evict(draft)
    code: ReasonCode = "unchanged" if same and before.settled_by == fact.reason else "recorded"
    return Note("invoice.settled", code, ids)


def without_texts(invoice: Invoice) -> Invoice:
    """The invoice as it is remembered when nobody will be written to about it any more."""
    return replace(invoice, number=None, description=None, pay_url=None, documents=(), lines=())


def is_closed(invoice: Invoice) -> bool:
    """Whether nothing remains to be paid."""
    return invoice.amount_due == 0 and invoice.valued is not None


def _evict(draft: Draft) -> None:
    closed = [(invoice.valued or (0, "", ""), name) for name, invoice in draft.invoices.items() if is_closed(invoice)]
    for _, name in sorted(closed)[: max(0, len(closed) - KEPT)]:
        del draft.invoices[name]
