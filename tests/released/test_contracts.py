"""Who reads or writes by the last release's contracts is not broken by this one, and is told of what is new."""

import json

import jsonschema
import msgspec
import pytest

from schemas import journal
from schemas.evolution import breaks, new_values
from schemas.json_schema import MODELS, json_schema
from tests.released import changelog
from tests.released.filled import records
from tests.released.recorded import contracts

OUTPUTS = {"journal": journal.JournalRecord, "task": journal.TaskRecord}
INPUTS = sorted(contracts().keys() - OUTPUTS)


@pytest.mark.parametrize("name", contracts())
def test_every_released_contract_is_still_published(name):
    assert name in MODELS


@pytest.mark.parametrize("name", INPUTS)
def test_what_publishers_of_the_last_release_send_is_accepted(name):
    assert breaks(contracts()[name], json_schema(name), "input") == []


@pytest.mark.parametrize("name", OUTPUTS)
def test_what_readers_of_the_last_release_rely_on_is_there(name):
    assert breaks(contracts()[name], json_schema(name), "output") == []


@pytest.mark.parametrize("name", OUTPUTS)
def test_changelog_names_every_new_value_of_a_closed_list_and_no_other(name):
    told = {place: values for (contract, place), values in changelog.values().items() if contract == name}
    assert new_values(contracts()[name], json_schema(name)) == told


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_reader_that_checks_against_the_last_schema_meets_nothing_but_the_new_values(name):
    validator = jsonschema.Draft202012Validator(contracts()[name])
    told = frozenset().union(*changelog.values().values())
    written = [json.loads(journal.encode(each)) for each in records(OUTPUTS[name])]
    errors = [error for each in written for error in validator.iter_errors(each)]
    assert [error.message for error in errors if error.validator != "enum" or error.instance not in told] == []


def test_that_check_would_find_a_field_of_another_kind():
    wrong = msgspec.to_builtins(next(records(journal.TaskRecord))) | {"priority": "high"}
    assert not jsonschema.Draft202012Validator(contracts()["task"]).is_valid(wrong)
