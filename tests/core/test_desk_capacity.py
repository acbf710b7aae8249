"""People are asked for no more calls than they get to before the customer's hours end; the rest is planned anew."""

import pytest

from dispatcher.core.decide import Conditions
from dispatcher.core.policy import parse
from schemas.inbox import ContactReported
from schemas.state import HAS_OPEN_CALL
from tests.core.builders import HOUR, MINUTE, known, overdue, policy, stage_text, staged, with_stages

CALL = stage_text("call", 1, 'channels = { default = ["call_task"] }')


def busy(how_long) -> Conditions:
    return Conditions("on", frozenset(), gate_open=True, credits=frozenset({"email"}), desk_busy=how_long)


def called(how_long, rules=None, start="2026-03-11 10:00"):
    story = known(rules or staged(CALL), start=start, under=busy(how_long))
    return story, story.hear(overdue())


def hours_left(story) -> int:
    (claim,) = known(staged(CALL), start="2026-03-11 10:00", under=busy(0)).hear(overdue()).claims
    return claim.not_after - story.now


def test_a_call_that_people_get_to_in_time_is_asked_for():
    story, _ = called(0)
    _, made = called(hours_left(story))
    assert len(made.claims) == 1


def test_one_that_they_do_not_get_to_is_not():
    """S18"""
    story, _ = called(0)
    _, made = called(hours_left(story) + 1)
    assert (made.claims, [each.reasons[0].code for each in made.records][-1]) == ([], "desk_full")


def test_it_is_looked_at_again_soon():
    story, made = called(24 * HOUR)
    assert made.wake_at - story.now == 5 * MINUTE


def test_but_not_after_the_hours_have_ended():
    story, _ = called(0)
    last = hours_left(story) - 2 * MINUTE
    late = known(staged(CALL), start="2026-03-11 10:00", under=busy(24 * HOUR))
    late.now += last
    assert late.hear(overdue()).wake_at - late.now == 2 * MINUTE


def test_it_is_made_once_the_desk_has_time():
    story, _ = called(24 * HOUR)
    story.under = busy(HOUR)
    assert len(story.turn().claims) == 1


def test_a_message_needs_nobody_at_the_desk():
    _, made = called(24 * HOUR, staged(stage_text("mail", 1)))
    assert len(made.claims) == 1


@pytest.mark.parametrize("task", ["visit", "letter"])
def test_other_peoples_tasks_do_not_wait_for_the_desk(task):
    only = 'only = { tiers = ["standard"] }' if task == "visit" else "only = "
    _, made = called(24 * HOUR, staged(stage_text(task, 1, f'task = "{task}"', "channels = ", only)))
    assert [each.stage.task for each in made.claims] == [task]


def test_a_customer_with_an_open_call_is_marked_until_it_is_worked_off():
    story, made = called(0)
    (claim,) = made.claims
    before = bool(made.flags & HAS_OPEN_CALL)
    told = ContactReported(
        "call_task", "outbound", story.now, "desk", "conversation", "right_party", None, claim.attempt_id
    )
    assert (before, bool(story.hear(told).flags & HAS_OPEN_CALL)) == (True, False)


def test_a_call_that_nobody_made_marks_nobody_any_more():
    story, made = called(0)
    story.now = made.claims[0].expires_at
    assert not story.turn().flags & HAS_OPEN_CALL


def test_an_accepted_message_is_no_open_call():
    _, made = called(0, staged(stage_text("mail", 1)))
    assert not made.flags & HAS_OPEN_CALL


def test_a_capacity_for_calls_that_no_stage_makes_is_a_mistake():
    found = parse(with_stages(stage_text("mail", 1), ("[consent]", "[desk]\ncapacity_per_hour = 40\n\n[consent]")))
    assert "line 73, desk: expected a stage that calls" in str(found)


def test_the_policy_says_how_many_calls_an_hour():
    with_desk = policy(("[consent]", "[desk]\ncapacity_per_hour = 40\n\n[consent]"))
    assert (with_desk.desk_capacity, policy().desk_capacity) == (40, None)
