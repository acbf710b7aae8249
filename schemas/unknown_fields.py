"""Takes out of an event what its model does not know, and counts it: publishers may be newer than we are."""

from functools import cache
from typing import Any

import msgspec
from msgspec import inspect


def take_out(data: dict[str, Any], model: type[msgspec.Struct]) -> int:
    """Remove from `data`, in place and at every depth, what `model` does not have; how many fields it was."""
    shape = _shape(model)
    unknown = data.keys() - shape.keys()
    for name in unknown:
        del data[name]
    taken = len(unknown)
    for name, part in shape.items():
        if part is not None and name in data:
            taken += _take_out_of(data[name], part)
    return taken


def _take_out_of(value: object, model: type[msgspec.Struct]) -> int:
    """`value` is not checked yet: anything but an object or a list of objects is left to the decoder."""
    if isinstance(value, dict):
        return take_out(value, model)
    if isinstance(value, list):
        return sum(take_out(item, model) for item in value if isinstance(item, dict))
    return 0


@cache
def _shape(model: type[msgspec.Struct]) -> dict[str, type[msgspec.Struct] | None]:
    """Field name -> the model of the object, or of the listed objects, that it holds, or None."""
    shape = inspect.type_info(model)
    assert isinstance(shape, inspect.StructType)  # noqa: S101 - what `type_info` of a Struct is
    return {field.encode_name: _struct_in(field.type) for field in shape.fields}


def _struct_in(shape: inspect.Type) -> type[msgspec.Struct] | None:
    if isinstance(shape, inspect.StructType):
        return shape.cls
    if isinstance(shape, inspect.VarTupleType):
        return _struct_in(shape.item_type)
    if isinstance(shape, inspect.Metadata):
        return _struct_in(shape.type)
    return None
