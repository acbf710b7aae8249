"""The annotated policy that uses every key there is."""

import inspect
import tomllib
from pathlib import Path

import msgspec
import pytest

from dispatcher.core import policy_text
from dispatcher.core.policy import Policy, parse

TEXT = (Path(__file__).parents[2] / "deploy" / "policy.full.toml").read_text("utf-8")

KEYS = sorted(
    (name, field.encode_name)
    for name, model in inspect.getmembers(policy_text, inspect.isclass)
    if issubclass(model, msgspec.Struct) and model.__module__ == policy_text.__name__
    for field in msgspec.structs.fields(model)
)


def keys_of(value: object) -> set[str]:
    """Every key at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


USED = keys_of(tomllib.loads(TEXT))


def test_it_is_a_policy():
    parsed = parse(TEXT)
    assert isinstance(parsed, Policy), str(parsed)


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_it_shows(section, key):
    assert key in USED, f"add `{key}` of {section} to deploy/policy.full.toml, with a word on what it means"
