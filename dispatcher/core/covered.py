"""Which invoices a promise or an instalment plan is about."""

from collections.abc import Collection, Mapping

from schemas.state import Invoice


def covered_by(invoices: Mapping[str, Invoice], named: Collection[str]) -> dict[str, Invoice]:
    """Of a customer's invoices those that are named and known, every one where none is named."""
    return {
        invoice_id: invoice
        for invoice_id, invoice in invoices.items()
        if invoice.plan is None
        and invoice.kind == "invoice"
        and invoice.valued is not None
        and (invoice_id in named or not named)
    }
