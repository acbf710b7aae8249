"""What an event said, as a timeline tells it: amounts, days and words of the closed lists. Never who somebody is."""

import re
from typing import Final

import msgspec

from schemas.inbox import (
    ConsentChanged,
    ContactReported,
    Fact,
    FeedbackGiven,
    HoldPlaced,
    InvoiceSettled,
    InvoiceStated,
    PlanAgreed,
    PreferenceStated,
    PromiseMade,
)
from schemas.values import Day, Millis, to_date

_WORD: Final = re.compile(r"[A-Za-z0-9_. -]{1,40}")


class Instalment(msgspec.Struct, frozen=True):
    """One instalment of a plan: its day (ISO 8601) and amount in minor units."""

    due_on: str
    amount: int


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one event said; `event` is its type as the journal names it. Days are ISO 8601, amounts in minor units.

    `omitted`: disclosures that a collector did not confirm.
    """

    event: str
    amount: int | None = None
    currency: str | None = None
    due_on: str | None = None
    promised_on: str | None = None
    reason: str | None = None
    settled_at: Millis | None = None
    instalments: tuple[Instalment, ...] = ()
    kind: str | None = None
    scope: str | None = None
    until: Millis | None = None
    channel: str | None = None
    channels: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    allowed: bool | None = None
    source: str | None = None
    direction: str | None = None
    by: str | None = None
    outcome: str | None = None
    contact_class: str | None = None
    number_status: str | None = None
    next_action: str | None = None
    omitted: tuple[str, ...] = ()
    score: int | None = None


def said_of(fact: Fact) -> Said | None:
    """What a fact said beside what the journal says of it; None: nothing."""
    match fact:
        case InvoiceStated() | InvoiceSettled():
            return _of_invoice(fact)
        case PromiseMade():
            return Said("promise.made", fact.amount, fact.currency, promised_on=iso(fact.promised_on))
        case PlanAgreed():
            whole = sum(each.amount for each in fact.instalments)
            return Said("plan.agreed", whole, fact.currency, instalments=instalments(fact))
        case ContactReported():
            return _reported(fact)
        case _:
            return _wish(fact)


def _of_invoice(fact: InvoiceStated | InvoiceSettled) -> Said:
    if isinstance(fact, InvoiceSettled):
        known = Said("invoice.settled", fact.amount_due, fact.currency)
        return msgspec.structs.replace(known, reason=fact.reason, settled_at=fact.settled_at)
    event = "invoice.overdue" if fact.overdue else "invoice.due"
    return Said(event, fact.amount_due, fact.currency, iso(fact.due_on))


def _wish(fact: Fact) -> Said | None:
    match fact:
        case HoldPlaced():
            return Said("hold.placed", kind=fact.kind, scope=fact.scope, until=fact.until)
        case ConsentChanged():
            return Said("consent.changed", channel=fact.channel, allowed=fact.allowed, source=word(fact.source))
        case PreferenceStated():
            return Said("preference.stated", channels=fact.channels, blocked=fact.blocked_channels)
        case FeedbackGiven():
            return Said("feedback.given", channel=fact.channel, score=fact.score)
        case _:
            return None


def _reported(fact: ContactReported) -> Said:
    return Said(
        "contact.reported",
        channel=fact.channel,
        direction=fact.direction,
        by=fact.by,
        outcome=word(fact.outcome),
        contact_class=fact.contact_class,
        number_status=None if fact.number_status is None else word(fact.number_status),
        next_action=None if fact.next_action is None else word(fact.next_action),
        omitted=tuple(map(word, fact.omitted)),
    )


def instalments(plan: PlanAgreed) -> tuple[Instalment, ...]:
    """The instalments of a plan."""
    return tuple(Instalment(iso(each.due_on), each.amount) for each in plan.instalments)


def word(said: str) -> str:
    """A word of the desk as it may stand outside of `texts`: never a sentence that could name somebody."""
    return said if _WORD.fullmatch(said) else "other"


def iso(day: Day) -> str:
    """A day as ISO 8601."""
    return to_date(day).isoformat()


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Said).decode
