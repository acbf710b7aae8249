"""The README says only what is true: its events are accepted, its exit codes and commands exist."""

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from dispatcher.cli.app import app
from dispatcher.exit_codes import ExitCode
from dispatcher.local import portfolio
from dispatcher.local.portfolio_recipients import strangers
from dispatcher.settings import load
from schemas.codec import Accepted, read
from schemas.events import EVENT_TYPES

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
EVENTS = [json.loads(line) for line in re.search(r"```jsonl\n(.*?)```", README, re.DOTALL)[1].splitlines()]


def test_it_shows_one_event_of_each_type_in_the_order_of_the_contract():
    assert [event["type"] for event in EVENTS] == list(EVENT_TYPES)


def test_its_events_are_accepted_by_intake_and_lead_to_nobody():
    answers = [read(EVENT_TYPES[event["type"]][0], json.dumps(event).encode()) for event in EVENTS]
    assert all(isinstance(answer, Accepted) and not strangers(answer.fact) for answer in answers)


def test_its_table_of_exit_codes_is_the_programs():
    table = re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE)
    assert [(int(code), meaning.replace("`", "")) for code, meaning in table] == [
        (code.value, code.meaning) for code in ExitCode
    ]


def test_its_commands_exist():
    named = set(re.findall(r"dispatcher (worker|up|demo|[a-z]+ (?:list|show|apply|plan|check)|[a-z]+)\b", README))
    commands = {name.split(" ")[0] for name in named} - {"decides"}
    listed = CliRunner().invoke(app, ["--help"]).output
    assert {name for name in commands if not re.search(rf"^  {name} ", listed, re.MULTILINE)} == set()


def test_its_variables_exist():
    named = set(re.findall(r"DISPATCHER_[A-Z_]+[A-Z]", README))
    known = {entry.variable for entry in load({}).entries}
    assert {each for each in named if each not in known and each.removesuffix("_FILE") not in known} == set()


def test_its_number_of_customers_is_that_of_the_portfolio():
    customers = {event.read.customer_id for name in portfolio.waves() for event in portfolio.wave(name)}
    assert f"{len(customers)} customers" in README
