"""The CloudEvents 1.0 envelope (structured mode) and one model of the whole event for each type.

The models are tagged by `type`, so an event is decoded, envelope and data, in one pass.
"""

from functools import reduce
from operator import or_
from typing import Literal, cast

import msgspec

from schemas.events import EVENT_TYPES, EventData
from schemas.rejected import Headers
from schemas.values import AwareDatetime, Identifier

SPECVERSION = "1.0"
REQUIRED_ATTRIBUTES = ("specversion", "id", "source", "type")
"""What makes a JSON object a CloudEvent (CloudEvents 1.0.2, required context attributes)."""


class Envelope(msgspec.Struct, frozen=True):
    """The attributes that every event has; extension attributes are allowed and ignored.

    `id` is unique within `source`; `subject` repeats `data.customer_id`; `time` says when the statement was
    made.
    """

    specversion: Literal["1.0"]
    id: Identifier
    source: Identifier
    subject: Identifier
    time: AwareDatetime
    data: EventData
    datacontenttype: str | None = None
    dataschema: str | None = None


def _model(event_type: str, data: type[EventData]) -> type[Envelope]:
    name = f"{data.__name__}Event"
    documented = {"__doc__": f"CloudEvent of type `{event_type}`."}
    fields = [("data", data)]
    defined = msgspec.defstruct(
        name,
        fields,
        bases=(Envelope,),
        namespace=documented,
        module=__name__,
        frozen=True,
        tag_field="type",
        tag=event_type,
    )
    return cast("type[Envelope]", defined)


EVENT_MODELS: dict[str, type[Envelope]] = {
    event_type: _model(event_type, data) for event_type, (_, data) in EVENT_TYPES.items()
}
"""CloudEvents `type` -> model of the whole event."""

TYPES_OF_TOPIC: dict[str, tuple[str, ...]] = {
    topic: tuple(event_type for event_type, (home, _) in EVENT_TYPES.items() if home == topic)
    for topic, _ in EVENT_TYPES.values()
}
"""Topic without prefix -> the types that may stand on it."""


def _decoder(event_types: tuple[str, ...]) -> msgspec.json.Decoder[Envelope]:
    union = reduce(or_, (EVENT_MODELS[event_type] for event_type in event_types))
    return cast("msgspec.json.Decoder[Envelope]", msgspec.json.Decoder(union))


DECODERS: dict[str, msgspec.json.Decoder[Envelope]] = {
    topic: _decoder(event_types) for topic, event_types in TYPES_OF_TOPIC.items()
}
"""Topic without prefix -> decoder of the types that may stand on it; refuses unknown fields of `data`."""


def binary_mode(headers: Headers) -> bool:
    """Whether the headers say CloudEvents binary mode, which is not read.

    Structured events may repeat their attributes in headers; their content type tells the two apart (Kafka
    protocol binding for CloudEvents 1.0.2, section 3).
    """
    names = {name.lower().replace("-", "_"): value for name, value in headers}
    content_type = names.get("content_type") or b""
    return not content_type.lower().startswith(b"application/cloudevents") and any(
        name.startswith("ce_") for name in names
    )
