"""Records that only workers read, by the last release's models: what it understands of ours, and where it must stop."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Union, get_args

import msgspec
import pytest
from msgspec import inspect

from dispatcher.engine.log_position import Watermark
from schemas import inbox, points
from schemas.state import Customer
from tests.released import changelog
from tests.released.filled import records
from tests.released.meaning import meaning
from tests.released.recorded import filled


def models(meant: Any) -> Iterator[dict[str, Any]]:
    """Every model in a meaning, itself included."""
    if isinstance(meant, dict):
        if "" in meant:
            yield meant
        for each in meant.values():
            yield from models(each)
    elif isinstance(meant, list):
        for each in meant:
            yield from models(each)


def structs(shape: Any) -> Iterator[inspect.StructType]:
    """Every model in a type, itself included."""
    if isinstance(shape, inspect.StructType):
        yield shape
    for part in ("fields", "types", "item_types"):
        for each in getattr(shape, part, ()):
            yield from structs(each)
    for part in ("type", "item_type", "key_type", "value_type"):
        if isinstance(getattr(shape, part, None), inspect.Type):
            yield from structs(getattr(shape, part))


THEN = {
    model[""]: [name for name in model if name]
    for each in filled()
    if each.kind in {"arrival", "state", "mark", "position", "point"}
    for model in models(each.meant)
}
"""Models of MessagePack records and the places of their fields, as the last release wrote them."""

ROOTS = (inbox.Arrival, inbox.LogMark, inbox.ProgressMark, Customer, Watermark, points.PointStated)
NOW = {each.cls.__name__: each for root in ROOTS for each in structs(inspect.type_info(root))}

TAGS = {each.meant["fact"][""]: msgspec.msgpack.decode(each.value)[2][0] for each in filled() if each.kind == "arrival"}
FROZEN = {name: msgspec.defstruct(name, THEN[name], tag=tag, array_like=True) for name, tag in TAGS.items()}
FrozenArrival = msgspec.defstruct(
    "FrozenArrival",
    [("at", int), ("cause", Any), ("fact", Union[tuple(FROZEN.values())]), ("appended", int, 0)],  # noqa: UP007
    array_like=True,
)
"""An inbox record as the last release reads it: by its own tags and fields, each with any content."""


def arrivals(*facts: type[msgspec.Struct]) -> list[inbox.Arrival]:
    cause = inbox.Cause("t", 0, 1, "/s", "e")
    return [inbox.Arrival(1, cause, each, 2) for fact in facts for each in records(fact)]


KNOWN = [fact for fact in get_args(inbox.Fact) if fact.__name__ in TAGS]
NEW = [fact for fact in get_args(inbox.Fact) if fact.__name__ not in TAGS]


@pytest.mark.parametrize("name", THEN)
def test_fields_keep_their_places_and_new_ones_come_last_with_a_default(name):
    fields = NOW[name].fields
    kept, added = fields[: len(THEN[name])], fields[len(THEN[name]) :]
    assert ([each.name for each in kept], [each.name for each in added if each.required]) == (THEN[name], [])


def test_a_tag_still_says_what_it_said():
    assert {fact.__name__: inspect.type_info(fact).tag for fact in KNOWN} == TAGS


def test_changelog_names_every_new_fact_and_no_other():
    assert {fact.__name__ for fact in NEW} == changelog.facts()


def test_the_last_release_understands_the_facts_that_it_knows():
    wrong = []
    for arrival in arrivals(*KNOWN):
        read = msgspec.msgpack.decode(inbox.encode(arrival), type=FrozenArrival).fact
        names = THEN[type(arrival.fact).__name__]
        ours = msgspec.msgpack.decode(msgspec.msgpack.encode(arrival.fact))[1:]
        wrong += [
            f"{type(arrival.fact).__name__}.{name}"
            for name, said in zip(names, ours, strict=False)
            if getattr(read, name) != said
        ]
    assert wrong == []


@pytest.mark.parametrize("fact", NEW)
def test_the_last_release_does_not_take_a_new_fact_for_another(fact):
    for arrival in arrivals(fact):
        with pytest.raises(msgspec.ValidationError, match="Invalid value"):
            msgspec.msgpack.decode(inbox.encode(arrival), type=FrozenArrival)


def test_closed_lists_within_records_have_no_value_that_changelog_does_not_name():
    told = frozenset().union(*changelog.values().values())
    known = set(chain.from_iterable(_values(each.meant) for each in filled()))
    written = [meaning(each) for each in (*arrivals(*KNOWN), *records(Customer), *records(points.PointStated))]
    lists = {
        (name, field.name)
        for name, shape in NOW.items()
        for field in shape.fields
        if name in THEN and isinstance(field.type, inspect.LiteralType)
    }
    found = {each for record in written for each in _values(record) if each[:2] in lists}
    assert {each for each in found - known if each[2] not in told} == set()


def _values(meant: Any) -> Iterator[tuple[str, str, object]]:
    for model in models(meant):
        for name, value in model.items():
            if name and not isinstance(value, (dict, list)):
                yield model[""], name, value
