"""The words that every record shares: channels, parties, instants, dates, money.

Instants inside the product are whole milliseconds since 1970-01-01T00:00:00Z (`Millis`), civil dates are
proleptic ordinals (`Day`, as `datetime.date.toordinal` counts): both compare, hash and store without a
conversion.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

import msgspec

Millis = int
"""An instant: milliseconds since the epoch, UTC."""

Day = int
"""A civil date without a zone: `date.toordinal()`."""

Channel = Literal["sms", "email", "call_task"]
Party = Literal["consumer", "business"]
Phase = Literal["pre_due", "overdue", "collection"]
InvoiceKind = Literal["invoice", "credit_note"]
SettledReason = Literal["payment", "credit", "cancelled", "written_off"]
HoldScope = Literal["customer", "invoice", "contact_point"]
HoldKind = Literal["dispute", "complaint", "hardship", "breathing_space", "legal", "deceased", "mandate", "manual"]
PhoneKind = Literal["mobile", "landline", "work", "other"]
EmailKind = Literal["private", "work", "other"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Direction = Literal["outbound", "inbound"]
ReportedBy = Literal["desk", "agency", "branch", "provider", "customer"]
ContactClass = Literal["none", "third_party", "right_party"]

CHANNELS: tuple[Channel, ...] = ("sms", "email", "call_task")

MAX_AMOUNT = 2**53
"""The largest amount in minor units: what every JSON reader can hold exactly."""

# `$` alone accepts a trailing line feed in Python; with the look-ahead it means the same to every validator.
_END = r"$(?!\n)"

Identifier = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=200,
        pattern=rf"^[^\x00-\x1f\x7f]+{_END}",
        description="text of 1 to 200 characters without control characters",
    ),
]
"""An id given by a billing system: 1 to 200 characters, none of them a control character."""

ShortText = Annotated[str, msgspec.Meta(max_length=500, description="text of at most 500 characters")]
LongText = Annotated[str, msgspec.Meta(max_length=4000, description="text of at most 4000 characters")]

LocaleTag = Annotated[
    str, msgspec.Meta(max_length=100, description="a BCP 47 tag like en, de-AT or zh-CN, with hyphens")
]
ZoneName = Annotated[
    str,
    msgspec.Meta(max_length=100, description="a name of the IANA time zone database like Europe/Berlin"),
]
PhoneNumber = Annotated[
    str,
    msgspec.Meta(
        max_length=100,
        description="a telephone number: E.164 like +4915112345678, or national in the customer's country",
    ),
]
EmailAddress = Annotated[str, msgspec.Meta(max_length=300, description="an e-mail address like name@example.com")]

WebAddress = Annotated[
    str,
    msgspec.Meta(
        max_length=4000,
        pattern=rf"^https?://[^\s\x00-\x1f\x7f<>\"]+{_END}",
        description="a web address that starts with https:// or http://",
    ),
]

Amount = Annotated[
    int,
    msgspec.Meta(
        ge=0,
        le=MAX_AMOUNT,
        description="a whole number of minor units (such as cents) from 0 to 9007199254740992",
    ),
]
"""Money in integer minor units of the currency beside it."""

SignedAmount = Annotated[
    int,
    msgspec.Meta(
        ge=-MAX_AMOUNT,
        le=MAX_AMOUNT,
        description="a whole number of minor units (such as cents), negative for what is taken off",
    ),
]
"""Money that may be taken off: a discount, a credit."""

Currency = Annotated[str, msgspec.Meta(pattern=rf"^[A-Z]{{3}}{_END}", description="an ISO 4217 currency code like EUR")]
Country = Annotated[str, msgspec.Meta(pattern=rf"^[A-Z]{{2}}{_END}", description="an ISO 3166-1 country code like DE")]
Region = Annotated[
    str,
    msgspec.Meta(pattern=rf"^[A-Z]{{2}}-[A-Z0-9]{{1,3}}{_END}", description="an ISO 3166-2 code like DE-BY"),
]
ClockTime = Annotated[
    str,
    msgspec.Meta(pattern=rf"^([01][0-9]|2[0-3]):[0-5][0-9]{_END}|^24:00{_END}", description="a time of day like 21:30"),
]
CivilDate = Annotated[date, msgspec.Meta(description="a date like 2026-11-30")]
AwareDatetime = Annotated[
    datetime,
    msgspec.Meta(tz=True, description="an instant with its offset from UTC, like 2026-11-30T09:00:00+01:00"),
]


def to_millis(instant: datetime) -> Millis:
    """The instant of an aware datetime, cut to whole milliseconds."""
    return to_micros(instant) // 1000


def to_micros(instant: datetime) -> int:
    """Microseconds since the epoch of an aware datetime, exactly (no float in between)."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_millis(instant: Millis) -> datetime:
    """The aware UTC datetime of an instant."""
    return datetime.fromtimestamp(instant / 1000, UTC)


def to_date(day: Day) -> date:
    """The civil date of an ordinal."""
    return date.fromordinal(day)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
