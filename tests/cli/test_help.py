"""What the command offers is what the contract names, and each says what it does."""

import re
import subprocess
import sys

import pytest

from dispatcher import __version__
from dispatcher.exit_codes import ExitCode

COMMANDS = [
    "worker",
    "up",
    "demo",
    "topics",
    "topics plan",
    "topics apply",
    "validate",
    "publish",
    "decide",
    "journal",
    "why",
    "rejected",
    "rejected list",
    "rejected show",
    "rejected replay",
    "parked",
    "parked list",
    "parked show",
    "parked replay",
    "doubt list",
    "doubt resolve",
    "verify",
    "gateway",
    "archive",
    "archive migrate",
    "gateway key",
    "bounces",
    "bounces ingest",
    "settings",
    "doctor",
    "policy",
    "policy check",
    "point",
    "point show",
    "point state",
    "point unread",
    "presets",
    "presets list",
    "presets show",
    "presets check",
    "policy apply",
    "policy show",
    "policy schema",
    "messages",
    "messages preview",
    "messages check",
    "simulate",
    "compare",
]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(command, name: str):
    ended = command(*name.split(), "--help")

    assert ended.code == 0
    assert re.search(r"\n\n  [A-Z][^\n]+(\n  [^\n]+)*\.\n", ended.out)


def test_the_list_of_commands_shows_a_whole_sentence_for_each(command):
    ended = command("--help")

    listed = re.findall(r"^  (\w+)  +(\S.*)$", ended.out.partition("Commands:")[2], re.MULTILINE)
    assert {name for name, _ in listed} >= {name for name in COMMANDS if " " not in name}
    assert [sentence for _, sentence in listed if sentence.endswith("...")] == []


@pytest.mark.parametrize("group", sorted({name.rpartition(" ")[0] for name in COMMANDS if " " in name}))
def test_a_group_lists_a_whole_sentence_for_each_of_its_commands(command, group: str):
    listed = command(*group.split(), "--help").out.partition("Commands:")[2]

    assert (bool(listed), [line for line in listed.splitlines() if line.endswith("...")]) == (True, [])


def test_the_help_documents_every_exit_code(command):
    said = " ".join(command("--help").out.split())

    assert [code for code in ExitCode if f"{code.value} {code.meaning}" not in said] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["validate"],
        ["journal", "--no-such-option"],
        ["why"],
        ["rejected", "show", "x"],
        ["verify", "--provider-journal", "x"],
    ],
)
def test_a_wrong_call_is_one_line_and_two(command, arguments: list[str]):
    ended = command(*arguments)

    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)


def test_the_version_is_the_packages(command):
    assert command("--version").out == f"dispatcher {__version__}\n"


def test_the_module_is_the_command():
    ended = subprocess.run(
        [sys.executable, "-m", "dispatcher", "--version"], capture_output=True, text=True, check=True, timeout=120
    )

    assert ended.stdout == f"dispatcher {__version__}\n"


def test_help_needs_none_of_the_heavy_parts():
    listing = "import sys, dispatcher.cli.app; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True, timeout=120)

    assert {"faust", "aiokafka", "twilio", "aiohttp"} & set(ended.stdout.split()) == set()


def test_a_reader_that_has_seen_enough_is_no_fault():
    script = f"{sys.executable} -m dispatcher settings --json | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=True, timeout=120)

    assert (ended.stdout, ended.stderr) == ("0\n", "")
