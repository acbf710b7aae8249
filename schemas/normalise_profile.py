"""A customer's profile from what was published: contact points, zone, locale and wishes, each in one spelling."""

from schemas import events, inbox
from schemas.contact_points import e164, email
from schemas.plausibility import millis, no_instant, one_line, possible, refuse
from schemas.refusals import Refusal
from schemas.values import Channel
from schemas.vocabulary import COUNTRIES, ZONES, canonical_locale

_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
ADDRESS_HINT = "an e-mail address like name@example.com, in ASCII before the @"
"""What an e-mail address must be."""

_NUMBER_HINT = "a telephone number that can be called: E.164 like +4915112345678, or national in the customer's country"


def _phones(data: events.CustomerUpdated) -> tuple[inbox.PhonePoint, ...] | Refusal:
    points = []
    for position, phone in enumerate(data.phones):
        number = e164(phone.number, data.country)
        if number is None:
            return refuse("invalid_phone", f"phones[{position}].number", _NUMBER_HINT)
        if not possible(phone.verified_at):
            return no_instant(f"phones[{position}].verified_at")
        points.append(inbox.PhonePoint(number, phone.kind, phone.basis, millis(phone.verified_at)))
    return tuple(points)


def _emails(data: events.CustomerUpdated) -> tuple[inbox.EmailPoint, ...] | Refusal:
    points = []
    for position, mailbox in enumerate(data.emails):
        address = email(mailbox.address)
        if address is None:
            return refuse("invalid_email", f"emails[{position}].address", ADDRESS_HINT)
        if not possible(mailbox.verified_at):
            return no_instant(f"emails[{position}].verified_at")
        points.append(inbox.EmailPoint(address, mailbox.kind, mailbox.basis, millis(mailbox.verified_at)))
    return tuple(points)


def preference(data: events.PreferenceStated) -> inbox.PreferenceStated:
    """The customer's wishes; every one that can be written means something."""
    return inbox.PreferenceStated(
        _once(data.channels),
        tuple(_quiet_span(span) for span in data.quiet_hours),
        _once(data.blocked_channels),
    )


def _quiet_span(span: events.QuietHours) -> inbox.QuietSpan:
    days = tuple(sorted({_WEEKDAYS[day] for day in span.days}))
    return inbox.QuietSpan(_minute(span.from_) % (24 * 60), _minute(span.to), days)


def _minute(clock_time: str) -> int:
    return int(clock_time[:2]) * 60 + int(clock_time[3:])


def profile(data: events.CustomerUpdated) -> inbox.ProfileStated | Refusal:
    """The profile, or the first contact point, code or date of it that means nothing."""
    if data.country not in COUNTRIES:
        return refuse("unknown_country", "country", "an ISO 3166-1 country code like DE")
    locale = canonical_locale(data.locale)
    if locale is None:
        return refuse("unknown_locale", "locale", "a BCP 47 tag like en, de-AT or zh-CN, with hyphens")
    if data.timezone is not None and data.timezone not in ZONES:
        return refuse("unknown_zone", "timezone", "a name of the IANA time zone database like Europe/Berlin")
    phones = _phones(data)
    if isinstance(phones, Refusal):
        return phones
    emails = _emails(data)
    if isinstance(emails, Refusal):
        return emails
    wishes = data.preferences
    return inbox.ProfileStated(
        one_line(data.name),
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
