"""JSON Schema (2020-12) of a policy file, made from the models of its sections, so that an editor knows every key.

A schema cannot say all that `policy check` does: what must hold between sections.
"""

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any, Literal, get_args, get_origin

import msgspec

from dispatcher.core.policy_text import Sections

Document = dict[str, Any]


def json_schema() -> Document:
    """The schema of a whole file, in itself complete."""
    schema = msgspec.json.schema(Sections)
    for model in _models(Sections):
        properties = schema["$defs"][model.__name__]["properties"]
        for field in msgspec.structs.fields(model):
            if names := _names(field.type):
                properties[field.encode_name]["propertyNames"] = {"enum": list(names)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:dispatcher:policy",
        "title": "A policy of the dispatcher",
        **_readable(schema),
    }


def _models(model: object) -> Iterator[type[msgspec.Struct]]:
    """A model and every model inside it; a model twice does no harm."""
    if isinstance(model, type) and issubclass(model, msgspec.Struct):
        yield model
        for field in msgspec.structs.fields(model):
            yield from _models(field.type)
    for inner in get_args(model):
        yield from _models(inner)


def _names(of: object) -> tuple[str, ...]:
    """The only keys that a table of names may have; none where they are free."""
    arguments = get_args(of)
    return get_args(arguments[0]) if get_origin(of) is dict and get_origin(arguments[0]) is Literal else ()


def _readable(node: Any) -> Any:  # noqa: ANN401 - any node of a JSON document
    """Descriptions without indentation, and patterns that every dialect of regular expressions knows."""
    match node:
        case list() | tuple():
            return [_readable(each) for each in node]
        case dict():
            return {key: _text(key, each) if isinstance(each, str) else _readable(each) for key, each in node.items()}
        case _:
            return node


def _text(key: str, value: str) -> str:
    match key:
        case "description":
            return cleandoc(value)
        case "pattern":
            return value.replace(r"(?!\n)", "")
        case _:
            return value
