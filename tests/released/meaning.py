"""What a record means, whichever release reads it: its model's name and its fields by name, as plain values."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec


def meaning(value: Any) -> Any:
    """Plain values, all the way down; the key "" holds a model's name."""
    if isinstance(value, msgspec.Struct):
        fields = {name: meaning(getattr(value, name)) for name in value.__struct_fields__}
        return {"": type(value).__name__, **fields}
    if isinstance(value, (tuple, list)):
        return [meaning(each) for each in value]
    if isinstance(value, dict):
        return {str(key): meaning(each) for key, each in value.items()}
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else value


def changes(meant: Any, value: Any, place: str = "") -> Iterator[str]:
    """Where `value` does not mean what an earlier release meant; it may have new fields, if they say nothing yet."""
    if isinstance(value, msgspec.Struct):
        yield from _changed_fields(meant, value, place or type(value).__name__)
    elif isinstance(value, (tuple, list)) and isinstance(meant, list) and len(value) == len(meant):
        for number, (before, now) in enumerate(zip(meant, value, strict=True)):
            yield from changes(before, now, f"{place}[{number}]")
    elif isinstance(value, dict) and isinstance(meant, dict) and {str(key) for key in value} == set(meant):
        for key, now in value.items():
            yield from changes(meant[str(key)], now, f"{place}.{key}")
    elif meaning(value) != meant:
        yield f"{place} has another value"


def _changed_fields(meant: Any, value: msgspec.Struct, place: str) -> Iterator[str]:
    fields = {field.name: field for field in msgspec.structs.fields(value)}
    if not isinstance(meant, dict) or meant.get("") != type(value).__name__:
        yield f"{place} is of another kind"
        return
    for name, before in meant.items():
        if name and name not in fields:
            yield f"{place}.{name} is gone"
        elif name:
            yield from changes(before, getattr(value, name), f"{place}.{name}")
    for name in fields.keys() - meant.keys():
        field = fields[name]
        default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        if getattr(value, name) != default:
            yield f"{place}.{name} is new and says something"
