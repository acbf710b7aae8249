"""The schemas of what is sent to the gateway, taken from the models of the contracts: nothing is said twice."""

from typing import Any, Final

import msgspec

from dispatcher.gateway.bounces import ReportTaken
from dispatcher.gateway.customers import StatementAccepted
from dispatcher.gateway.desk import TYPE as DESK_TYPE
from dispatcher.gateway.event_reading import MEDIA_TYPES, MOST_EVENTS
from dispatcher.gateway.events import EventsAccepted
from dispatcher.gateway.problems import Problem
from dispatcher.gateway.statements import Statement
from schemas.envelope import EVENT_MODELS
from schemas.events import EVENT_TYPES, ContactReported
from schemas.json_schema import Document, published

_REF: Final = "#/components/schemas/{name}"
_INSTANT: Final = {"type": "string", "format": "date-time", "description": "when it was stated; now, where left out"}
_ANSWERS: Final = (Problem, EventsAccepted, StatementAccepted, ReportTaken)


def components() -> Document:
    """Every model by its name: events, their data, and answers."""
    _, found = msgspec.json.schema_components([*EVENT_MODELS.values(), *_ANSWERS], ref_template=_REF)
    return published(found)


def reference(model: type[msgspec.Struct]) -> Document:
    """Where the schema of a model is."""
    return {"$ref": _REF.format(name=model.__name__)}


def body(kind: object, schemas: Document) -> Document:
    """The request body of a handler that declares it by this `opt`; `schemas` are the `components`."""
    match kind:
        case Statement():
            needed = kind.event_type != "customer.erased" and not kind.in_path
            return {"required": needed, "content": {"application/json": {"schema": _statement(kind, schemas)}}}
        case "events":
            return {"required": True, "content": _events()}
        case "desk":
            return {"required": True, "content": {"application/json": {"schema": _desk()}}}
        case "mail":
            raw: Document = {"schema": {"type": "string", "format": "binary"}}
            form: Document = {"schema": {"type": "object", "additionalProperties": {"type": "string"}}}
            return {"required": True, "content": {"message/rfc822": raw, "multipart/form-data": form}}
        case "any":
            told: Document = {"schema": {"type": "object"}}
            return {"required": True, "content": {"application/json": told, **_form()}}
        case "form":
            return {"required": True, "content": _form()}
        case _:
            raise LookupError(kind)


def _form() -> Document:
    fields: Document = {"schema": {"type": "object", "additionalProperties": {"type": "string"}}}
    return {"application/x-www-form-urlencoded": fields}


def _events() -> Document:
    event: Document = {"oneOf": [reference(model) for model in EVENT_MODELS.values()]}
    batch: Document = {"type": "array", "items": event, "maxItems": MOST_EVENTS}
    by_type: dict[str, Document] = dict(zip(MEDIA_TYPES, (event, batch, {"anyOf": [event, batch]}), strict=True))
    return {name: {"schema": schema} for name, schema in by_type.items()}


def _statement(statement: Statement, schemas: Document) -> Document:
    """The data of the event without what the address says; an id of its own may be left out."""
    whole: dict[str, Any] = schemas[EVENT_TYPES[statement.event_type][1].__name__]
    given = statement.fields_of_path
    properties = {name: each for name, each in whole["properties"].items() if name not in given}
    required = [name for name in whole["required"] if name not in given and name != statement.own_id]
    schema: Document = {"type": "object", "properties": properties | {"time": _INSTANT}}
    return schema | ({"required": required} if required else {})


def _desk() -> Document:
    return {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"enum": [DESK_TYPE]},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": reference(ContactReported),
        },
    }
