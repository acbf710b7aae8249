"""Laws of the journal: whatever happens, a decision names its rule, and what is put off says until when."""

import pytest
from hypothesis import given

from schemas.values import from_millis
from tests.core.builders import conditions, known, overdue
from tests.core.test_laws import answers, events, live, names


def decisions(story):
    return [each for each in story.records if each.kind == "decision"]


@given(names, events, answers)
def test_every_reason_of_every_record_names_a_rule(name, history, replies):
    story = live(name, history, replies)
    assert [each for each in story.records if not all(reason.rule for reason in each.reasons)] == []


@given(names, events, answers)
def test_what_is_deferred_says_when_that_can_change(name, history, replies):
    deferred = [each for each in decisions(live(name, history, replies)) if each.result == "deferred"]
    assert [each for each in deferred if each.next_at is None or each.next_at <= each.at] == []


HELD = {
    "sending": conditions("off"),
    "inputs": conditions(gate_open=False),
    "providers": conditions(credit=()),
}


@pytest.mark.parametrize("part", HELD)
def test_a_worker_that_may_not_send_says_which_part_of_it_forbids_that_and_when_it_looks_again(part):
    story = known(start="2026-03-11 11:00", under=HELD[part])
    story.hear(overdue())
    held = story.records[-1]
    assert (held.reasons[0].rule, held.next_at) == (part, from_millis(story.last.wake_at))


@given(names, events, answers)
def test_what_is_planned_says_for_when(name, history, replies):
    planned = [each for each in decisions(live(name, history, replies)) if each.result == "planned"]
    assert [each for each in planned if each.planned_for is None] == []
