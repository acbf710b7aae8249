"""Takes out of an event what its model does not know, and says what it was: publishers may be newer than we are."""

import difflib
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import inspect

_CLOSE: Final = 0.8
"""How alike two names are where one may be meant by the other."""


class Ignored(msgspec.Struct, frozen=True):
    """A field that no model knows: the place of its object (`data.lines[0]`), its name, and the model of the object."""

    place: str
    name: str
    model: type[msgspec.Struct]

    @property
    def path(self) -> str:
        """Where it stood, as refusals name places."""
        return f"{self.place}.{self.name}"

    def meant(self) -> str | None:
        """The path of the known field that is called almost the same, if there is one: a likely slip."""
        name = self.name.lower().replace("-", "_")
        near = difflib.get_close_matches(name, _shape(self.model), n=1, cutoff=_CLOSE)
        return f"{self.place}.{near[0]}" if near else None


def take_out(data: dict[str, Any], model: type[msgspec.Struct], place: str = "data") -> list[Ignored]:
    """Remove from `data`, in place and at every depth, what `model` does not have; which fields it was."""
    shape = _shape(model)
    taken = [Ignored(place, name, model) for name in data if name not in shape]
    for each in taken:
        del data[each.name]
    for name, part in shape.items():
        if part is not None and name in data:
            taken += _take_out_of(data[name], part, f"{place}.{name}")
    return taken


def _take_out_of(value: object, model: type[msgspec.Struct], place: str) -> list[Ignored]:
    """`value` is not checked yet: anything but an object or a list of objects is left to the decoder."""
    if isinstance(value, dict):
        return take_out(value, model, place)
    taken: list[Ignored] = []
    if isinstance(value, list):
        for at, item in enumerate(value):
            if isinstance(item, dict):
                taken += take_out(item, model, f"{place}[{at}]")
    return taken


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
