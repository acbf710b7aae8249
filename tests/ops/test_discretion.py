"""No model of ours shows in its `repr` who somebody is: a rule about names of fields, held against every class there is."""

import dataclasses
import importlib
import inspect
import pkgutil
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest

import channels
import dispatcher
import schemas
from schemas.discretion import IMPERSONAL, PERSONAL, Discreet

Shown = tuple[type, str, Any]
"""A class, and the name and type of a field that its `repr` shows."""

WORDS_OF_OURS = {
    ("dispatcher.archive.figures.asking.Bars", "value"),
    ("dispatcher.archive.figures.satisfaction.Satisfaction", "content"),
    ("dispatcher.core.grouping.Approach", "notes"),
    ("dispatcher.core.jurisdictions.Preset", "text"),
    ("dispatcher.core.policy_text.CaseConditions", "attributes"),
    ("dispatcher.core.policy_text.CreditorText", "email"),
    ("dispatcher.core.policy_text.CreditorText", "phone"),
    ("dispatcher.core.policy_text.CreditorText", "postal_address"),
    ("dispatcher.core.policy_text.StageConditions", "attributes"),
    ("dispatcher.core.policy_text.TierConditions", "attributes"),
    ("dispatcher.core.rules.Creditor", "email"),
    ("dispatcher.core.rules.Creditor", "phone"),
    ("dispatcher.core.rules.Creditor", "postal_address"),
    ("dispatcher.engine.policy_topic.Policies", "texts"),
    ("dispatcher.gateway.desk_pages.notices.Notice", "lines"),
    ("dispatcher.gateway.staff.statics.Static", "address"),
    ("dispatcher.local.twilio_faults.Garbage", "body"),
    ("dispatcher.ops.topic_plan.Fits", "notes"),
    ("dispatcher.verify.reading._PolicyText", "text"),
    ("schemas.events.QuietHours", "to"),
    ("schemas.policies.PolicyText", "text"),
}
"""What a creditor publishes about itself, words of a policy or page, ids of notes, figures, a time, an address of ours."""


def classes_of(package: Any) -> set[type]:
    found: set[type] = set()
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__") and "migrations" not in module.name:
            members = vars(importlib.import_module(module.name)).values()
            found |= {each for each in members if inspect.isclass(each) and each.__module__ == module.name}
    return found


def shown_fields(owner: type) -> list[Shown]:
    """The fields that the `repr` of a class shows; none where it has one of its own, or words of pages are in it."""
    if owner.__name__.endswith("Words"):
        return []
    if issubclass(owner, msgspec.Struct):
        shows = owner.__repr__ is msgspec.Struct.__repr__
        return [(owner, each.name, each.type) for each in msgspec.structs.fields(owner)] if shows else []
    if dataclasses.is_dataclass(owner) and hasattr(owner.__dict__.get("__repr__"), "__wrapped__"):
        return [(owner, each.name, each.type) for each in dataclasses.fields(owner) if each.repr]
    return []


def holds_text(annotation: Any) -> bool:
    """Whether texts, bytes or anything can be in a value of this type; what is inside of other models is their affair."""
    if annotation in {str, bytes, Any, object} or isinstance(annotation, str):  # a type that is not imported: who knows
        return True
    if get_origin(annotation) is Literal:
        return False
    return any(holds_text(each) for each in get_args(annotation) if each is not Ellipsis)


def named(shown: Shown) -> str:
    owner, name, _ = shown
    return f"{owner.__module__}.{owner.__name__}.{name}"


@pytest.fixture(scope="module")
def shown() -> list[Shown]:
    packages = (schemas, channels, dispatcher)
    return [each for package in packages for owner in classes_of(package) for each in shown_fields(owner)]


def test_no_field_with_a_personal_name_is_shown(shown: list[Shown]):
    personal = [each for each in shown if each[1] in PERSONAL and holds_text(each[2])]

    assert [
        named(each) for each in personal if (f"{each[0].__module__}.{each[0].__name__}", each[1]) not in WORDS_OF_OURS
    ] == []


def test_every_text_that_a_contract_shows_was_judged_impersonal(shown: list[Shown]):
    contracts = [each for each in shown if each[0].__module__.startswith("schemas.") and holds_text(each[2])]
    judged = [
        named(each)
        for each in contracts
        if issubclass(each[0], msgspec.Struct)
        and each[1] not in IMPERSONAL
        and (f"{each[0].__module__}.{each[0].__name__}", each[1]) not in WORDS_OF_OURS
    ]

    assert judged == []


def test_no_name_is_both():
    assert frozenset() == PERSONAL & IMPERSONAL


def test_exceptions_are_still_needed(shown: list[Shown]):
    there = {(f"{owner.__module__}.{owner.__name__}", name) for owner, name, _ in shown}

    assert there >= WORDS_OF_OURS


def test_discreet_models_show_their_kind_alone(shown: list[Shown]):
    models = Discreet.__subclasses__()

    assert [each.__name__ for each in models if each.__repr__ is not Discreet.__repr__] == []


def test_the_rule_catches_a_model_that_shows_a_note():
    class Careless(msgspec.Struct):
        note: str | None = None

    assert [each[1] for each in shown_fields(Careless) if each[1] in PERSONAL and holds_text(each[2])] == ["note"]
