"""What is wrong with a policy is told at the line where it stands, with what was expected and the likely correction."""

import pytest

from dispatcher.core.policy import PolicyProblem, PolicyProblems, parse
from dispatcher.core.policy_places import Places
from tests.core.builders import POLICY


def problems(old: str, new: str) -> tuple[PolicyProblem, ...]:
    assert old in POLICY, old
    parsed = parse(POLICY.replace(old, new, 1), file="p.toml")
    assert isinstance(parsed, PolicyProblems)
    return parsed.problems


def line_of(text: str, what: str) -> int:
    return text[: text.index(what)].count("\n") + 1


MISSPELT = {
    "a key at the top": (("min_gap_hours = 20", "min_gap_hour = 20"), "min_gap_hours"),
    "a table": (("[consent]", "[consents]"), "consent"),
    "a key of a stage": (("mandatory = true", "mandatry = true"), "mandatory"),
    "a key of a key": (("when = { days = 14 }", "when = { dayz = 14 }"), "days"),
    "a channel": (('["call_task", "email"]', '["call_task", "emial"]'), "email"),
    "a tone": (('tone = "firm"', 'tone = "fimr"'), "firm"),
    "the name of a window": (("[windows.call_task]", "[windows.call_tasks]"), "call_task"),
}


@pytest.mark.parametrize("what", MISSPELT)
def test_a_misspelt_name_is_told_with_the_one_that_was_meant(what: str):
    change, meant = MISSPELT[what]
    assert f"Did you mean `{meant}`?" in {each.advice for each in problems(*change)}


@pytest.mark.parametrize("what", MISSPELT)
def test_a_misspelt_name_is_told_at_its_own_line(what: str):
    change, _ = MISSPELT[what]
    changed = POLICY.replace(*change, 1)
    start = next(at for at, (a, b) in enumerate(zip(POLICY, changed, strict=False)) if a != b)
    advised = next(each for each in problems(*change) if each.advice.startswith("Did you mean"))
    assert advised.line == changed[:start].count("\n") + 1


def test_a_key_that_slid_below_a_table_is_sent_back_to_the_top():
    text = POLICY.replace("min_gap_hours = 20\n", "", 1).replace("[consent]", "[consent]\nmin_gap_hours = 20", 1)
    parsed = parse(text)
    assert isinstance(parsed, PolicyProblems)
    assert "Move `min_gap_hours` to the top of the file" in str(parsed)


def test_every_problem_of_one_entry_is_told():
    found = problems('tone = "firm"', 'tone = "rude"\ntask_days = 0\nexpires = 1')
    assert sorted(each.path.rpartition(".")[2] for each in found) == ["expires", "task_days", "tone"]


def test_a_missing_key_is_told_at_the_head_of_its_entry():
    found = problems('message = "pre_due"\n', "")
    assert found[0].line == line_of(POLICY, "[[stages]]")


def test_what_was_found_is_told_beside_what_was_expected():
    assert problems('tone = "firm"', "tone = 3")[0].expected == "one of friendly, firm, formal, not 3"


def test_an_element_of_a_list_is_told_by_its_place():
    assert problems('sunday = ["07:00-21:00"]', 'sunday = ["07:00-21:00", "7-21"]')[0].path == "windows.email.sunday[1]"


def test_a_text_that_ends_too_early_is_told_at_its_last_line():
    parsed = parse('default_tier = "standard"\nx = [1,\n')
    assert isinstance(parsed, PolicyProblems)
    assert parsed.problems[0].line is not None


TOML = '''# a remark with [a.table] and a key = 1
top = """
inside = "is no key"
[nor.a.table]
"""
'quoted key' = 1
a.b = { c = 1, d = [
    { e = 1 },
    { e = 2 }, # a remark, with ] and }
] }

[[entries]]
name = "first"
[entries.inner]
deep = 'x = "#"'

[[entries]]
name = "second" # of two
[[entries.list]]
value = 1
[[entries.list]]
value = 2
[other . "dotted"]
last = true
'''  # fmt: skip

PLACES = {
    "top": "top =",
    "quoted key": "'quoted key'",
    "a.b": "a.b =",
    "a.b.c": "a.b =",
    "a.b.d[0].e": "{ e = 1 }",
    "a.b.d[1].e": "{ e = 2 }",
    "entries[0].name": 'name = "first"',
    "entries[0].inner": "[entries.inner]",
    "entries[0].inner.deep": "deep =",
    "entries[1]": '[[entries]]\nname = "second"',
    "entries[1].name": 'name = "second"',
    "entries[1].list[1].value": "value = 2",
    "other.dotted.last": "last =",
}


@pytest.mark.parametrize("path", PLACES)
def test_the_place_of_a_key_is_its_line(path: str):
    assert Places(TOML).line(path) == line_of(TOML, PLACES[path])


def test_what_is_not_there_is_told_at_what_encloses_it():
    assert Places(TOML).line("entries[1].missing") == line_of(TOML, PLACES["entries[1]"])


@pytest.mark.parametrize("path", ["inside", "nor.a.table", "nothing"])
def test_what_only_looks_like_a_key_has_no_place(path: str):
    assert Places(TOML).line(path) is None


BROKEN_OFF = {
    "a pair without a sign": ("known = 1\nwanting", "wanting", 2),
    "a list that never ends": ("known = [1, 2", "known[1]", 1),
    "brackets that close nothing": ("\nknown = [{ x = 1 } ] ] ]", "known[0].x", 2),
    "an inline table that says nothing": ("known = { = }", "known", 1),
    "a list of no values": ("\n\nknown = [=", "known[0]", 3),
    "a header that does not end": ("a = 1\n[b\nc = 2", "b", 2),
    "an inline table of no pairs": ("known = { ] }\nb = 1", "b", None),
    "a line that begins nothing": ("a = 1\n) 2\nb = 3", "b", None),
}


@pytest.mark.parametrize("what", BROKEN_OFF)
def test_of_a_text_that_is_no_toml_the_places_up_to_there_are_known(what: str):
    text, path, line = BROKEN_OFF[what]
    assert Places(text).line(path) == line


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('day_starts = "08:00"', "day_starts = true", "not true"),
        ("when = { min_amount = { EUR = 100000 } }", 'when = { min_risk_score = "high" }', "a number, not 'high'"),
        ("mandatory = true", 'mandatory = "yes"', "true or false, not 'yes'"),
        ("promise_grace_days = 2", "promise_grace_days = 99", "a whole number from 0 to 60, not 99"),
        ("min_gap_hours = 20", "min_gap_hours = -1", "a whole number of at least 0, not -1"),
    ],
)
def test_what_a_value_has_to_be_is_said_in_words(old, new, expected):
    assert old in POLICY
    problems = parse(POLICY.replace(old, new))
    assert [expected in each.expected for each in problems.problems] == [True], str(problems)
