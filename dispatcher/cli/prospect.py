"""What is planned for a customer: asked of the worker's own function, or, for the past, as the journal said it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from dispatcher.core.decide import Conditions, decide
from dispatcher.core.point_bars import PointBars
from dispatcher.core.policy import Policy
from dispatcher.settings import Settings
from schemas.journal import JournalRecord, Reason, Result
from schemas.state import Customer
from schemas.values import CHANNELS, Channel, Millis, from_millis

_LOOKS: Final = 500
_PASSED: Final = frozenset({"missed_stage", "paid", "cancelled"})
"""Reasons that take the occasion for a contact away, and do not forbid it."""
_AHEAD: Final = 400 * 24 * 60 * 60 * 1000


class Planned(msgspec.Struct, frozen=True, omit_defaults=True):
    """What some invoices of one customer come to: `earliest` is when something may happen next, if that is known."""

    invoice_ids: tuple[str, ...]
    result: Result
    reasons: tuple[Reason, ...]
    creditor_id: str | None = None
    stage: str | None = None
    channel: Channel | None = None
    earliest: datetime | None = None
    responsible: str | None = None
    tier: str | None = None


class Prospect(msgspec.Struct, frozen=True):
    """What each invoice comes to at an instant, and the next contact if nothing happens until then.

    `forbidden` is the next contact that would be due, where none is in sight because something forbids it. `basis` is
    where this was taken from: the customer's state as it is now, or the journal as it was then.
    `looks_again_at`: when time alone changes something; None: nothing will before the next event.
    """

    at: datetime
    basis: Literal["state", "journal"]
    planned: tuple[Planned, ...]
    next_contact: Planned | None
    looks_again_at: datetime | None
    forbidden: Planned | None = None


def prospect(  # noqa: PLR0917  all that a decision rests on
    customer_id: str,
    customer: Customer,
    policy: Policy,
    now: Millis,
    settings: Settings,
    bars: PointBars | None = None,
) -> Prospect:
    """Decide on the stored aggregate at `now`, as a worker would that is caught up and may send at once.

    `bars`: what is barred at numbers and addresses, None: nothing.
    """
    conditions = Conditions(
        sending=settings.sending,
        allowlist=settings.allowlist,
        gate_open=True,
        credits=frozenset(CHANNELS),
        bars=bars,
    )
    asked = _without_verdicts(customer)
    decision = decide(customer_id, asked, (), policy, now, conditions)
    wake_at = decision.wake_at
    contact, forbidden = _lived_through(customer_id, asked, policy, now, conditions)
    return Prospect(
        at=from_millis(now),
        basis="state",
        planned=_ordered(decision.records),
        next_contact=contact,
        looks_again_at=None if wake_at is None else from_millis(wake_at),
        forbidden=forbidden if contact is None else None,
    )


def _lived_through(
    customer_id: str, customer: Customer, policy: Policy, now: Millis, conditions: Conditions
) -> tuple[Planned | None, Planned | None]:
    """The first contact that time alone brings about, and the first that something forbids before it.

    The worker's own wake-ups, lived through in advance.
    """
    at, forbidden = now, None
    for _ in range(_LOOKS):
        decision = decide(customer_id, customer, (), policy, at, conditions)
        for record in decision.records:
            if record.kind == "decision" and record.channel is not None:
                return _planned(record, record.at), forbidden
            if forbidden is None and record.result == "suppressed" and record.reasons[0].code not in _PASSED:
                forbidden = _planned(record, record.at)
        if decision.wake_at is None or decision.wake_at > now + _AHEAD:
            break
        customer, at = decision.customer, max(decision.wake_at, at + 1)
    return None, forbidden


def as_recorded(happened: Sequence[JournalRecord], now: Millis) -> Prospect:
    """The last decision about each group of invoices that still named something to come."""
    latest = {record.invoice_ids: record for record in happened if record.kind == "decision"}
    planned = _ordered(record for record in latest.values() if _ahead(record))
    return Prospect(
        at=from_millis(now),
        basis="journal",
        planned=planned,
        next_contact=None,
        looks_again_at=min((each.earliest for each in planned if each.earliest), default=None),
    )


def _ordered(records: Iterable[JournalRecord]) -> tuple[Planned, ...]:
    inorder = sorted(records, key=lambda record: (record.invoice_ids, record.record_id))
    return tuple(_planned(record, _ahead(record)) for record in inorder)


def _planned(record: JournalRecord, earliest: datetime | None) -> Planned:
    return Planned(
        record.invoice_ids,
        record.result,
        record.reasons,
        record.creditor_id,
        record.stage,
        record.channel,
        earliest,
        record.responsible,
        record.tier,
    )


def _ahead(record: JournalRecord) -> datetime | None:
    return record.planned_for or record.next_at


def _without_verdicts(customer: Customer) -> Customer:
    # A verdict is the memory of what the journal said last; without it, everything is said again.
    invoices = {
        invoice_id: msgspec.structs.replace(invoice, verdict="") for invoice_id, invoice in customer.invoices.items()
    }
    return msgspec.structs.replace(customer, invoices=invoices)
