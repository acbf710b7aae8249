"""A policy file is read whole or refused with every problem, its place and what to do."""

from pathlib import Path

import pytest

from dispatcher.core.policy import Policy, PolicyProblems, parse
from tests.core.builders import POLICY

EXAMPLE = Path(__file__).parents[2] / "deploy" / "policy.example.toml"


def problems(*changes: tuple[str, str]):
    text = POLICY
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    parsed = parse(text, file="p.toml")
    assert isinstance(parsed, PolicyProblems)
    return parsed


def test_the_annotated_example_is_a_policy_with_the_whole_ladder():
    example = parse(EXAMPLE.read_text("utf-8"))
    assert isinstance(example, Policy), str(example)
    assert example.stage_ids == (
        "pre_due_7",
        "pre_due_3",
        "pre_due_1",
        "due_day",
        "first_contact",
        "notice",
        "class_1_30",
        "class_31_60",
        "class_61_plus",
    )


def test_the_hash_is_that_of_the_content_not_of_the_layout():
    assert parse(POLICY + "\n# a remark\n").hash == parse(POLICY).hash


def test_another_content_has_another_hash():
    assert parse(POLICY.replace("min_gap_hours = 20", "min_gap_hours = 21")).hash != parse(POLICY).hash


def test_the_hash_is_twelve_hexadecimal_digits():
    assert len(bytes.fromhex(parse(POLICY).hash)) == 6


CALL_HOURS = """[windows.call_task]
weekday = ["09:00-18:00"]
saturday = []
sunday = []
holiday = []
"""

WRONG = {
    "an unknown key": (("min_gap_hours = 20", "min_gap_hour = 20"), "min_gap_hour"),
    "an unknown key of a stage": (('id = "early"', 'id = "early"\ndelay = 1'), "delay"),
    "an unknown table": (("[consent]", "[consents]"), "consents"),
    "an unknown channel": (('channels = { default = ["sms", "email"] }', 'channels = { default = ["fax"] }'), "fax"),
    "a missing key": (('message = "pre_due"\n', ""), "message"),
    "no default creditor": (("[creditors.default]", "[creditors.main]"), "creditors.default"),
    "two kinds of days": (("when = { days = -3 }", "when = { days = -3, working_days = 1 }"), "exactly one"),
    "no kind of day": (("when = { days = -3 }", "when = { }"), "exactly one"),
    "a phase that does not fit its day": (("when = { days = 14 }", "when = { days = -1 }"), "phase"),
    "stages out of order": (("when = { days = 30 }", "when = { days = 13 }"), "after that of notice"),
    "phases out of order": (('phase = "collection"', 'phase = "pre_due"'), "overdue or later"),
    "a mandatory stage that expires": (("mandatory = true", "mandatory = true\nuntil = { days = 20 }"), "without `until`"),
    "a ladder for a tier that no rule gives": (("intense = [", "extreme = ["), "a tier"),
    "a ladder without default": (('{ default = ["call_task", "email"] }', '{ intense = ["email"] }'), "default"),
    "a channel twice": (('["call_task", "email"]', '["email", "email"]'), "once"),
    "a window that ends where it starts": (('sunday = ["07:00-21:00"]', 'sunday = ["07:00-07:00"]'), "differs"),
    "a window that is no time": (('sunday = ["07:00-21:00"]', 'sunday = ["7-21"]'), "windows.email.sunday"),
    "a channel that is never open": (('weekday = ["09:00-18:00"]', "weekday = []"), "at least one range"),
    "no window for a channel in use": ((CALL_HOURS, ""), "windows.call_task"),
    "a window of an unknown channel": (("[windows.call_task]", "[windows.letter]"), "windows.letter"),
    "a day that starts while clocks change": (('day_starts = "08:00"', 'day_starts = "02:00"'), "05:00 to 12:00"),
    "a cap without a window": (('window = "7d"', 'window = "7 days"'), "window"),
    "two caps of one name": (('id = "sms_day"', 'id = "total_week"'), "an id of its own"),
    "two stages of one name": (('id = "today"', 'id = "early"'), "an id of its own"),
    "a minimum for no currency": (("default = 100", "euro = 100"), "ISO 4217"),
    "a negative minimum": (("default = 100", "default = -1"), "0 or more"),
    "creditors as a list": (("[creditors.default]", "[[creditors]]"), "creditors"),
    "no TOML": (("[consent]", "[consent"), "TOML"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said(what):
    change, said = WRONG[what]
    assert said in str(problems(change))


def test_a_window_must_be_longer_than_the_spread():
    narrow = ("spread_minutes = 0", "spread_minutes = 60"), ('sunday = ["07:00-21:00"]', 'sunday = ["07:00-08:00"]')
    assert "longer than spread_minutes (60)" in str(problems(*narrow))


def test_a_problem_names_file_line_path_and_advice():
    found = problems(("min_gap_hours = 20", "min_gap_hours = -20"))
    assert str(found) == (
        "p.toml: line 6, min_gap_hours: expected a whole number of at least 0, not -20. Correct the value."
    )


def test_every_problem_is_told_at_once():
    found = problems(("min_gap_hours = 20", "min_gap_hours = -20"), ('tone = "firm"', 'tone = "rude"'))
    assert [problem.path for problem in found.problems] == ["min_gap_hours", "stages[3].tone"]


def test_the_line_of_a_problem_in_a_repeated_table_is_that_of_its_own_entry():
    found = problems(("max = 1\n", "max = 0\n"))
    line = found.problems[0].line
    assert POLICY.splitlines()[line - 1] == "max = 1"


def test_an_invoice_of_an_unlisted_creditor_is_the_default_creditors():
    rules = parse(POLICY)
    assert (rules.creditor("nobody").id, rules.creditor(None).id, rules.creditor("acme").id) == (
        "default",
        "default",
        "acme",
    )


def test_a_policy_shows_its_hash_alone():
    rules = parse(POLICY)
    assert repr(rules) == f"Policy({rules.hash})"
