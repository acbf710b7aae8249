"""Everything in which a read file differs from the models of its sections: the library stops at the first difference."""

import types
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from dispatcher.core.policy_problems import Add

_SHOWN = 40


def check(value: object, model: object, path: str, add: Add, *, top: frozenset[str] = frozenset()) -> None:
    """Notes every problem of a value. `top` names the keys that stand before the first table, to tell who put one below."""
    plain = _plain(model)
    origin = get_origin(plain)
    if isinstance(plain, type) and issubclass(plain, msgspec.Struct):
        _check_table(value, plain, path, add, top)
    elif origin is dict:
        _check_names(value, get_args(plain), path, add, top)
    elif origin is tuple:
        _check_list(value, get_args(plain)[0], path, add, top)
    else:
        _check_value(value, model, path, add)


def nearest(name: str, known: list[str], otherwise: str) -> str:
    """Advice for a name that is not known: the one that was probably meant."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"Did you mean `{close[0]}`?" if close else otherwise


def _plain(model: object) -> Any:  # noqa: ANN401 - a type in any of its forms
    """A type without its annotations and without None."""
    if get_origin(model) is Annotated:
        return _plain(get_args(model)[0])
    if get_origin(model) in {Union, types.UnionType}:
        stated = [each for each in get_args(model) if each is not type(None)]
        return _plain(stated[0]) if len(stated) == 1 else model
    return model


def _check_table(value: object, model: type[msgspec.Struct], path: str, add: Add, top: frozenset[str]) -> None:
    if not isinstance(value, dict):
        add(path, f"a table, not {_shown(value)}", "Write it as a table: a header in brackets, or keys in braces.")
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(model)}
    for key, each in value.items():
        if key in fields:
            check(each, fields[key].type, _join(path, key), add, top=top)
        else:
            expected = f"one of {', '.join(fields)}" if path else "a key or a table of a policy"
            add(_join(path, key), f"{expected}, not `{key}`", _advice(key, path, [*fields], top))
    for key, field in fields.items():
        if field.required and key not in value:
            add(_join(path, key), "this key, which is missing", "Add the key; the annotated example shows it.")


def _advice(key: str, path: str, known: list[str], top: frozenset[str]) -> str:
    if path and key in top:
        return f"Move `{key}` to the top of the file, before the first table."
    return nearest(key, known, "Remove the key; the annotated example lists every one.")


def _check_names(value: object, of: tuple[Any, ...], path: str, add: Add, top: frozenset[str]) -> None:
    if not isinstance(value, dict):
        add(path, f"a table of names ([{path}.<name>]), not {_shown(value)}", "Write each one under its name.")
        return
    for key, each in value.items():
        inside = _join(path, key)
        _check_value(key, of[0], inside, add)
        check(each, of[1], inside, add, top=top)


def _check_list(value: object, of: object, path: str, add: Add, top: frozenset[str]) -> None:
    if not isinstance(value, list):
        tables = isinstance(_plain(of), type) and issubclass(_plain(of), msgspec.Struct)
        expected = f"tables [[{path}]]" if tables else "a list in brackets"
        add(path, f"{expected}, not {_shown(value)}", "Write each entry as one element, even if there is only one.")
        return
    for index, each in enumerate(value):
        check(each, of, f"{path}[{index}]", add, top=top)


def _check_value(value: object, model: object, path: str, add: Add) -> None:
    try:
        msgspec.convert(value, model)
    except msgspec.ValidationError as wrong:
        choices = [each for each in get_args(_plain(model)) if isinstance(each, str)]
        expected = f"one of {', '.join(choices)}" if choices else _described(model, str(wrong))
        advice = nearest(value, choices, "Correct the value.") if isinstance(value, str) else "Correct the value."
        add(path, f"{expected}, not {_shown(value)}", advice)


def _described(model: object, said: str) -> str:
    """What a value has to be, in words; what the library says where we have none."""
    schema: Mapping[str, Any] = msgspec.json.schema(model)
    branches = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    one = branches[0] if len(branches) == 1 else {}
    if "description" in one:
        return str(one["description"])
    match one.get("type"):
        case "boolean":
            return "true or false"
        case "integer" | "number" as kind:
            return ("a whole number" if kind == "integer" else "a number") + _bounds(one, "minimum", "maximum")
        case "string":
            return "text" + _bounds(one, "minLength", "maxLength", unit=" characters")
        case _:
            return f"another value ({said})"


def _bounds(schema: Mapping[str, Any], least: str, most: str, *, unit: str = "") -> str:
    low, high = schema.get(least), schema.get(most)
    if low is None and high is None:
        return ""
    if high is None:
        return f" of at least {low}{unit}"
    return f" of at most {high}{unit}" if low is None else f" from {low} to {high}{unit}"


def _shown(value: object) -> str:
    match value:
        case dict():
            return "a table"
        case list():
            return "a list"
        case bool():
            return str(value).lower()
        case _:
            shown = repr(value) if isinstance(value, str) else str(value)
            return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
