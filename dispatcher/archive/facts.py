"""From facts of the inbox to rows: what people said, promised, complained of and paid. Never who they are.

Names, numbers and addresses are left out, and so is what a hold or a consent at a contact point names; of a profile only
the clock stays. Words that somebody wrote go to `texts` alone.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from dispatcher.archive.journal_rows import listed
from dispatcher.archive.said import encode, instalments, iso, said_of, word
from dispatcher.archive.sealing import event_key, thing_key
from schemas.inbox import (
    Arrival,
    ConsentChanged,
    ContactReported,
    CustomerErased,
    Fact,
    FeedbackGiven,
    HoldPlaced,
    HoldReleased,
    InvoiceSettled,
    InvoiceStated,
    PlanAgreed,
    PlanCancelled,
    ProfileStated,
    PromiseCancelled,
    PromiseMade,
)
from schemas.values import Millis

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: topic without prefix, partition, offset."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True, repr=False)
class Stated:
    """What became known of an invoice, in the order of the inbox."""

    key: bytes
    place: Place
    customer_id: str
    at_us: int
    fact: InvoiceStated | InvoiceSettled


@dataclass(slots=True, repr=False)
class FactRows:
    """Rows by table, each list in the order of the inbox. `key` is the archive's."""

    key: bytes
    reports: list[Row] = field(default_factory=list)
    feedback: list[Row] = field(default_factory=list)
    consents: list[Row] = field(default_factory=list)
    promises: list[Row] = field(default_factory=list)
    cancelled: list[Row] = field(default_factory=list)
    placed: list[Row] = field(default_factory=list)
    released: list[Row] = field(default_factory=list)
    plans: list[Row] = field(default_factory=list)
    unplanned: list[Row] = field(default_factory=list)
    zones: list[Row] = field(default_factory=list)
    statements: list[Row] = field(default_factory=list)
    erasures: list[Row] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)
    digests: list[Row] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)

    def take(self, place: Place, customer_id: str, arrival: Arrival, appended: Millis) -> None:
        """The rows of one fact; most facts that say who somebody is have none."""
        fact: Fact = arrival.fact
        head: Row = {"partition": place.partition, "offset": place.offset, "customer_id": customer_id}
        told = head | {"key": self._key(customer_id, arrival.cause.source, arrival.cause.id)}
        at_us = arrival.at
        self._statement(head, arrival)
        match fact:
            case InvoiceStated() | InvoiceSettled():
                self.stated.append(Stated(self._key(customer_id, fact.invoice_id), place, customer_id, at_us, fact))
            case ContactReported():
                self.reports.append(told | _report(fact))
                self.text(place, customer_id, "note", at_us // 1000, fact.note, fact.task_id)
            case FeedbackGiven():
                self.feedback.append(told | {"at": at_us // 1000, "score": fact.score, "channel": fact.channel})
                self.text(place, customer_id, "comment", at_us // 1000, fact.comment)
            case ConsentChanged():
                self.consents.append(told | _consent(fact, at_us))
            case ProfileStated():
                self.zones.append(head | self._named(customer_id) | _zone(fact, at_us))
            case CustomerErased():
                self.erasures.append(head | {"topic": place.topic, "at": at_us // 1000, "appended": appended})
            case _:
                self._agreement(place, head, fact, at_us)

    def _agreement(self, place: Place, head: Row, fact: Fact, at_us: int) -> None:
        customer_id = str(head["customer_id"])
        match fact:
            case PromiseMade():
                self.promises.append(head | self._named(customer_id, fact.promise_id) | _promise(fact, at_us))
            case PromiseCancelled():
                self.cancelled.append(
                    head
                    | self._named(customer_id, fact.promise_id)
                    | {"promise_id": fact.promise_id, "stated_us": at_us}
                )
            case HoldPlaced():
                self.placed.append(head | self._named(customer_id, fact.hold_id) | _hold(fact, at_us))
                self.text(place, customer_id, "hold", at_us // 1000, fact.note)
            case HoldReleased():
                self.released.append(
                    head | self._named(customer_id, fact.hold_id) | {"hold_id": fact.hold_id, "released_us": at_us}
                )
            case PlanAgreed():
                self.plans.append(head | self._named(customer_id, fact.plan_id) | _plan(fact, at_us))
            case PlanCancelled():
                self.unplanned.append(
                    head | self._named(customer_id, fact.plan_id) | {"plan_id": fact.plan_id, "stated_us": at_us}
                )
            case _:
                return

    def _key(self, customer_id: str, *names: str) -> bytes:
        return thing_key(self.key, customer_id, *names)

    def _named(self, customer_id: str, *name: str) -> Row:
        return {"key": self._key(customer_id, *name)}

    def _statement(self, head: Row, arrival: Arrival) -> None:
        """What the timeline tells of the event behind a record of the journal."""
        said = said_of(arrival.fact)
        if said is not None:
            key = event_key(self.key, str(head["customer_id"]), arrival.cause.source, arrival.cause.id)
            self.statements.append(head | {"key": key, "at": arrival.at // 1000, "details": encode(said).decode()})

    def text(  # noqa: PLR0917  a text and what it belongs to
        self, place: Place, customer_id: str, kind: str, at: Millis, body: str | None, attempt_id: str | None = None
    ) -> None:
        """Words that somebody wrote or was told, and the hash that stays of them."""
        if not body:
            return
        body = body.replace("\0", "\ufffd")  # which PostgreSQL's texts cannot hold
        about: Row = {
            "topic": place.topic,
            "partition": place.partition,
            "offset": place.offset,
            "attempt_id": attempt_id,
            "kind": kind,
        }
        self.texts.append(about | {"customer_id": customer_id, "at": at, "body": body})
        self.digests.append(about | {"sha256": sha256(body.encode()).digest()})


def _report(fact: ContactReported) -> Row:
    return {
        "at": fact.at,
        "channel": fact.channel,
        "direction": fact.direction,
        "by": fact.by,
        "outcome": word(fact.outcome),
        "contact_class": fact.contact_class,
        "attempt_id": fact.task_id,
        "contact_id": fact.contact_id,
        "number_status": None if fact.number_status is None else word(fact.number_status),
        "next_action": None if fact.next_action is None else word(fact.next_action),
        "invoice_ids": listed(fact.invoice_ids),
    }


def _consent(fact: ConsentChanged, at_us: int) -> Row:
    return {"at": at_us // 1000, "channel": fact.channel, "allowed": fact.allowed, "source": word(fact.source)}


def _promise(fact: PromiseMade, at_us: int) -> Row:
    return {
        "promise_id": fact.promise_id,
        "stated_us": at_us,
        "cancelled": False,
        "invoice_ids": listed(fact.invoice_ids),
        "amount": fact.amount,
        "currency": fact.currency,
        "promised_on": iso(fact.promised_on),
    }


def _plan(fact: PlanAgreed, at_us: int) -> Row:
    return {
        "plan_id": fact.plan_id,
        "stated_us": at_us,
        "cancelled": False,
        "invoice_ids": listed(fact.invoice_ids),
        "currency": fact.currency,
        "instalments": encode(instalments(fact)).decode(),
    }


def _zone(fact: ProfileStated, at_us: int) -> Row:
    return {"stated_us": at_us, "timezone": fact.timezone, "country": fact.country, "region": fact.region}


def _hold(fact: HoldPlaced, at_us: int) -> Row:
    return {
        "hold_id": fact.hold_id,
        "kind": fact.kind,
        "scope": fact.scope,
        "invoice_id": fact.target if fact.scope == "invoice" else None,
        "placed_us": at_us,
        "until": fact.until,
    }
