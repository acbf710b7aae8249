"""Two policies over one portfolio: who hears more, less, later, by another channel, and the gate for a change of policy."""

import json

import pytest

from dispatcher.local.portfolio import POLICY
from dispatcher.sim.checking.checker import Made
from dispatcher.sim.comparison import changes_between

DAY = 86_400_000
OPTIONS = ("--customers", "60", "--days", "45", "--jobs", "1", "--json")
STRICTER = (("max = 3", "max = 1"), ("min_gap_hours = 20", "min_gap_hours = 160"))


def made(day, channel="sms", invoice_id="I-1"):
    return Made(day * DAY, day * DAY, channel, "+447700900001", "notice", (invoice_id,), "default", reached=True)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ([made(1)], [made(1)], ["same"]),
        ([made(1)], [made(1), made(3)], ["more", "more by sms"]),
        ([made(1), made(3)], [made(1)], ["less", "less by sms"]),
        ([made(1)], [made(4)], ["later"]),
        ([made(4)], [made(1)], ["earlier"]),
        ([made(1)], [made(1, "email")], ["other_channel", "less by sms", "more by email"]),
        ([made(1)], [made(4, invoice_id="I-2")], ["same"]),
    ],
)
def test_what_changes_for_a_customer(before, after, changes):
    assert changes_between(before, after) == changes


@pytest.fixture
def stricter(tmp_path):
    text = POLICY.read_text("utf-8")
    for old, new in STRICTER:
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "stricter.toml"
    file.write_text(text, "utf-8")
    return str(file)


def test_a_policy_compared_with_itself_changes_nothing(command):
    found = json.loads(command("compare", str(POLICY), str(POLICY), *OPTIONS).out)
    assert (found["changes"]["same"]["customers"], found["cost_difference"]) == (60, 0)


def test_a_stricter_policy_is_heard_less_and_costs_less(command, stricter):
    found = json.loads(command("compare", str(POLICY), stricter, *OPTIONS).out)
    assert found["changes"]["less"]["customers"] > found["changes"]["more"]["customers"]
    assert found["cost_difference"] < 0


def test_examples_name_customers(command, stricter):
    found = json.loads(command("compare", str(POLICY), stricter, *OPTIONS).out)
    assert found["changes"]["less"]["examples"][0].startswith("C00000")


def test_the_gate_is_open_for_a_policy_under_which_nobody_hears_more(command):
    assert command("compare", str(POLICY), str(POLICY), *OPTIONS, "--fail-if-more", "0").code == 0


def test_the_gate_is_closed_for_a_policy_under_which_too_many_hear_more(command, stricter):
    ended = command("compare", stricter, str(POLICY), *OPTIONS, "--fail-if-more", "5")
    assert (ended.code, "would hear more" in ended.err) == (1, True)


def test_the_gate_is_closed_for_a_policy_that_costs_too_much_more(command, stricter):
    ended = command("compare", stricter, str(POLICY), *OPTIONS, "--fail-if-dearer", "1")
    assert (ended.code, "would cost" in ended.err) == (1, True)


def test_the_gate_is_open_for_a_policy_that_costs_as_much(command):
    assert command("compare", str(POLICY), str(POLICY), *OPTIONS, "--fail-if-dearer", "0").code == 0


def test_every_reason_why_the_gate_is_closed_is_said(command, stricter):
    ended = command("compare", stricter, str(POLICY), *OPTIONS, "--fail-if-dearer", "1", "--fail-if-more", "5")
    assert (ended.code, ended.err.count("dispatcher: ")) == (1, 2)


def test_people_read_tables(command, stricter):
    arguments = ("compare", str(POLICY), stricter, "--customers", "20", "--days", "30", "--jobs", "1")
    said = command(*arguments).out
    assert [head for head in ("customers who hear", "contacts", "cost", "breaches") if f"\n{head}" not in said] == []
