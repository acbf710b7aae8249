"""Makes records of a model from its own types, so that each field and each value of a closed list is written once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import inspect

_AT = datetime(2026, 3, 2, 9, 0, 0, 123_000, tzinfo=UTC)
_PLAIN = {
    inspect.StrType: lambda number: f"text {number} é 例",
    inspect.IntType: lambda number: 1_772_441_999_000 + number,
    inspect.FloatType: lambda number: number + 0.25,
    inspect.BoolType: lambda number: number % 2 == 1,
    inspect.BytesType: lambda number: bytes((number % 256,)) * 12,
    inspect.DateTimeType: lambda _: _AT,
    inspect.NoneType: lambda _: None,
}


def records(model: type[msgspec.Struct]) -> Iterator[Any]:
    """One with nothing but what it must have, then as many full ones as its longest closed list has values."""
    shape = inspect.type_info(model)
    yield _value(shape, 0, bare=True)
    for number in range(1, max(2, _longest(shape)) + 1):
        yield _value(shape, number)


def _value(shape: inspect.Type, number: int, *, bare: bool = False) -> Any:
    match shape:
        case inspect.Metadata():
            return _value(shape.type, number, bare=bare)
        case inspect.StructType():
            wanted = [field for field in shape.fields if field.required or not bare]
            return shape.cls(**{field.name: _value(field.type, number, bare=bare) for field in wanted})
        case inspect.UnionType():
            full = [member for member in shape.types if not isinstance(member, inspect.NoneType)]
            return _value(full[number % len(full)], number, bare=bare)
        case inspect.VarTupleType():
            return () if bare else (_value(shape.item_type, number), _value(shape.item_type, number + 1))
        case inspect.TupleType():
            return tuple(_value(item, number) for item in shape.item_types)
        case inspect.DictType():
            return {} if bare else {_value(shape.key_type, number): _value(shape.value_type, number)}
        case inspect.LiteralType():
            return shape.values[number % len(shape.values)]
        case _:
            return _PLAIN[type(shape)](number)


def _longest(shape: inspect.Type) -> int:
    """The length of the longest closed list anywhere in a model."""
    match shape:
        case inspect.Metadata():
            return _longest(shape.type)
        case inspect.StructType():
            return max((_longest(field.type) for field in shape.fields), default=1)
        case inspect.UnionType():
            return max(map(_longest, shape.types))
        case inspect.VarTupleType():
            return _longest(shape.item_type)
        case inspect.TupleType():
            return max(map(_longest, shape.item_types))
        case inspect.DictType():
            return max(_longest(shape.key_type), _longest(shape.value_type))
        case inspect.LiteralType():
            return len(shape.values)
        case _:
            return 1
