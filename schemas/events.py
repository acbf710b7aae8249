"""What billing systems, desks and agencies publish: CloudEvents 1.0 in structured mode, one event a record.

Reading is tolerant (unknown fields are ignored and counted), meaning is strict: a wrong value is a rejected record.
"""

from datetime import date

import msgspec

from schemas.values import (
    Amount,
    AwareDatetime,
    Channel,
    ClockTime,
    ContactClass,
    Country,
    Currency,
    Direction,
    EmailKind,
    HoldKind,
    HoldScope,
    Identifier,
    InvoiceKind,
    LongText,
    Party,
    PhoneKind,
    Region,
    ReportedBy,
    SettledReason,
    ShortText,
    Weekday,
)


class _Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of everything that is read from outside: plain JSON objects, unknown fields ignored."""


class Document(_Part):
    """A paper that belongs to the invoice (contract, statement, letter): what it is and where it lies."""

    kind: ShortText
    title: ShortText
    url: LongText


class Line(_Part):
    """One line of the bill, as the customer should read it; `amount` in minor units of the invoice's currency."""

    text: ShortText
    amount: int


class InvoiceStatement(_Part):
    """The state of one invoice as billing knows it: both `invoice.due` and `invoice.overdue` carry it."""

    customer_id: Identifier
    invoice_id: Identifier
    due_on: date
    amount_due: Amount
    currency: Currency
    creditor_id: Identifier | None = None
    kind: InvoiceKind = "invoice"
    number: ShortText | None = None
    issued_on: date | None = None
    description: LongText | None = None
    pay_url: LongText | None = None
    documents: tuple[Document, ...] = ()
    lines: tuple[Line, ...] = ()


class InvoiceDue(InvoiceStatement):
    """`invoice.due`: an invoice exists and will be, or is, due on `due_on`."""


class InvoiceOverdue(InvoiceStatement):
    """`invoice.overdue`: billing says that the due date has passed without full payment."""


class InvoiceSettled(_Part):
    """`invoice.settled`: what remains of an invoice after a payment, a credit or a cancellation; 0 is settled."""

    customer_id: Identifier
    invoice_id: Identifier
    amount_due: Amount
    currency: Currency
    reason: SettledReason
    settled_at: AwareDatetime


class Phone(_Part):
    """A telephone number: E.164, or national together with the customer's country."""

    number: ShortText
    kind: PhoneKind
    basis: ShortText | None = None
    verified_at: AwareDatetime | None = None


class Email(_Part):
    """An e-mail address."""

    address: ShortText
    kind: EmailKind
    basis: ShortText | None = None
    verified_at: AwareDatetime | None = None


class QuietHours(_Part, rename={"from_": "from"}):
    """A time of day, in the customer's zone, at which the customer wants no contact; may pass midnight."""

    from_: ClockTime
    to: ClockTime
    days: tuple[Weekday, ...] = ()


class Preferences(_Part):
    """What the customer asked for; `channels` in order of preference."""

    channels: tuple[Channel, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()
    blocked_channels: tuple[Channel, ...] = ()


class CustomerUpdated(_Part):
    """`customer.updated`: the whole profile, replacing what was known (last writer by `time` wins)."""

    customer_id: Identifier
    name: ShortText
    locale: ShortText
    country: Country
    phones: tuple[Phone, ...]
    emails: tuple[Email, ...]
    party: Party = "consumer"
    timezone: ShortText | None = None
    region: Region | None = None
    postal_code: ShortText | None = None
    address: LongText | None = None
    tier: ShortText | None = None
    risk_score: float | None = None
    credit_grade: ShortText | None = None
    segment: ShortText | None = None
    account_manager: ShortText | None = None
    attributes: dict[str, str | float] = {}
    preferences: Preferences = Preferences()


class PromiseMade(_Part):
    """`promise.made`: the customer promised to pay `amount` for these invoices by `promised_on`."""

    customer_id: Identifier
    promise_id: Identifier
    invoice_ids: tuple[Identifier, ...]
    amount: Amount
    currency: Currency
    promised_on: date


class PromiseCancelled(_Part):
    """`promise.cancelled`: the promise no longer stands."""

    customer_id: Identifier
    promise_id: Identifier


class Instalment(_Part):
    """One instalment of a plan."""

    due_on: date
    amount: Amount


class PlanAgreed(_Part):
    """`plan.agreed`: these invoices are paid by instalments from now on."""

    customer_id: Identifier
    plan_id: Identifier
    invoice_ids: tuple[Identifier, ...]
    currency: Currency
    instalments: tuple[Instalment, ...]


class PlanCancelled(_Part):
    """`plan.cancelled`: the invoices are due as stated again."""

    customer_id: Identifier
    plan_id: Identifier


class HoldPlaced(_Part):
    """`hold.placed`: no contact for the customer, one invoice or one contact point until `until` (open end: released)."""

    customer_id: Identifier
    hold_id: Identifier
    scope: HoldScope
    kind: HoldKind
    target: ShortText | None = None
    until: AwareDatetime | None = None
    note: LongText | None = None


class HoldReleased(_Part):
    """`hold.released`: the hold no longer stands."""

    customer_id: Identifier
    hold_id: Identifier


class ConsentChanged(_Part):
    """`consent.changed`: the customer allows or forbids a channel at a number or address."""

    customer_id: Identifier
    contact_point: ShortText
    channel: Channel
    allowed: bool
    source: ShortText


class ContactReported(_Part):
    """`contact.reported`: what came of a contact: a call task's result, or a contact made elsewhere."""

    customer_id: Identifier
    channel: Channel
    direction: Direction
    at: AwareDatetime
    by: ReportedBy
    outcome: ShortText
    contact_class: ContactClass
    contact_id: Identifier | None = None
    task_id: Identifier | None = None
    number_status: ShortText | None = None
    next_action: ShortText | None = None
    invoice_ids: tuple[Identifier, ...] = ()
    note: LongText | None = None


class FeedbackGiven(_Part):
    """`feedback.given`: the customer's own judgement, 1 (bad) to 5 (good)."""

    customer_id: Identifier
    score: int
    channel: Channel | None = None
    comment: LongText | None = None


class CustomerErased(_Part):
    """`customer.erased`: forget the person, and never contact again."""

    customer_id: Identifier


EventData = (
    InvoiceDue
    | InvoiceOverdue
    | InvoiceSettled
    | CustomerUpdated
    | PromiseMade
    | PromiseCancelled
    | PlanAgreed
    | PlanCancelled
    | HoldPlaced
    | HoldReleased
    | ConsentChanged
    | ContactReported
    | FeedbackGiven
    | CustomerErased
)

EVENT_TYPES: dict[str, tuple[str, type[EventData]]] = {
    "invoice.due": ("billing.due", InvoiceDue),
    "invoice.overdue": ("billing.overdue", InvoiceOverdue),
    "invoice.settled": ("billing.settled", InvoiceSettled),
    "customer.updated": ("customers.updated", CustomerUpdated),
    "promise.made": ("customers.feedback", PromiseMade),
    "promise.cancelled": ("customers.feedback", PromiseCancelled),
    "plan.agreed": ("customers.feedback", PlanAgreed),
    "plan.cancelled": ("customers.feedback", PlanCancelled),
    "hold.placed": ("customers.feedback", HoldPlaced),
    "hold.released": ("customers.feedback", HoldReleased),
    "consent.changed": ("customers.feedback", ConsentChanged),
    "contact.reported": ("customers.feedback", ContactReported),
    "feedback.given": ("customers.feedback", FeedbackGiven),
    "customer.erased": ("customers.feedback", CustomerErased),
}
"""CloudEvents `type` -> (topic without prefix, model of `data`): the one table of what is accepted where."""
