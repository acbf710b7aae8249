"""deploy/requirements.md is true: every line is there, and what is said to be done has a test that names it."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "deploy" / "requirements.md"
STATES = {"done", "task only", "later", "out of scope"}
OWN = {f"S{number}" for number in (*range(1, 26), 44)}
"""The dispatcher's own behaviour: for these a test must name the line itself."""


class Line(NamedTuple):
    name: str
    requirement: str
    code: list[str]
    tests: list[str]
    state: str


def listed(cell: str) -> list[str]:
    return [] if cell == "-" else cell.split(", ")


def lines() -> list[Line]:
    rows = re.findall(r"^\| (S\d+) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [Line(name, text, listed(code), listed(tests), state) for name, text, code, tests, state in rows]


LINES = lines()


@cache
def functions(file: str) -> dict[str, str]:
    """name -> what is said of every test of a file: by its name, its own docstring and that of the file."""
    path = ROOT / "tests" / file
    assert path.is_file(), f"{file} is no file of tests/"
    tree = ast.parse(path.read_text("utf-8"))
    about = ast.get_docstring(tree) or ""
    tests = [each for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {each.name: f"{each.name} {ast.get_docstring(each)} {about}" for each in tests}


def names(line: Line, test: str) -> bool:
    """Whether a test that exists names the line."""
    file, _, function = test.partition("::")
    found = functions(file)
    if not function:
        return False
    assert function in found, f"{line.name}: {file} has no {function}"
    return re.search(rf"(?<![A-Z0-9]){line.name}(?![0-9])", found[function], re.IGNORECASE) is not None


def test_every_line_of_the_source_documents_is_there():
    assert [each.name for each in LINES] == [f"S{n}" for n in (*range(1, 26), 44, *range(26, 44))]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_a_line_has_one_of_the_known_states(line: Line):
    assert line.state in STATES


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_what_is_said_to_be_done_has_a_test_that_exists(line: Line):
    named = [names(line, each) for each in line.tests]
    assert named or line.state in {"later", "out of scope"}


@pytest.mark.parametrize("line", [each for each in LINES if each.name in OWN], ids=lambda line: line.name)
def test_each_of_the_dispatchers_own_lines_is_named_by_every_test_it_points_to(line: Line):
    assert [each for each in line.tests if not names(line, each)] == []


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_the_code_that_is_named_exists(line: Line):
    places = [ROOT / each if (ROOT / each).exists() else ROOT / "dispatcher" / each for each in line.code]
    assert [each for each in places if not each.exists()] == []
