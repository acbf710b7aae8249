"""An editor that knows the schema takes what the product takes, and marks what it refuses."""

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dispatcher.core.policy_schema import json_schema
from dispatcher.core.policy_text import Sections
from tests.core.builders import POLICY

EXAMPLE = Path(__file__).parents[2] / "deploy" / "policy.example.toml"


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def marked(schema: jsonschema.Draft202012Validator, text: str) -> list[str]:
    return [each.json_path for each in schema.iter_errors(tomllib.loads(text))]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("text", [POLICY, EXAMPLE.read_text("utf-8")], ids=["of the tests", "annotated example"])
def test_nothing_of_a_policy_is_marked(schema: Any, text: str):
    assert marked(schema, text) == []


WRONG = {
    "an unknown key": ("min_gap_hours = 20", "min_gap_hour = 20"),
    "an unknown key of a stage": ("mandatory = true", "mandatry = true"),
    "a number out of bounds": ("min_gap_hours = 20", "min_gap_hours = -1"),
    "a word that is none of the list": ('tone = "firm"', 'tone = "rude"'),
    "a range that is none": ('sunday = ["07:00-21:00"]', 'sunday = ["7-21"]'),
    "a window of no channel": ("[windows.call_task]", "[windows.letter]"),
    "a missing key": ('message = "pre_due"\n', ""),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_marked(schema: Any, what: str):
    assert WRONG[what][0] in POLICY
    assert len(marked(schema, POLICY.replace(*WRONG[what], 1))) == 1


def test_every_key_at_the_top_is_known():
    definition = json_schema()["$defs"]["Sections"]
    assert list(definition["properties"]) == list(Sections.__struct_encode_fields__)


def test_the_schema_beside_the_example_is_the_one_that_the_models_say():
    kept = json.loads((EXAMPLE.parent / "policy.schema.json").read_text("utf-8"))
    assert kept == json_schema(), "run `dispatcher policy schema > deploy/policy.schema.json` and commit"


@pytest.mark.parametrize("name", ["policy.example.toml", "policy.full.toml"])
def test_editors_are_told_where_the_schema_is(name: str):
    assert (EXAMPLE.parent / name).read_text("utf-8").startswith("#:schema ./policy.schema.json\n")
