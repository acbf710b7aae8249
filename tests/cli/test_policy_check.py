"""`policy check` names file, line and place of everything that is wrong, before a worker meets it."""

import json
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "deploy" / "policy.example.toml"


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    file = tmp_path / "wrong.toml"
    file.write_text('[creditors.default]\nlegal_nam = "x"\n\n[[stages]]\nid = 1\n')
    return file


@pytest.mark.skipif(not EXAMPLE.exists(), reason="an installed package carries no example")
def test_the_example_is_a_policy(command):
    assert command("policy", "check", str(EXAMPLE)).code == 0


def test_a_wrong_policy_has_an_exit_code_of_its_own(command, wrong: Path):
    assert command("policy", "check", str(wrong)).code == 4


def test_every_problem_is_one_line_with_the_file(command, wrong: Path):
    lines = command("policy", "check", str(wrong)).err.splitlines()

    assert len(lines) >= 2
    assert [line for line in lines if not line.startswith(f"{wrong}: ") or "expected" not in line] == []


def test_problems_as_json_name_path_and_line(command, wrong: Path):
    found = [json.loads(line) for line in command("policy", "check", str(wrong), "--json").out.splitlines()]

    assert {"path", "line", "expected", "advice"} == set(found[0])


def test_what_is_no_toml_is_named_by_its_line(command, tmp_path: Path):
    file = tmp_path / "broken.toml"
    file.write_text("[creditors\n")

    ended = command("policy", "check", str(file))

    assert (ended.code, "line 1" in ended.err) == (4, True)


def test_bytes_that_are_no_text_are_no_policy(command, tmp_path: Path):
    file = tmp_path / "binary.toml"
    file.write_bytes(b"\xff\x00")

    assert command("policy", "check", str(file)).code == 4


def test_a_file_that_is_not_there_is_a_wrong_call(command):
    assert command("policy", "check", "no-such.toml").code == 2
