"""From what was published to what is stored: one spelling a meaning, and checks that no JSON Schema makes.

Dates become ordinals, instants milliseconds, numbers E.164, times of day minutes. A value without a meaning
(a currency that does not exist, a number that cannot be called) refuses the whole event: half a statement is
worse than none.
"""

from collections.abc import Callable
from typing import cast

from schemas import events, inbox
from schemas.contact_points import e164, email
from schemas.normalise_profile import ADDRESS_HINT, preference, profile
from schemas.plausibility import millis, no_currency, no_day, no_instant, one_line, possible, possible_day, refuse
from schemas.refusals import Refusal
from schemas.values import Channel, Day, to_millis
from schemas.vocabulary import CURRENCIES

Normalised = inbox.Fact | Refusal

_NUMBER_HINT = "a number in E.164 form like +4915112345678 (a national number needs the country of a profile)"


def normalise(data: events.EventData) -> Normalised:
    """The fact that an event's data states, or what is wrong with it."""
    return _NORMALISERS[type(data)](data)


def _invoice(data: events.InvoiceStatement) -> Normalised:
    due_on: Day = data.due_on.toordinal()
    issued_on: Day | None = None
    if data.currency not in CURRENCIES:
        return no_currency()
    if not possible_day(due_on):
        return no_day("due_on")
    if data.issued_on is not None:
        issued_on = data.issued_on.toordinal()
        if not possible_day(issued_on):
            return no_day("issued_on")
    return inbox.InvoiceStated(
        data.invoice_id,
        due_on,
        data.amount_due,
        data.currency,
        type(data) is events.InvoiceOverdue,
        data.creditor_id,
        data.kind,
        data.number and one_line(data.number),
        issued_on,
        data.description and one_line(data.description),
        data.pay_url,
        tuple(inbox.BillDocument(d.kind, one_line(d.title), d.url) for d in data.documents) if data.documents else (),
        tuple(inbox.BillLine(one_line(line.text), line.amount) for line in data.lines) if data.lines else (),
    )


def _settled(data: events.InvoiceSettled) -> Normalised:
    if data.currency not in CURRENCIES:
        return no_currency()
    if not possible(data.settled_at):
        return no_instant("settled_at")
    return inbox.InvoiceSettled(
        data.invoice_id, data.amount_due, data.currency, data.reason, to_millis(data.settled_at)
    )


def _promise_made(data: events.PromiseMade) -> Normalised:
    promised_on = data.promised_on.toordinal()
    if data.currency not in CURRENCIES:
        return no_currency()
    if not possible_day(promised_on):
        return no_day("promised_on")
    return inbox.PromiseMade(data.promise_id, data.invoice_ids, data.amount, data.currency, promised_on)


def _promise_cancelled(data: events.PromiseCancelled) -> Normalised:
    return inbox.PromiseCancelled(data.promise_id)


def _plan_agreed(data: events.PlanAgreed) -> Normalised:
    if data.currency not in CURRENCIES:
        return no_currency()
    instalments = []
    for position, instalment in enumerate(data.instalments):
        due_on = instalment.due_on.toordinal()
        if not possible_day(due_on):
            return no_day(f"instalments[{position}].due_on")
        instalments.append(inbox.InstalmentDue(due_on, instalment.amount))
    return inbox.PlanAgreed(data.plan_id, data.invoice_ids, data.currency, tuple(instalments))


def _plan_cancelled(data: events.PlanCancelled) -> Normalised:
    return inbox.PlanCancelled(data.plan_id)


def _hold_placed(data: events.HoldPlaced) -> Normalised:
    if not possible(data.until):
        return no_instant("until")
    target = data.target
    if data.scope == "customer":
        target = None
    elif not target:
        return refuse("missing_field", "target", "the invoice id or contact point that the hold is about")
    elif data.scope == "contact_point":
        point = _contact_point(target, "email" if "@" in target else "sms", "target")
        if isinstance(point, Refusal):
            return point
        target = point
    return inbox.HoldPlaced(data.hold_id, data.scope, data.kind, target, millis(data.until), data.note)


def _hold_released(data: events.HoldReleased) -> Normalised:
    return inbox.HoldReleased(data.hold_id)


def _contact_point(text: str, channel: Channel, path: str) -> str | Refusal:
    if channel == "email":
        return email(text) or refuse("invalid_email", path, ADDRESS_HINT)
    return e164(text, None) or refuse("invalid_phone", path, _NUMBER_HINT)


def _consent_changed(data: events.ConsentChanged) -> Normalised:
    point = _contact_point(data.contact_point, data.channel, "contact_point")
    if isinstance(point, Refusal):
        return point
    return inbox.ConsentChanged(point, data.channel, data.allowed, data.source)


def _contact_reported(data: events.ContactReported) -> Normalised:
    if not possible(data.at):
        return no_instant("at")
    return inbox.ContactReported(
        data.channel,
        data.direction,
        to_millis(data.at),
        data.by,
        data.outcome,
        data.contact_class,
        data.contact_id,
        data.task_id,
        data.number_status,
        data.next_action,
        data.invoice_ids,
        data.note,
        data.omitted,
    )


def _feedback_given(data: events.FeedbackGiven) -> Normalised:
    return inbox.FeedbackGiven(data.score, data.channel, data.comment)


def _customer_erased(_data: events.CustomerErased) -> Normalised:
    return inbox.CustomerErased()


# Keyed by the very type that each function takes: what the cast says, the keys guarantee.
_NORMALISERS = cast(
    "dict[type[events.EventData], Callable[[events.EventData], Normalised]]",
    {
        events.InvoiceDue: _invoice,
        events.InvoiceOverdue: _invoice,
        events.InvoiceSettled: _settled,
        events.CustomerUpdated: profile,
        events.PromiseMade: _promise_made,
        events.PromiseCancelled: _promise_cancelled,
        events.PlanAgreed: _plan_agreed,
        events.PlanCancelled: _plan_cancelled,
        events.HoldPlaced: _hold_placed,
        events.HoldReleased: _hold_released,
        events.ConsentChanged: _consent_changed,
        events.ContactReported: _contact_reported,
        events.FeedbackGiven: _feedback_given,
        events.PreferenceStated: preference,
        events.CustomerErased: _customer_erased,
    },
)
