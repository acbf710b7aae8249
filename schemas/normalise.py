"""From what was published to what is stored: one spelling a meaning, and checks that no JSON Schema makes.

Dates become ordinals, instants milliseconds, numbers E.164, times of day minutes. A value without a meaning
(a currency that does not exist, a number that cannot be called) refuses the whole event: half a statement is
worse than none.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import cast

from schemas import events, inbox
from schemas.contact_points import e164, email
from schemas.refusals import Refusal, RejectReason
from schemas.values import Channel, Day, Millis, to_millis
from schemas.vocabulary import COUNTRIES, CURRENCIES, ZONES, canonical_locale

Normalised = inbox.Fact | Refusal

_EARLIEST_DAY = date(1900, 1, 1).toordinal()
_LATEST_DAY = date(2199, 12, 31).toordinal()
_YEARS = range(1900, 2200)
_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_E164_HINT = "a number in E.164 form like +4915112345678 (a national number needs the country of a profile)"
_NUMBER_HINT = "a telephone number that can be called: E.164 like +4915112345678, or national in the customer's country"
_ADDRESS_HINT = "an e-mail address like name@example.com, in ASCII before the @"


def normalise(data: events.EventData) -> Normalised:
    """The fact that an event's data states, or what is wrong with it."""
    return _NORMALISERS[type(data)](data)


def _refuse(reason: RejectReason, path: str, expected: str) -> Refusal:
    return Refusal(reason, f"data.{path}", f"expected {expected}")


def _no_currency() -> Refusal:
    return _refuse("unknown_currency", "currency", "a current ISO 4217 currency code like EUR")


def _no_day(path: str) -> Refusal:
    return _refuse("impossible_date", path, "a date from 1900-01-01 to 2199-12-31")


def _no_instant(path: str) -> Refusal:
    return _refuse("impossible_date", path, "an instant from 1900 to 2199")


def _possible(instant: datetime | None) -> bool:
    return instant is None or instant.year in _YEARS


def _millis(instant: datetime | None) -> Millis | None:
    return None if instant is None else to_millis(instant)


def _one_line(text: str) -> str:
    """The text without line breaks and control characters: names and titles go into subjects and SMS."""
    if text.isprintable():
        return text
    return " ".join("".join(c if c.isprintable() or c.isspace() else " " for c in text).split())


def _one_line_if_any(text: str | None) -> str | None:
    return None if text is None else _one_line(text)


def _invoice(data: events.InvoiceStatement) -> Normalised:
    due_on: Day = data.due_on.toordinal()
    issued_on: Day | None = None
    if data.currency not in CURRENCIES:
        return _no_currency()
    if not _EARLIEST_DAY <= due_on <= _LATEST_DAY:
        return _no_day("due_on")
    if data.issued_on is not None:
        issued_on = data.issued_on.toordinal()
        if not _EARLIEST_DAY <= issued_on <= _LATEST_DAY:
            return _no_day("issued_on")
    return inbox.InvoiceStated(
        data.invoice_id,
        due_on,
        data.amount_due,
        data.currency,
        type(data) is events.InvoiceOverdue,
        data.creditor_id,
        data.kind,
        _one_line_if_any(data.number),
        issued_on,
        _one_line_if_any(data.description),
        data.pay_url,
        tuple(inbox.BillDocument(d.kind, _one_line(d.title), d.url) for d in data.documents) if data.documents else (),
        tuple(inbox.BillLine(_one_line(line.text), line.amount) for line in data.lines) if data.lines else (),
    )


def _settled(data: events.InvoiceSettled) -> Normalised:
    if data.currency not in CURRENCIES:
        return _no_currency()
    if not _possible(data.settled_at):
        return _no_instant("settled_at")
    return inbox.InvoiceSettled(
        data.invoice_id, data.amount_due, data.currency, data.reason, to_millis(data.settled_at)
    )


def _phones(data: events.CustomerUpdated) -> tuple[inbox.PhonePoint, ...] | Refusal:
    points = []
    for position, phone in enumerate(data.phones):
        number = e164(phone.number, data.country)
        if number is None:
            return _refuse("invalid_phone", f"phones[{position}].number", _NUMBER_HINT)
        if not _possible(phone.verified_at):
            return _no_instant(f"phones[{position}].verified_at")
        points.append(inbox.PhonePoint(number, phone.kind, phone.basis, _millis(phone.verified_at)))
    return tuple(points)


def _emails(data: events.CustomerUpdated) -> tuple[inbox.EmailPoint, ...] | Refusal:
    points = []
    for position, mailbox in enumerate(data.emails):
        address = email(mailbox.address)
        if address is None:
            return _refuse("invalid_email", f"emails[{position}].address", _ADDRESS_HINT)
        if not _possible(mailbox.verified_at):
            return _no_instant(f"emails[{position}].verified_at")
        points.append(inbox.EmailPoint(address, mailbox.kind, mailbox.basis, _millis(mailbox.verified_at)))
    return tuple(points)


def _quiet_span(span: events.QuietHours) -> inbox.QuietSpan:
    days = tuple(sorted({_WEEKDAYS[day] for day in span.days}))
    return inbox.QuietSpan(_minute(span.from_) % (24 * 60), _minute(span.to), days)


def _minute(clock_time: str) -> int:
    return int(clock_time[:2]) * 60 + int(clock_time[3:])


def _profile(data: events.CustomerUpdated) -> Normalised:
    if data.country not in COUNTRIES:
        return _refuse("unknown_country", "country", "an ISO 3166-1 country code like DE")
    locale = canonical_locale(data.locale)
    if locale is None:
        return _refuse("unknown_locale", "locale", "a BCP 47 tag like en, de-AT or zh-CN, with hyphens")
    if data.timezone is not None and data.timezone not in ZONES:
        return _refuse("unknown_zone", "timezone", "a name of the IANA time zone database like Europe/Berlin")
    phones = _phones(data)
    if isinstance(phones, Refusal):
        return phones
    emails = _emails(data)
    if isinstance(emails, Refusal):
        return emails
    wishes = data.preferences
    return inbox.ProfileStated(
        _one_line(data.name),
        locale,
        data.party,
        data.country,
        phones,
        emails,
        data.timezone,
        data.region,
        data.postal_code,
        data.address,
        data.tier,
        data.risk_score,
        data.credit_grade,
        data.segment,
        data.account_manager,
        data.attributes,
        _once(wishes.channels),
        tuple(_quiet_span(span) for span in wishes.quiet_hours),
        _once(wishes.blocked_channels),
    )


def _once(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    return tuple(dict.fromkeys(channels)) if len(channels) > 1 else channels


def _promise_made(data: events.PromiseMade) -> Normalised:
    promised_on = data.promised_on.toordinal()
    if data.currency not in CURRENCIES:
        return _no_currency()
    if not _EARLIEST_DAY <= promised_on <= _LATEST_DAY:
        return _no_day("promised_on")
    return inbox.PromiseMade(data.promise_id, data.invoice_ids, data.amount, data.currency, promised_on)


def _promise_cancelled(data: events.PromiseCancelled) -> Normalised:
    return inbox.PromiseCancelled(data.promise_id)


def _plan_agreed(data: events.PlanAgreed) -> Normalised:
    if data.currency not in CURRENCIES:
        return _no_currency()
    instalments = []
    for position, instalment in enumerate(data.instalments):
        due_on = instalment.due_on.toordinal()
        if not _EARLIEST_DAY <= due_on <= _LATEST_DAY:
            return _no_day(f"instalments[{position}].due_on")
        instalments.append(inbox.InstalmentDue(due_on, instalment.amount))
    return inbox.PlanAgreed(data.plan_id, data.invoice_ids, data.currency, tuple(instalments))


def _plan_cancelled(data: events.PlanCancelled) -> Normalised:
    return inbox.PlanCancelled(data.plan_id)


def _hold_placed(data: events.HoldPlaced) -> Normalised:
    if not _possible(data.until):
        return _no_instant("until")
    target = data.target
    if data.scope == "customer":
        target = None
    elif not target:
        return _refuse("missing_field", "target", "the invoice id or contact point that the hold is about")
    elif data.scope == "contact_point":
        point = _contact_point(target, "email" if "@" in target else "sms", "target")
        if isinstance(point, Refusal):
            return point
        target = point
    return inbox.HoldPlaced(data.hold_id, data.scope, data.kind, target, _millis(data.until), data.note)


def _hold_released(data: events.HoldReleased) -> Normalised:
    return inbox.HoldReleased(data.hold_id)


def _contact_point(text: str, channel: Channel, path: str) -> str | Refusal:
    if channel == "email":
        return email(text) or _refuse("invalid_email", path, _ADDRESS_HINT)
    return e164(text, None) or _refuse("invalid_phone", path, _E164_HINT)


def _consent_changed(data: events.ConsentChanged) -> Normalised:
    point = _contact_point(data.contact_point, data.channel, "contact_point")
    if isinstance(point, Refusal):
        return point
    return inbox.ConsentChanged(point, data.channel, data.allowed, data.source)


def _contact_reported(data: events.ContactReported) -> Normalised:
    if not _possible(data.at):
        return _no_instant("at")
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
        events.CustomerUpdated: _profile,
        events.PromiseMade: _promise_made,
        events.PromiseCancelled: _promise_cancelled,
        events.PlanAgreed: _plan_agreed,
        events.PlanCancelled: _plan_cancelled,
        events.HoldPlaced: _hold_placed,
        events.HoldReleased: _hold_released,
        events.ConsentChanged: _consent_changed,
        events.ContactReported: _contact_reported,
        events.FeedbackGiven: _feedback_given,
        events.CustomerErased: _customer_erased,
    },
)
