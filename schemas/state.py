"""One aggregate per customer: everything that a decision about the customer needs, in one record of `reminders.state`.

The record starts with the customer's next wake-up at a fixed place, so that the index of wake-ups is rebuilt without a
decode. Layout: 1 byte version, 1 byte flags, 8 bytes next wake-up (milliseconds, big endian, 0 = none), then MessagePack.

One module however long: fields are told apart by their place alone, so whoever adds one has to see the whole record.
"""

import struct
from typing import Literal

import msgspec

from schemas.discretion import Discreet
from schemas.inbox import (
    BillDocument,
    BillLine,
    InstalmentDue,
    ProfileStated,
    QuietSpan,
    Stamp,
)
from schemas.journal import TaskKind
from schemas.reasons import ReasonCode
from schemas.values import Channel, Day, HoldKind, HoldScope, InvoiceKind, Millis, SettledReason

VERSION = 1
"""Format of a record; a reader refuses what it does not know."""

WITH_DIALS = 2
"""The same, and an attempt remembers who asked to dial it: a reader of `VERSION` would forget that, and permit it twice."""

WAITING_FOR_PROFILE = 1
"""Flag: something is pending for a customer who is not known yet."""

HAS_IN_DOUBT = 2
"""Flag: an attempt of the customer is in doubt."""

HAS_OPEN_CLAIM = 4
"""Flag: an attempt of the customer is claimed and not yet answered."""

URGENT = 8
"""Flag: a mandatory contact with the customer is due and waits; the customer is looked at before others."""

HAS_OPEN_CALL = 16
"""Flag: people have a call task about the customer that is not worked off."""


class Settlement(msgspec.Struct, frozen=True, array_like=True, gc=False, order=True):
    """A word of billing that something was settled: when it was said (microseconds), what remained, since when."""

    at: int
    amount_due: int
    settled_at: Millis
    reason: SettledReason


class Invoice(Discreet, msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One invoice and what has been done about it.

    `stated` and `valued` order statements and amounts (last writer wins by `time`, whatever the order of arrival).
    `overdue_at` is the latest `time` of an `invoice.overdue`. `settled_by` is why the amount is what it is, if a settlement
    said so last. `done` holds (due date, stage) of every claim made; `verdict` is what the journal said last of it,
    so that nothing is said twice.

    `amounts` holds (microseconds, amount) of the first statement of each amount, `settlements` the words about payments,
    both in order and bounded: what was settled when follows from them whatever the order of arrival. `raised` is the stage
    (with its due date) that a broken promise brought forward. `plan` names the instalment plan of an obligation that is an
    instalment and not an invoice of billing's.
    """

    stated: Stamp | None = None
    valued: Stamp | None = None
    due_on: Day = 0
    amount_due: int = 0
    currency: str = ""
    overdue_at: Millis | None = None
    settled_by: SettledReason | None = None
    creditor_id: str | None = None
    kind: InvoiceKind = "invoice"
    number: str | None = None
    issued_on: Day | None = None
    description: str | None = None
    pay_url: str | None = None
    documents: tuple[BillDocument, ...] = ()
    lines: tuple[BillLine, ...] = ()
    done: tuple[tuple[Day, str], ...] = ()
    verdict: str = ""
    amounts: tuple[tuple[int, int], ...] = ()
    settlements: tuple[Settlement, ...] = ()
    raised: tuple[Day, str] | None = None
    plan: str | None = None


class Hold(Discreet, msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A hold, or (`released`) the memory of one, so that a late `placed` does not bring it back."""

    stamp: Stamp
    released: bool
    scope: HoldScope = "customer"
    kind: HoldKind = "manual"
    target: str | None = None
    until: Millis | None = None


PromiseOutcome = Literal["", "kept", "partly_kept", "broken"]
"""What became of a promise; empty: not judged yet."""


class Promise(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A promise to pay, or (`cancelled`) the memory of one. `judged` is what the journal said of it last."""

    stamp: Stamp
    cancelled: bool
    invoice_ids: tuple[str, ...] = ()
    amount: int = 0
    currency: str = ""
    promised_on: Day = 0
    judged: PromiseOutcome = ""


class Plan(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An instalment plan, or (`cancelled`) the memory of one.

    `missed` is the instalment, counted from 1, with which the journal said that the plan broke; 0: it has not.
    """

    stamp: Stamp
    cancelled: bool
    invoice_ids: tuple[str, ...] = ()
    currency: str = ""
    instalments: tuple[InstalmentDue, ...] = ()
    missed: int = 0


class Consent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the customer said of one channel at one contact point."""

    stamp: Stamp
    allowed: bool


Became = Literal["claimed", "refused", "unanswered", "reached", "conversation"]
"""What is known of a contact: nothing yet, refused before it left, reached nobody, reached somebody, or a conversation with
the customer."""


class Contact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An entry of the ledger of contacts, ours or one that was reported; released claims are taken out again.

    `at` is when it was claimed, or made by others; `became_at` (0: as `at`) when it became what it `became`. `point` is a
    digest of the number or address ("" if that is not known), `inbound` says that the customer made the contact.
    """

    attempt_id: str
    at: Millis
    channel: Channel
    stage: str
    creditor_id: str | None
    invoice_ids: tuple[str, ...]
    became: Became = "claimed"
    became_at: Millis = 0
    point: str = ""
    inbound: bool = False


AttemptState = Literal["claimed", "accepted", "in_doubt"]


class Attempt(Discreet, msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An attempt in flight: claimed and not yet answered, a call task that is open, or in doubt.

    `spent` names what its claim used up, (invoice, due date, stage), so that a release gives exactly that back. `tried`
    holds the channels that refused the contact before, `number` counts the attempts from 1. In doubt, `looks` counts
    the provider's answers that it knows of no such message; `LOOKED_ENOUGH` of them, or none possible, settle the question.
    `task` is what a stage hands over to people; where it is `gated`, what `spent` names is used up when the task ends. At
    `fallback_at` (0: never) another channel follows unless a receipt or outcome came: an accepted message stays until then.
    `provider` is the account that was called, once the attempt is in doubt; "" if nobody knows which. Of a task, `fence` is
    that of the latest lease that asked whether it may be dialled, and `dialled_at` when it was permitted (0: never).
    """

    contact_id: str
    state: AttemptState
    channel: Channel
    stage: str
    creditor_id: str | None
    invoice_ids: tuple[str, ...]
    contact_point: str
    claimed_at: Millis
    expires_at: Millis
    tried: tuple[Channel, ...] = ()
    number: int = 1
    spent: tuple[tuple[str, Day, str], ...] = ()
    looks: int = 0
    task: TaskKind | None = None
    gated: bool = False
    fallback_at: Millis = 0
    provider: str = ""
    fence: int = 0
    dialled_at: Millis = 0


LOOKED_ENOUGH = 2
"""A list can lag behind: one look that finds nothing proves little, a second one a minute later is believed."""


class Retry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A contact that has to be tried again: an attempt was given back unsent, or its channel cannot reach the customer.

    `number` is that of the last attempt, `not_before` the earliest instant of the next, `reason` the reason code with which
    the last one ended: `refused` or `no_receipt`, where another channel may reach the customer, or why it was given back.
    `channel` and `spent` are those of that attempt: a late word that it was sent after all restores them.
    """

    stage: str
    creditor_id: str | None
    invoice_ids: tuple[str, ...]
    tried: tuple[Channel, ...]
    number: int
    not_before: Millis
    reason: ReasonCode
    channel: Channel | None = None
    spent: tuple[tuple[str, Day, str], ...] = ()


class Month(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is remembered of one calendar month (`month`: 12 x year + month) after its invoices, promises and contacts went.

    Invoices paid on time and late, the longest that one was late (days), promises by outcome, contacts made.
    """

    month: int
    on_time: int = 0
    late: int = 0
    longest: int = 0
    kept: int = 0
    partly_kept: int = 0
    broken: int = 0
    contacts: int = 0


class History(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What stays of what the aggregate forgot.

    `gone` holds, oldest first, 16 bytes for each thing: an 8-byte digest of its kind and id, and the `time` (microseconds,
    big endian) of the last statement about it, so that old statements that come again are known to be old. `gone_before`
    is the largest time that left `gone` itself.
    """

    months: tuple[Month, ...] = ()
    gone: bytes = b""
    gone_before: int = 0


NO_HISTORY = History()
"""Nothing was forgotten yet."""


class Wishes(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """By which channels, in order, and when somebody wants to be contacted, and by which not at all."""

    channels: tuple[Channel, ...] = ()
    quiet_hours: tuple[QuietSpan, ...] = ()
    blocked_channels: tuple[Channel, ...] = ()


NO_WISHES = Wishes()
"""Nothing was wished."""


class OwnWishes(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the customer wished in person, and (`filed`) what the profile says of it by itself."""

    stamp: Stamp
    said: Wishes
    filed: Wishes = NO_WISHES


class Customer(Discreet, msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The aggregate.

    `sequence` numbers the customer's journal records without a gap. `seen` holds the ids of recent events: 12 bytes each, an
    8-byte digest of (`source`, `id`) and the minute of arrival, newest last. `erased` is the stamp of an erasure,
    `suppressed` holds hashes of the contact points known until then, `points` those of all contact points ever named and
    objected to, with the earliest `time` (microseconds) at which they were. Keys: `consents` by "<channel> <contact point>",
    `attempts` by attempt id, `retries` by contact id, the others by the publisher's ids. `variant` names the variant of the
    policy under which the customer's case began, while it runs. `wishes` are those that the customer stated in person:
    `profile` already heeds them. `traces` are the trace contexts (W3C) that invoices and contacts go back to, by their ids.
    `numbered` is the highest number that an attempt of a forgotten retry had: should its contact come back, it counts on.
    """

    sequence: int = 0
    profile: ProfileStated | None = None
    profile_stamp: Stamp | None = None
    invoices: dict[str, Invoice] = {}
    holds: dict[str, Hold] = {}
    promises: dict[str, Promise] = {}
    plans: dict[str, Plan] = {}
    consents: dict[str, Consent] = {}
    contacts: tuple[Contact, ...] = ()
    attempts: dict[str, Attempt] = {}
    seen: bytes = b""
    erased: Stamp | None = None
    suppressed: tuple[str, ...] = ()
    retries: dict[str, Retry] = {}
    history: History = NO_HISTORY
    points: dict[str, int] = {}
    variant: str | None = None
    wishes: OwnWishes | None = None
    traces: dict[str, str] = {}
    numbered: int = 0


EMPTY = Customer()
"""A customer of whom nothing is known yet."""

_HEADER = struct.Struct(">BBQ")
_READ = (VERSION, WITH_DIALS)


class OtherVersion(ValueError):
    """A state record is of a version that this release does not read; the message names both."""


_WHOLE, _WITHOUT_LAST, _WITHOUT_LAST_TWO = (
    b"\xdc" + (len(Customer.__struct_fields__) - fewer).to_bytes(2, "big") for fewer in range(3)
)
"""How MessagePack begins a customer, and one without `numbered`, or `traces` and that: nobody pays for what is not there."""

_decoder = msgspec.msgpack.Decoder(Customer)
_encoder = msgspec.msgpack.Encoder()


def encode(customer: Customer, wake_at: Millis | None, flags: int) -> bytes:
    """The state record of a customer with its flags and its next wake-up."""
    told = _encoder.encode(customer)
    header = _HEADER.pack(_version(customer), flags, wake_at or 0)
    if customer.numbered:
        return header + told
    if customer.traces:
        return b"".join((header, _WITHOUT_LAST, told[len(_WHOLE) : -1]))
    return b"".join((header, _WITHOUT_LAST_TWO, told[len(_WHOLE) : -2]))


def decode(record: bytes) -> Customer:
    """The aggregate of a state record; `OtherVersion` names one that this release does not read."""
    if record[0] not in _READ:
        raise OtherVersion(f"state record of version {record[0]}, this release reads {VERSION} to {WITH_DIALS}")
    return _decoder.decode(memoryview(record)[_HEADER.size :])


def _version(customer: Customer) -> int:
    """The earliest that says all of it, so that a release can be taken back as long as nothing would be forgotten."""
    for attempt in customer.attempts.values():
        if attempt.fence or attempt.dialled_at:
            return WITH_DIALS
    return VERSION


def flags_of(record: bytes) -> int:
    """The flags of a state record, without decoding the rest."""
    return record[1]


def wake_of(record: bytes) -> Millis:
    """The next wake-up of a state record, 0 if there is none, without decoding the rest."""
    wake_at: int = _HEADER.unpack_from(record)[2]
    return wake_at
