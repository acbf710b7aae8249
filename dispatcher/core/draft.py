"""A customer while a decision is made: the aggregate's fields, open for writing.

It lives inside one call of `fold` or `decide`. Dictionaries are copied before the first write, so that the aggregate that
came in stays as it was.
"""

import msgspec
from msgspec.structs import astuple

from schemas.discretion import Discreet
from schemas.inbox import ProfileStated, Stamp
from schemas.state import (
    Attempt,
    Consent,
    Contact,
    Customer,
    History,
    Hold,
    Invoice,
    OwnWishes,
    Plan,
    Promise,
    Retry,
)

DONE_KEPT = 64
"""How many used up (due date, stage) pairs an invoice keeps, the latest ones."""

KEPT = 64
"""How many memories of each kind a customer keeps at most within a turn; `forgetting` leaves fewer."""


class Draft(Discreet, msgspec.Struct):
    """The fields of `Customer` in its order; `changed` says whether any of them was written."""

    sequence: int
    profile: ProfileStated | None
    profile_stamp: Stamp | None
    invoices: dict[str, Invoice]
    holds: dict[str, Hold]
    promises: dict[str, Promise]
    plans: dict[str, Plan]
    consents: dict[str, Consent]
    contacts: tuple[Contact, ...]
    attempts: dict[str, Attempt]
    seen: bytes
    erased: Stamp | None
    suppressed: tuple[str, ...]
    retries: dict[str, Retry]
    history: History
    points: dict[str, int]
    variant: str | None
    wishes: OwnWishes | None
    traces: dict[str, str]
    numbered: int
    changed: bool = False

    def put_invoice(self, invoice_id: str, invoice: Invoice) -> None:
        """Writes one invoice."""
        self.invoices[invoice_id] = invoice
        self.changed = True

    def put_attempt(self, attempt_id: str, attempt: Attempt) -> None:
        """Writes one attempt."""
        self.attempts = {**self.attempts, attempt_id: attempt}
        self.changed = True

    def drop_attempt(self, attempt_id: str) -> None:
        """Forgets one attempt."""
        self.attempts = {name: attempt for name, attempt in self.attempts.items() if name != attempt_id}
        self.changed = True

    def put_retry(self, contact_id: str, retry: Retry) -> None:
        """Writes what is known of a contact that has to be tried again."""
        self.retries = {**self.retries, contact_id: retry}
        self.changed = True

    def go_on(self, contact_id: str) -> None:
        """Drops it, if there is any, for the contact is tried again."""
        if contact_id in self.retries:
            self.retries = {name: retry for name, retry in self.retries.items() if name != contact_id}
            self.changed = True

    def drop_retry(self, contact_id: str) -> None:
        """Forgets it; the contact may come back all the same, and no attempt's id may be given out twice."""
        self.numbered = max(self.numbered, self.retries[contact_id].number)
        self.go_on(contact_id)

    def frozen(self, before: Customer) -> Customer:
        """The aggregate as it is now; the very one that came in if nothing was written."""
        if not self.changed:
            return before
        return Customer(
            self.sequence,
            self.profile,
            self.profile_stamp,
            self.invoices,
            self.holds,
            self.promises,
            self.plans,
            self.consents,
            self.contacts,
            self.attempts,
            self.seen,
            self.erased,
            self.suppressed,
            self.retries,
            self.history,
            self.points,
            self.variant,
            self.wishes,
            self.traces,
            self.numbered,
        )


def draft_of(customer: Customer) -> Draft:
    """A draft that starts as the customer is."""
    draft = Draft(*astuple(customer))
    draft.invoices = customer.invoices.copy()
    return draft
