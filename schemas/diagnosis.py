"""Says what is wrong with an event that did not decode: reason, place, expectation, never the value.

The decoder's own sentences are read for their form and their path only: some of them quote the value.
"""

import re
from collections.abc import Mapping

import msgspec

from schemas.envelope import REQUIRED_ATTRIBUTES, SPECVERSION, TYPES_OF_TOPIC, Envelope
from schemas.events import EVENT_TYPES
from schemas.expectations import expectation
from schemas.refusals import Refusal, RejectReason

_PLACE = re.compile(r" - at (?P<key>`key` in )?`\$(?P<path>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<name>\w+)`")
_WRONG_TYPE = re.compile(r"Expected `[^`]+`, got ")
_BAD_INSTANT = re.compile(r"Invalid RFC3339|Expected `datetime` with a timezone")

# A value of the right kind that means nothing, by the field it stands in; any other is an invalid value.
_MEANINGLESS: Mapping[str, RejectReason] = {"currency": "unknown_currency", "country": "unknown_country"}


def type_of(topic: str, event: object) -> str | Refusal:
    """The type of a decoded event on `topic`, or why it has none that may stand there."""
    if not isinstance(event, dict):
        return Refusal("not_an_event", "", "expected a JSON object with the attributes of CloudEvents 1.0")
    for attribute in REQUIRED_ATTRIBUTES:
        if attribute not in event:
            return Refusal("not_an_event", attribute, f"expected the attribute {attribute} of CloudEvents 1.0")
    if event["specversion"] != SPECVERSION:
        return Refusal("unsupported_specversion", "specversion", f'expected the text "{SPECVERSION}"')
    event_type = event["type"]
    if not isinstance(event_type, str) or event_type not in EVENT_TYPES:
        return Refusal("unknown_type", "type", f"expected {_one_of(tuple(EVENT_TYPES))}")
    home = EVENT_TYPES[event_type][0]
    if home != topic:
        return Refusal(
            "wrong_topic",
            "type",
            f"{event_type} belongs on {home}; here expected {_one_of(TYPES_OF_TOPIC[topic])}",
        )
    return event_type


def explain(error: msgspec.ValidationError, model: type[Envelope]) -> Refusal:
    """What a decoder of `model` found wrong."""
    text = str(error)
    place = _PLACE.search(text)
    path = place["path"].lstrip(".") if place else ""
    if place and place["key"]:
        return Refusal("invalid_value", path, "expected names of 1 to 200 characters")
    missing = _MISSING.match(text)
    if missing:
        path = f"{path}.{missing['name']}" if path else missing["name"]
    expected = f"expected {_expected(model, path)}"
    if missing:
        return Refusal("time_missing" if path == "time" else "missing_field", path, expected)
    return Refusal(_reason(text, path), path, expected)


def _expected(model: type[Envelope], path: str) -> str:
    if path == "subject":
        return "the customer's id, as in data.customer_id"
    return expectation(model, path)


def _reason(text: str, path: str) -> RejectReason:
    if path == "time":
        return "time_invalid"
    if _BAD_INSTANT.match(text):
        return "impossible_date"
    if _WRONG_TYPE.match(text):
        return "wrong_type"
    return _MEANINGLESS.get(path.rpartition(".")[2], "invalid_value")


def _one_of(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else "one of " + ", ".join(names)
