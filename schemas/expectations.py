"""What an event should hold at a place, in words, taken from the models themselves: nothing is said twice.

Paths are written as billing teams read them: `data.lines[0].amount`.
"""

import re
from functools import cache

import msgspec
from msgspec import inspect

_STEP = re.compile(r"\[[^\]]*\]|[^.\[\]]+")


def expectation(model: type[msgspec.Struct], path: str) -> str:
    """What `model` expects at `path`: "a date like 2026-11-30". `LookupError`: it has no such place."""
    return _in_words(_descend(_shape(model), path))


@cache
def _shape(model: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(model)


def _descend(shape: inspect.Type, path: str) -> inspect.Type:
    for step in _STEP.findall(path):
        shape = _step_into(_bare(shape), step)
    return shape


def _bare(shape: inspect.Type) -> inspect.Type:
    return shape.type if isinstance(shape, inspect.Metadata) else shape


def _step_into(shape: inspect.Type, step: str) -> inspect.Type:
    if isinstance(shape, inspect.StructType):
        return next(field.type for field in shape.fields if field.encode_name == step)
    if isinstance(shape, inspect.VarTupleType):
        return shape.item_type
    if isinstance(shape, inspect.DictType):
        return shape.value_type
    raise LookupError(step)


def _in_words(shape: inspect.Type) -> str:
    if isinstance(shape, inspect.UnionType):
        members = [member for member in shape.types if not isinstance(member, inspect.NoneType)]
        return " or ".join(_in_words(member) for member in members)
    if isinstance(shape, inspect.Metadata):
        described = (shape.extra_json_schema or {}).get("description")
        return described if isinstance(described, str) else _in_words(shape.type)
    if isinstance(shape, inspect.LiteralType):
        return "one of " + ", ".join(str(value) for value in shape.values)
    if isinstance(shape, inspect.StructType):
        required = ", ".join(field.encode_name for field in shape.fields if field.required)
        return f"an object with {required}" if required else "an object"
    return _PLAIN.get(type(shape), "text")


_PLAIN: dict[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.FloatType: "a number",
    inspect.IntType: "a whole number",
    inspect.VarTupleType: "a list",
    inspect.DictType: "an object",
}
