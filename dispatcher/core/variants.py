"""Under which variant of the policy a customer lives (S41): drawn by a stable hash, kept while the case runs.

A case runs from the first contact about an open invoice until nothing is open. While it runs the customer keeps the variant
under which it began, even if shares change; a variant that the policy no longer has gives way to the policy itself. So does
one that the policy has only since: a trial draws none of the cases that were running when it began.
"""

from zlib import crc32

from dispatcher.core.draft import Draft
from dispatcher.core.rules import Policy
from dispatcher.core.statements import is_closed
from dispatcher.core.turn import Turn
from schemas.state import Customer, Invoice

CHAMPION = "champion"
"""What the aggregate remembers of a customer whose case began under the policy itself."""


def policy_for(policy: Policy, customer_id: str, customer: Customer) -> Policy:
    """The policy under which a customer lives: that of the case which runs, else the one that is drawn."""
    kept = customer.variant
    if kept is None and _runs(customer):
        kept = CHAMPION
    if kept is not None:
        return next((each.policy for each in policy.variants if each.id == kept), policy)
    drawn = crc32(b"variant\0" + customer_id.encode()) % 100
    return next((each.policy for each in policy.variants if drawn < each.below), policy)


def keep_case(turn: Turn) -> None:
    """Remembers the variant once the case has begun, and forgets it once nothing is open.

    A contact shows as a claim or, where nobody may be called, in the ledger alone.
    """
    kept = turn.variant
    if kept is not None and not _is_open(turn):
        turn.variant = None
    elif kept is None and (turn.claims or (turn.contacts and turn.contacts[-1].at == turn.now)):
        turn.variant = turn.policy.variant or CHAMPION
    if turn.variant is not kept:
        turn.changed = True


def _runs(customer: Customer) -> bool:
    """Whether a contact was made about an open invoice; where it began without variants, nothing else remembers that.

    One that was paid in between and is owed again is another case.
    """
    about = {name for contact in customer.contacts for name in contact.invoice_ids}
    return any(
        name in about and _is_due_still(invoice) and not _was_paid(invoice)
        for name, invoice in customer.invoices.items()
    )


def _was_paid(invoice: Invoice) -> bool:
    return any(each.amount_due == 0 for each in invoice.settlements)


def _is_open(draft: Draft) -> bool:
    return any(map(_is_due_still, draft.invoices.values()))


def _is_due_still(invoice: Invoice) -> bool:
    return invoice.stated is not None and invoice.kind == "invoice" and not is_closed(invoice)
