"""Every command that a page for people names exists, with the options that it is called with there."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from dispatcher.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "deploy").glob("*.md"), *(ROOT / "deploy").glob("*/README.md")])
ROOT_COMMAND = typer.main.get_command(app)

_SPAN = re.compile(r"`(?:\.venv/bin/)?dispatcher ([a-z][^`]*)`")
_LINE = re.compile(r"^(?:\.venv/bin/)?dispatcher ([a-z][^#\n]*)", re.MULTILINE)


def calls(page: Path) -> set[str]:
    """What stands after `dispatcher` in code, in a line of its own or within a sentence."""
    text = page.read_text("utf-8")
    shells = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    return {each.strip() for each in (*_SPAN.findall(text), *_LINE.findall(shells))}


def wrong(call: str) -> str | None:
    """What of a call the program does not know."""
    words = shlex.split(call.partition(">")[0].partition("|")[0])
    command = ROOT_COMMAND
    while (below := getattr(command, "commands", None)) and words and re.fullmatch(r"[a-z][a-z-]*", words[0]):
        if words[0] not in below:
            return words[0]
        command = below[words.pop(0)]
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
    return next((word for word in words if word.startswith("--") and word not in known), None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_exist(page):
    assert {call: wrong(call) for call in sorted(calls(page)) if wrong(call) is not None} == {}


def test_commands_are_found_on_pages():
    assert {"verify --metrics FILE", "topics acls"} <= set().union(*map(calls, PAGES))


@pytest.mark.parametrize("call", ["no-such", "policy no-such", "policy check FILE --no-such"])
def test_a_call_that_does_not_exist_is_noticed(call):
    assert wrong(call) == call.split()[-1]
