"""Why an input record is refused: the closed list of reasons, each with a sentence for people.

A refusal names the place and what was expected there, never what was found: values are personal data.
"""

from typing import Literal, get_args

import msgspec

RejectReason = Literal[
    "empty",
    "too_large",
    "nul_byte",
    "malformed_json",
    "too_deep",
    "binary_mode",
    "not_an_event",
    "unsupported_specversion",
    "unknown_type",
    "wrong_topic",
    "time_missing",
    "time_invalid",
    "subject_differs",
    "missing_field",
    "wrong_type",
    "invalid_value",
    "impossible_date",
    "unknown_currency",
    "unknown_country",
    "unknown_zone",
    "unknown_locale",
    "invalid_phone",
    "invalid_email",
]

SENTENCES: dict[RejectReason, str] = {
    "empty": "The record has no value; nothing is deleted by publishing nothing.",
    "too_large": "The record is larger than an event may be.",
    "nul_byte": "The record holds a NUL character, which no text of an event may.",
    "malformed_json": "The record is not JSON text in UTF-8.",
    "too_deep": "The JSON is nested deeper than any event needs.",
    "binary_mode": "The event is in CloudEvents binary mode; only structured mode is read.",
    "not_an_event": "The record is not a CloudEvent: not a JSON object, or without a required attribute.",
    "unsupported_specversion": "The version of CloudEvents is not the one that is read.",
    "unknown_type": "The type of the event is not one of the list.",
    "wrong_topic": "The type of the event belongs on another topic.",
    "time_missing": "The event does not say when it was stated.",
    "time_invalid": "The time of the event is not an instant with its offset from UTC.",
    "subject_differs": "The subject of the event is not the customer of its data.",
    "missing_field": "A required field is missing.",
    "wrong_type": "A field holds another kind of value than it should.",
    "invalid_value": "A field holds a value that is not allowed there.",
    "impossible_date": "A date or instant does not exist, is not in ISO 8601 form or is not in 1900 to 2199.",
    "unknown_currency": "The currency is not a current ISO 4217 code.",
    "unknown_country": "The country is not an ISO 3166-1 code.",
    "unknown_zone": "The time zone is not a name of the IANA database.",
    "unknown_locale": "The locale is not a BCP 47 tag of a known language.",
    "invalid_phone": "A telephone number is not a possible number.",
    "invalid_email": "An e-mail address is not one that mail can reach.",
}
"""One sentence a reason, for billing teams and operators; a test holds the two lists equal."""

REASONS: tuple[RejectReason, ...] = get_args(RejectReason)


class Refusal(msgspec.Struct, frozen=True):
    """What is wrong with an event: the reason, the place (`data.lines[0].amount`), what was expected."""

    reason: RejectReason
    path: str
    message: str
