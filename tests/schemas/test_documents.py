"""The published documents: valid by their own standards, in step with the models, and true of the examples."""

import copy
import json
from functools import cache
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from schemas.codec import Accepted, read
from schemas.events import EVENT_TYPES
from schemas.export import GENERATED, drift, main, write
from schemas.journal import decode_journal, decode_task
from schemas.json_schema import MODELS
from schemas.refusals import SENTENCES
from schemas.rejected import RejectedHeaders
from schemas.topics import TOPICS

HERE = Path(__file__).parent
ROOM = HERE.parents[1] / "schemas"
VALID = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((ROOM / "examples/valid").glob("*.json"))}
INVALID = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((ROOM / "examples/invalid").glob("*.json"))
}


@pytest.fixture(scope="module")
def asyncapi():
    return yaml.load((GENERATED / "asyncapi.yaml").read_text("utf-8"), yaml.CSafeLoader)


@pytest.fixture(scope="module")
def standard():
    """AsyncAPI's own definition of 3.0.0 (JSON Schema draft 7)."""
    return Draft7Validator(json.loads((HERE / "asyncapi-3.0.0.json").read_text("utf-8")))


def schema_of(name):
    return json.loads((GENERATED / f"{name}.schema.json").read_text("utf-8"))


@cache
def validator_of(name):
    return Draft202012Validator(schema_of(name), format_checker=Draft202012Validator.FORMAT_CHECKER)


# --- JSON Schema ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_a_schema_is_valid_json_schema(name):
    Draft202012Validator.check_schema(schema_of(name))


@pytest.mark.parametrize("name", MODELS)
def test_a_schema_says_which_dialect_it_is_and_which_contract(name):
    schema = schema_of(name)
    assert (schema["$schema"], schema["$id"]) == (
        "https://json-schema.org/draft/2020-12/schema",
        f"urn:dispatcher:contracts:1:{name}",
    )


@pytest.mark.parametrize("name", VALID)
def test_a_valid_example_fits_the_schema_of_its_type(name):
    assert not list(validator_of(VALID[name]["type"]).iter_errors(VALID[name]))


BY_FORM = [name for name, example in INVALID.items() if example["reason"] in {"missing_field", "wrong_type"}]


@pytest.mark.parametrize("name", BY_FORM)
def test_what_is_wrong_by_its_form_fits_no_schema(name):
    if name != "hold-without-target":  # what the scope asks for is said in words
        event = INVALID[name]["event"]
        assert list(validator_of(event["type"]).iter_errors(event))


def test_a_schema_allows_fields_that_it_does_not_name():
    newer = copy.deepcopy(VALID["invoice.due-full"])
    newer["data"]["lines"][0]["from_the_future"] = 1
    assert validator_of("invoice.due").is_valid(newer)


def test_the_example_of_the_journal_fits_its_schema_and_is_read():
    text = (ROOM / "examples/output/journal.json").read_bytes()
    assert validator_of("journal").is_valid(json.loads(text))
    assert decode_journal(text).stage == "T-7"


def test_the_example_of_a_task_fits_its_schema_and_is_read():
    text = (ROOM / "examples/output/task.json").read_bytes()
    assert validator_of("task").is_valid(json.loads(text))
    assert decode_task(text).task_id == "t-1"


# --- AsyncAPI -------------------------------------------------------------------------------------------------------


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def resolve(document, reference):
    node = document
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_the_asyncapi_document_is_valid(asyncapi, standard):
    assert not list(standard.iter_errors(asyncapi))


def test_the_standard_would_find_a_mistake(asyncapi, standard):
    wrong = copy.deepcopy(asyncapi)
    wrong["operations"]["receiveBillingDue"]["action"] = "publish"
    assert not standard.is_valid(wrong)


def test_every_reference_leads_somewhere(asyncapi):
    found = list(references(asyncapi))
    assert found
    assert all(resolve(asyncapi, reference) for reference in found)


def test_every_topic_is_a_channel(asyncapi):
    assert {channel["address"] for channel in asyncapi["channels"].values()} == {topic.name for topic in TOPICS}


def test_every_type_stands_on_its_topic_with_an_example_that_is_accepted(asyncapi):
    seen = set()
    for channel in asyncapi["channels"].values():
        for reference in references(channel):
            message = resolve(asyncapi, reference)
            if message["name"] in EVENT_TYPES:
                payload = json.dumps(message["examples"][0]["payload"]).encode()
                assert isinstance(read(channel["address"], payload), Accepted)
                seen.add(message["name"])
    assert seen == set(EVENT_TYPES)


def test_every_component_schema_is_used(asyncapi):
    used = {reference.rpartition("/")[2] for reference in references(asyncapi) if "/schemas/" in reference}
    assert used == set(asyncapi["components"]["schemas"])


def test_the_headers_of_a_rejected_record_are_described(asyncapi):
    described = resolve(asyncapi, asyncapi["components"]["messages"]["rejectedRecord"]["headers"]["$ref"])
    assert set(described["properties"]) == set(RejectedHeaders.__struct_fields__)


# --- export ---------------------------------------------------------------------------------------------------------


def test_the_committed_documents_are_those_of_the_models():
    assert drift(GENERATED) == []


def test_writing_twice_changes_nothing(tmp_path):
    write(tmp_path)
    assert main(["--check", "--folder", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda folder: (folder / "task.schema.json").unlink(), "task.schema.json: missing"),
        (lambda folder: (folder / "asyncapi.yaml").write_text("asyncapi: 3.0.0"), "asyncapi.yaml: differs"),
        (lambda folder: (folder / "old.schema.json").touch(), "old.schema.json: generated by nothing"),
    ],
)
def test_drift_fails_and_names_the_file(tmp_path, capsys, spoil, named):
    write(tmp_path)
    spoil(tmp_path)
    assert main(["--check", "--folder", str(tmp_path)]) == 1
    assert named in capsys.readouterr().err


def test_writing_removes_what_nothing_generates(tmp_path):
    (tmp_path / "old.schema.json").touch()
    write(tmp_path)
    assert drift(tmp_path) == []


# --- README -----------------------------------------------------------------------------------------------------------


def test_the_readme_shows_one_event_of_every_type_on_one_line_and_each_is_accepted():
    text = (ROOM / "README.md").read_text("utf-8")
    shown = [json.loads(line) for line in text.splitlines() if line.startswith('{"specversion"')]
    assert {event["type"] for event in shown} == set(EVENT_TYPES)
    for event in shown:
        assert isinstance(read(EVENT_TYPES[event["type"]][0], json.dumps(event).encode()), Accepted)


def test_the_readme_explains_every_reason():
    text = (ROOM / "README.md").read_text("utf-8")
    assert all(f"| `{reason}` | {sentence} |" in text for reason, sentence in SENTENCES.items())
