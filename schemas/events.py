"""What billing systems, desks and agencies publish: CloudEvents 1.0 in structured mode, one event a record.

Reading is tolerant (`schemas.codec` ignores and counts unknown fields), meaning is strict: a wrong value is a
rejected record.
"""

from typing import Annotated

import msgspec

from schemas.discretion import Discreet
from schemas.values import (
    Amount,
    AwareDatetime,
    Channel,
    CivilDate,
    ClockTime,
    ContactClass,
    Country,
    Currency,
    Direction,
    EmailAddress,
    EmailKind,
    HoldKind,
    HoldScope,
    Identifier,
    InvoiceKind,
    LocaleTag,
    LongText,
    Party,
    PhoneKind,
    PhoneNumber,
    Region,
    ReportedBy,
    SettledReason,
    ShortText,
    SignedAmount,
    WebAddress,
    Weekday,
    ZoneName,
)

Score = Annotated[int, msgspec.Meta(ge=1, le=5, description="a whole number from 1 (bad) to 5 (good)")]
RiskScore = Annotated[float, msgspec.Meta(ge=0, le=100, description="a number from 0 to 100, higher is riskier")]
InvoiceIds = Annotated[
    tuple[Identifier, ...],
    msgspec.Meta(min_length=1, max_length=500, description="a list of 1 to 500 invoice ids"),
]
AttributeName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
AttributeText = Annotated[str, msgspec.Meta(max_length=500)]


class _Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of everything that is read from outside.

    Unknown fields are forbidden here so that the codec notices them without a second look at each event; it
    then takes them out, counts them and reads again. The published JSON Schema allows them.
    """


class Document(Discreet, _Part, frozen=True):
    """A paper that belongs to the invoice (contract, statement, letter): what it is and where it lies."""

    kind: ShortText
    title: ShortText
    url: LongText


class Line(Discreet, _Part, frozen=True):
    """One line of the bill, as the customer should read it; `amount` in the invoice's currency."""

    text: ShortText
    amount: SignedAmount


class InvoiceStatement(Discreet, _Part, frozen=True):
    """The state of one invoice as billing knows it: both `invoice.due` and `invoice.overdue` carry it."""

    customer_id: Identifier
    invoice_id: Identifier
    due_on: CivilDate
    amount_due: Amount
    currency: Currency
    creditor_id: Identifier | None = None
    kind: InvoiceKind = "invoice"
    number: ShortText | None = None
    issued_on: CivilDate | None = None
    description: LongText | None = None
    pay_url: WebAddress | None = None
    documents: tuple[Document, ...] = ()
    lines: tuple[Line, ...] = ()


class InvoiceDue(InvoiceStatement, frozen=True):
    """`invoice.due`: an invoice exists and will be, or is, due on `due_on`."""


class InvoiceOverdue(InvoiceStatement, frozen=True):
    """`invoice.overdue`: billing says that the due date has passed without full payment."""


class InvoiceSettled(_Part, frozen=True):
    """`invoice.settled`: what remains of an invoice after a payment, credit or cancellation; 0 is settled."""

    customer_id: Identifier
    invoice_id: Identifier
    amount_due: Amount
    currency: Currency
    reason: SettledReason
    settled_at: AwareDatetime


class Phone(Discreet, _Part, frozen=True):
    """A telephone number: E.164, or national together with the customer's country."""

    number: PhoneNumber
    kind: PhoneKind
    basis: ShortText | None = None
    verified_at: AwareDatetime | None = None


class Email(Discreet, _Part, frozen=True):
    """An e-mail address."""

    address: EmailAddress
    kind: EmailKind
    basis: ShortText | None = None
    verified_at: AwareDatetime | None = None


class QuietHours(_Part, frozen=True, rename={"from_": "from"}):
    """A time of day, in the customer's zone, at which the customer wants no contact; may pass midnight."""

    from_: ClockTime
    to: ClockTime
    days: tuple[Weekday, ...] = ()


class Preferences(_Part, frozen=True):
    """What the customer asked for; `channels` in order of preference."""

    channels: tuple[Channel, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()
    blocked_channels: tuple[Channel, ...] = ()


class CustomerUpdated(Discreet, _Part, frozen=True):
    """`customer.updated`: the whole profile, replacing what was known (last writer by `time` wins)."""

    customer_id: Identifier
    name: ShortText
    locale: LocaleTag
    country: Country
    phones: tuple[Phone, ...]
    emails: tuple[Email, ...]
    party: Party = "consumer"
    timezone: ZoneName | None = None
    region: Region | None = None
    postal_code: ShortText | None = None
    address: LongText | None = None
    tier: ShortText | None = None
    risk_score: RiskScore | None = None
    credit_grade: ShortText | None = None
    segment: ShortText | None = None
    account_manager: ShortText | None = None
    attributes: dict[AttributeName, AttributeText | float] = {}
    preferences: Preferences = Preferences()


class PromiseMade(_Part, frozen=True):
    """`promise.made`: the customer promised to pay `amount` for these invoices by `promised_on`."""

    customer_id: Identifier
    promise_id: Identifier
    invoice_ids: InvoiceIds
    amount: Amount
    currency: Currency
    promised_on: CivilDate


class PromiseCancelled(_Part, frozen=True):
    """`promise.cancelled`: the promise no longer stands."""

    customer_id: Identifier
    promise_id: Identifier


class Instalment(_Part, frozen=True):
    """One instalment of a plan."""

    due_on: CivilDate
    amount: Amount


class PlanAgreed(_Part, frozen=True):
    """`plan.agreed`: these invoices are paid by instalments from now on."""

    customer_id: Identifier
    plan_id: Identifier
    invoice_ids: InvoiceIds
    currency: Currency
    instalments: Annotated[
        tuple[Instalment, ...],
        msgspec.Meta(min_length=1, max_length=200, description="a list of 1 to 200 instalments"),
    ]


class PlanCancelled(_Part, frozen=True):
    """`plan.cancelled`: the invoices are due as stated again."""

    customer_id: Identifier
    plan_id: Identifier


class HoldPlaced(Discreet, _Part, frozen=True):
    """`hold.placed`: no contact for the customer, one invoice or contact point, until then or released."""

    customer_id: Identifier
    hold_id: Identifier
    scope: HoldScope
    kind: HoldKind
    target: ShortText | None = None
    until: AwareDatetime | None = None
    note: LongText | None = None


class HoldReleased(_Part, frozen=True):
    """`hold.released`: the hold no longer stands."""

    customer_id: Identifier
    hold_id: Identifier


class ConsentChanged(Discreet, _Part, frozen=True):
    """`consent.changed`: the customer allows or forbids a channel at a number or address."""

    customer_id: Identifier
    contact_point: ShortText
    channel: Channel
    allowed: bool
    source: ShortText


class ContactReported(Discreet, _Part, frozen=True):
    """`contact.reported`: what came of a contact: a call task's result, or a contact made elsewhere.

    `omitted`: what the caller should have said and did not confirm, by the words of the script's marks.
    """

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
    omitted: tuple[Identifier, ...] = ()


class PreferenceStated(_Part, frozen=True):
    """`preference.stated`: how the customer wants to be contacted, in the customer's own words and as a whole.

    It replaces what the customer stated before; what is absent is not wished any more. Towards the profile the newer
    statement counts, except that a profile never opens a channel or a time that the customer closed here.
    """

    customer_id: Identifier
    channels: tuple[Channel, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()
    blocked_channels: tuple[Channel, ...] = ()


class FeedbackGiven(Discreet, _Part, frozen=True):
    """`feedback.given`: the customer's own judgement, 1 (bad) to 5 (good)."""

    customer_id: Identifier
    score: Score
    channel: Channel | None = None
    comment: LongText | None = None


class CustomerErased(_Part, frozen=True):
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
    | PreferenceStated
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
    "preference.stated": ("customers.feedback", PreferenceStated),
    "customer.erased": ("customers.feedback", CustomerErased),
}
"""CloudEvents `type` -> (topic without prefix, model of `data`): the one table of what is accepted where."""
