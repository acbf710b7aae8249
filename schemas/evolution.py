"""What a new version of a contract may not do to those who rely on the old one.

Two rules, one for each side of the border. What others publish must stay readable: whatever was valid before is valid
now. What we publish must stay understandable: no field may be absent or of another kind that was not so before, though
an enumeration may grow, if its readers are told (`new_values`). On both sides a field that has gone breaks whoever used it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from schemas.json_schema import Document

Side = Literal["input", "output"]
"""Who writes: `input` is published by others and read by us, `output` the other way round."""

_LEAST = ("minimum", "minLength", "minItems")
_MOST = ("maximum", "maxLength", "maxItems")
_FORMS = ("pattern", "format")


@dataclass(frozen=True, slots=True)
class _Place:
    """What a schema says of one place, whichever way it was written."""

    kinds: frozenset[str]
    values: frozenset[str] | None
    limits: dict[str, Any]
    required: bool


def breaks(old: Document, new: Document, side: Side) -> list[str]:
    """What breaks between two schemas as `schemas.export` writes them, one line a place; none means compatible.

    Keywords that are never written there (`oneOf`, `not`, conditions) are not compared.
    """
    before, after = dict(_places(old, old, "$", required=True)), dict(_places(new, new, "$", required=True))
    return list(_broken(before, after, side))


def new_values(old: Document, new: Document) -> dict[str, frozenset[str]]:
    """What may stand at a place of an output that could not stand there before, by place: readers have to know of it."""
    before = {path: place.values for path, place in _places(old, old, "$", required=True)}
    return {
        path: place.values - was
        for path, place in _places(new, new, "$", required=True)
        if place.values is not None and (was := before.get(path)) is not None and place.values - was
    }


def _broken(before: dict[str, _Place], after: dict[str, _Place], side: Side) -> Iterator[str]:
    for path, was in before.items():
        now = after.get(path)
        if now is None:
            yield f"{path} was removed"
        elif side == "input":
            yield from _refused(path, was, now)
        else:
            yield from _surprising(path, was, now)
    if side == "input":
        for path, now in after.items():
            if path not in before and now.required and path.rpartition(".")[0] in before:
                yield f"{path} is new and required"


def _refused(path: str, was: _Place, now: _Place) -> Iterator[str]:
    """What a publisher of the old version may send that is refused now."""
    if now.required and not was.required:
        yield f"{path} is required now"
    if lost := was.kinds - now.kinds:
        yield f"{path} may no longer be {', '.join(sorted(lost))}"
    if now.values is not None:
        lost = (was.values or frozenset()) - now.values
        if was.values is None:
            yield f"{path} is limited to a list now"
        elif lost:
            yield f"{path} may no longer hold {', '.join(sorted(lost))}"
    for limit, value in now.limits.items():
        if _tighter(limit, was.limits.get(limit), value):
            yield f"{path} has a tighter {limit}"


def _surprising(path: str, was: _Place, now: _Place) -> Iterator[str]:
    """What a reader of the old version may find that it does not expect."""
    if was.required and not now.required:
        yield f"{path} may be absent now"
    if found := now.kinds - was.kinds:
        yield f"{path} may now be {', '.join(sorted(found))}"


def _tighter(limit: str, was: Any, now: Any) -> bool:  # noqa: ANN401 - a number or a text, by the keyword
    if limit in _FORMS:
        return bool(was != now)
    if was is None:
        return True
    return bool(now > was if limit in _LEAST else now < was)


def _places(node: Document, root: Document, path: str, *, required: bool) -> Iterator[tuple[str, _Place]]:
    """Every place of a schema: `$.data.lines[].amount`; `{}` stands for any name."""
    part = _resolved(node, root)
    variants = [_resolved(variant, root) for variant in part.get("anyOf", [part])]
    kinds = frozenset(kind for variant in variants for kind in _kinds(variant))
    enums = [variant["enum"] for variant in variants if "enum" in variant]
    values = frozenset(str(value) for enum in enums for value in enum) if enums else None
    limits = {
        keyword: variant[keyword]
        for variant in variants
        for keyword in (*_LEAST, *_MOST, *_FORMS)
        if keyword in variant
    }
    yield path, _Place(kinds, values, limits, required)
    for variant in variants:
        for name, field in variant.get("properties", {}).items():
            yield from _places(field, root, f"{path}.{name}", required=name in variant.get("required", []))
        if isinstance(variant.get("items"), dict):
            yield from _places(variant["items"], root, f"{path}[]", required=False)
        if isinstance(variant.get("additionalProperties"), dict):
            yield from _places(variant["additionalProperties"], root, f"{path}{{}}", required=False)


def _kinds(variant: Document) -> tuple[str, ...]:
    """JSON types; an enumeration without a type holds texts, as every one of ours does."""
    return (variant["type"],) if "type" in variant else ("string",)


def _resolved(node: Document, root: Document) -> Document:
    reference = node.get("$ref")
    if reference is None:
        return node
    found: Document = root["$defs"][reference.rpartition("/")[2]]
    return found
