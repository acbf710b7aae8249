"""A customer while a decision is made: the aggregate's fields, open for writing.

It lives inside one call of `fold` or `decide`. Dictionaries are copied before the first write, so that the aggregate that
came in stays as it was.
"""

from schemas.inbox import ProfileStated, Stamp
from schemas.state import (
    Attempt,
    Consent,
    Contact,
    Customer,
    Hold,
    Invoice,
    Plan,
    Promise,
    Retry,
)

KEPT = 64
"""How many closed invoices, and how many memories of each other kind, a customer keeps."""


class Draft:
    """The fields of `Customer`; `changed` says whether any of them was written."""

    __slots__ = (
        "attempts",
        "changed",
        "consents",
        "contacts",
        "customer",
        "erased",
        "holds",
        "invoices",
        "plans",
        "profile",
        "profile_stamp",
        "promises",
        "retries",
        "seen",
        "sequence",
        "suppressed",
    )

    def __init__(self, customer: Customer) -> None:
        """Starts as the customer is."""
        self.customer = customer
        self.changed = False
        self.sequence: int = customer.sequence
        self.profile: ProfileStated | None = customer.profile
        self.profile_stamp: Stamp | None = customer.profile_stamp
        self.invoices: dict[str, Invoice] = customer.invoices.copy()
        self.holds: dict[str, Hold] = customer.holds
        self.promises: dict[str, Promise] = customer.promises
        self.plans: dict[str, Plan] = customer.plans
        self.consents: dict[str, Consent] = customer.consents
        self.contacts: tuple[Contact, ...] = customer.contacts
        self.attempts: dict[str, Attempt] = customer.attempts
        self.seen: bytes = customer.seen
        self.erased: Stamp | None = customer.erased
        self.suppressed: tuple[str, ...] = customer.suppressed
        self.retries: dict[str, Retry] = customer.retries

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

    def drop_retry(self, contact_id: str) -> None:
        """Forgets it."""
        self.retries = {name: retry for name, retry in self.retries.items() if name != contact_id}
        self.changed = True

    def frozen(self) -> Customer:
        """The aggregate as it is now; the very one that came in if nothing was written."""
        if not self.changed:
            return self.customer
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
        )
