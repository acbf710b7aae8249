"""The records of `reminders.inbox`: the only input of a customer's state, compact and valid.

Intake writes what billing published, senders write what came of an attempt; both are facts about one
customer. A record's key is the customer id; records that concern the partition as a whole (marks) have a key
that starts with a NUL byte, which no customer id can.

One module however long: the facts are one tagged union, and a tag that is taken here is taken for good.
"""

from typing import Any, Literal, get_args

import msgspec

from schemas.discretion import Discreet
from schemas.values import (
    Channel,
    ContactClass,
    Day,
    Direction,
    EmailKind,
    HoldKind,
    HoldScope,
    InvoiceKind,
    Millis,
    Party,
    PhoneKind,
    ReportedBy,
    SettledReason,
)

Stamp = tuple[int, str, str]
"""When a statement was made, for "last writer wins": `time` in microseconds, then `source`, then `id`."""


class Cause(msgspec.Struct, frozen=True, array_like=True):
    """Where a record came from: input coordinates and the CloudEvents identity of the event.

    `trace` is the W3C trace context (`traceparent`) that the input record carried, if any.
    """

    topic: str
    partition: int
    offset: int
    source: str
    id: str
    trace: str = ""


class _Fact(msgspec.Struct, frozen=True, array_like=True):
    """Base of the facts; the tag stands first."""


class PhonePoint(Discreet, msgspec.Struct, frozen=True, array_like=True):
    """A telephone number in E.164 form."""

    number: str
    kind: PhoneKind
    basis: str | None = None
    verified_at: Millis | None = None


class EmailPoint(Discreet, msgspec.Struct, frozen=True, array_like=True):
    """An e-mail address."""

    address: str
    kind: EmailKind
    basis: str | None = None
    verified_at: Millis | None = None


class QuietSpan(msgspec.Struct, frozen=True, array_like=True):
    """Minutes of the local day [start, end) without contact; end <= start passes midnight.

    `days` are those on which it starts, 0 = Monday; none means every day.
    """

    start: int
    end: int
    days: tuple[int, ...] = ()


class BillLine(Discreet, msgspec.Struct, frozen=True, array_like=True):
    """One line of the bill, amount in minor units."""

    text: str
    amount: int


class BillDocument(Discreet, msgspec.Struct, frozen=True, array_like=True):
    """A paper that belongs to the invoice."""

    kind: str
    title: str
    url: str


class InvoiceStated(Discreet, _Fact, frozen=True, tag=1):
    """`invoice.due` or (`overdue`) `invoice.overdue`: the whole statement of one invoice."""

    invoice_id: str
    due_on: Day
    amount_due: int
    currency: str
    overdue: bool
    creditor_id: str | None = None
    kind: InvoiceKind = "invoice"
    number: str | None = None
    issued_on: Day | None = None
    description: str | None = None
    pay_url: str | None = None
    documents: tuple[BillDocument, ...] = ()
    lines: tuple[BillLine, ...] = ()


class InvoiceSettled(_Fact, frozen=True, tag=2):
    """What remains of an invoice; 0 ends every contact about it."""

    invoice_id: str
    amount_due: int
    currency: str
    reason: SettledReason
    settled_at: Millis


class ProfileStated(Discreet, _Fact, frozen=True, tag=3):
    """The customer's whole profile."""

    name: str
    locale: str
    party: Party
    country: str
    phones: tuple[PhonePoint, ...]
    emails: tuple[EmailPoint, ...]
    timezone: str | None = None
    region: str | None = None
    postal_code: str | None = None
    address: str | None = None
    tier: str | None = None
    risk_score: float | None = None
    credit_grade: str | None = None
    segment: str | None = None
    account_manager: str | None = None
    attributes: dict[str, str | float] = {}
    channels: tuple[Channel, ...] = ()
    quiet_hours: tuple[QuietSpan, ...] = ()
    blocked_channels: tuple[Channel, ...] = ()


class PromiseMade(_Fact, frozen=True, tag=4):
    """A promise to pay; contacts about these invoices pause until the date and its grace have passed."""

    promise_id: str
    invoice_ids: tuple[str, ...]
    amount: int
    currency: str
    promised_on: Day


class PromiseCancelled(_Fact, frozen=True, tag=5):
    """The promise no longer stands."""

    promise_id: str


class InstalmentDue(msgspec.Struct, frozen=True, array_like=True):
    """One instalment, amount in minor units."""

    due_on: Day
    amount: int


class PlanAgreed(_Fact, frozen=True, tag=6):
    """An instalment plan that covers these invoices."""

    plan_id: str
    invoice_ids: tuple[str, ...]
    currency: str
    instalments: tuple[InstalmentDue, ...]


class PlanCancelled(_Fact, frozen=True, tag=7):
    """The plan no longer stands."""

    plan_id: str


class HoldPlaced(Discreet, _Fact, frozen=True, tag=8):
    """No contact within the scope until `until`, or until released."""

    hold_id: str
    scope: HoldScope
    kind: HoldKind
    target: str | None = None
    until: Millis | None = None
    note: str | None = None


class HoldReleased(_Fact, frozen=True, tag=9):
    """The hold no longer stands."""

    hold_id: str


class ConsentChanged(Discreet, _Fact, frozen=True, tag=10):
    """A channel allowed or forbidden at a number or address, in the spelling of the profile."""

    contact_point: str
    channel: Channel
    allowed: bool
    source: str


class ContactReported(Discreet, _Fact, frozen=True, tag=11):
    """What came of a contact, told by a desk, an agency, a branch or a provider; `omitted`: what should have been said."""

    channel: Channel
    direction: Direction
    at: Millis
    by: ReportedBy
    outcome: str
    contact_class: ContactClass
    contact_id: str | None = None
    task_id: str | None = None
    number_status: str | None = None
    next_action: str | None = None
    invoice_ids: tuple[str, ...] = ()
    note: str | None = None
    omitted: tuple[str, ...] = ()


class FeedbackGiven(Discreet, _Fact, frozen=True, tag=12):
    """The customer's own judgement, 1 to 5."""

    score: int
    channel: Channel | None = None
    comment: str | None = None


class CustomerErased(_Fact, frozen=True, tag=13):
    """Forget the person and never contact again."""


class PreferenceStated(_Fact, frozen=True, tag=14):
    """How the customer wants to be contacted, said by the customer: the whole of it, replacing what was said before."""

    channels: tuple[Channel, ...] = ()
    quiet_hours: tuple[QuietSpan, ...] = ()
    blocked_channels: tuple[Channel, ...] = ()


class AttemptAccepted(_Fact, frozen=True, tag=20):
    """The provider took the message; `reference` is its id for it."""

    attempt_id: str
    provider: str
    reference: str
    segments: int = 0
    shadow: bool = False


class AttemptRejected(_Fact, frozen=True, tag=21):
    """The provider refused for good; `refusal` says whose fault it was, `code` is the provider's own."""

    attempt_id: str
    provider: str
    refusal: str
    code: str


class AttemptInDoubt(_Fact, frozen=True, tag=22):
    """Bytes left, no answer came: the message may have been sent."""

    attempt_id: str
    provider: str
    code: str


class AttemptReleased(_Fact, frozen=True, tag=23):
    """No byte left: the attempt never happened. `reason` is a reason code, `retry_at` when to try again."""

    attempt_id: str
    reason: str
    retry_at: Millis | None = None


class AttemptLooked(_Fact, frozen=True, tag=24):
    """The provider was asked what became of an attempt in doubt. `answer`: it knows of none, or it cannot be asked."""

    attempt_id: str
    provider: str
    answer: Literal["absent", "cannot_tell"]


class AttemptResolved(_Fact, frozen=True, tag=25):
    """A person found out what became of an attempt in doubt, outside of this system."""

    attempt_id: str
    sent: bool


class AttemptReceipt(_Fact, frozen=True, tag=26):
    """The provider's own word on a message, at an address of ours that carries the attempt's id.

    `status`: it has the message, it delivered it, or it could not; `code` is the provider's own. `at`: when, 0 if unsaid.
    """

    attempt_id: str
    provider: str
    status: Literal["accepted", "delivered", "undelivered"]
    code: str = ""
    at: Millis = 0


class DialAsked(Discreet, _Fact, frozen=True, tag=27):
    """Somebody who holds a task is about to act on it, and asks whether that is allowed now: to dial, if it is a call.

    `fence` numbers the leases of the task: the owner of an earlier one may not act any more. `by` is the collector's id.
    """

    task_id: str
    fence: int
    by: str


Fact = (
    InvoiceStated
    | InvoiceSettled
    | ProfileStated
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
    | PreferenceStated
    | AttemptAccepted
    | AttemptRejected
    | AttemptInDoubt
    | AttemptReleased
    | AttemptLooked
    | AttemptResolved
    | AttemptReceipt
    | DialAsked
)


class Arrival(msgspec.Struct, frozen=True, array_like=True):
    """One inbox record: what happened, when it was stated (`at`, microseconds), and where it came from.

    `appended` is the broker's time of the input record (0 where there was none): it measures how long a
    reaction took.
    """

    at: int
    cause: Cause
    fact: Fact
    appended: Millis = 0

    @property
    def stamp(self) -> Stamp:
        """Orders this statement against others about the same thing."""
        return (self.at, self.cause.source, self.cause.id)


class LogMark(msgspec.Struct, frozen=True, array_like=True, tag=100):
    """The identity of an inbox partition's log: written once by `topics apply` as its first record."""

    identity: str


class ProgressMark(msgspec.Struct, frozen=True, array_like=True, tag=101):
    """Intake's word: what these source partitions held before the instant (wall clock) is in this inbox."""

    fresh: tuple[tuple[str, int, Millis], ...]


Mark = LogMark | ProgressMark

LOG_MARK_KEY = b"\0log"
PROGRESS_MARK_KEY = b"\0progress"


class _Outline(Discreet, msgspec.Struct, array_like=True):
    """As much of an `Arrival` as every release has written."""

    at: int
    cause: Cause
    fact: list[Any]


_TAGS = frozenset(each.__struct_config__.tag for each in get_args(Fact))
_arrivals = msgspec.msgpack.Decoder(Arrival)
_outlines = msgspec.msgpack.Decoder(_Outline)
_marks = msgspec.msgpack.Decoder(Mark)
_encoder = msgspec.msgpack.Encoder()

encode = _encoder.encode
"""The bytes of an `Arrival` or a `Mark`."""

decode_arrival = _arrivals.decode
"""An `Arrival` from its bytes; `msgspec.DecodeError` says that the inbox was written by something else."""

decode_mark = _marks.decode
"""A `Mark` from its bytes."""


def later_fact(value: bytes) -> int | None:
    """The tag of a fact that only a later release knows; None: the record holds one of ours, or is of no release."""
    try:
        fact = _outlines.decode(value).fact
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return fact[0] if fact and isinstance(fact[0], int) and fact[0] not in _TAGS else None
