"""Another policy takes over in the middle of any story: everybody can be planned by it, and nothing is done twice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.core.policy import Policy, parse
from schemas.inbox import AttemptAccepted
from tests.core.builders import POLICY, Story, known, overdue, stage_text, staged, with_stages
from tests.core.test_laws import DAY, START, Checked, answers, events, live


def rules(text: str) -> Policy:
    parsed = parse(text)
    assert isinstance(parsed, Policy), str(parsed)
    return parsed


OTHERS = {
    "one stage alone": rules(with_stages(stage_text("only", 5, 'channels = { default = ["sms"], intense = ["email"] }'))),
    "other names of stages": rules(re.sub(r'id = "(early|today|first|notice|call)"', r'id = "new_\1"', POLICY)),
    "one creditor": rules(re.sub(r"\[creditors\.acme\].*?\n\n", "", POLICY, flags=re.DOTALL)),
    "no tiers": rules(re.sub(r"\[\[tiers\]\].*?\n\n", "", POLICY, flags=re.DOTALL).replace(", intense = ", ", standard = ")),
    "the same with another gap": rules(POLICY.replace("min_gap_hours = 20", "min_gap_hours = 2")),
}  # fmt: skip


def go_on(story: Story, until: int) -> None:
    """Plan at once, then live through every wake-up; whatever is claimed is accepted."""
    made = story.turn()
    while made.wake_at is not None and made.wake_at <= until:
        story.now = made.wake_at
        made = story.turn()
        if made.open_claims:
            made = story.hear(*(AttemptAccepted(each, "p", "r") for each in made.open_claims))


@given(st.sampled_from(("plain", "by date")), events, answers, st.sampled_from(tuple(OTHERS)))
def test_any_policy_can_take_over_at_any_point_of_a_story(name, history, replies, other):
    story = live(name, history, replies, days_long=20, told=Checked)
    story.policy = OTHERS[other]
    go_on(story, START + 60 * DAY)

    attempts = [claim.attempt_id for claim in story.claims]
    assert len(attempts) == len(set(attempts))


@given(st.sampled_from(("plain", "by date")), events, answers)
def test_a_policy_that_differs_in_nothing_that_matters_repeats_nothing(name, history, replies):
    story = live(name, history, replies, days_long=20)
    before = (len(story.claims), len(story.records))
    story.policy = live(name, [], ()).policy
    story.turn()

    assert (len(story.claims), len(story.records)) == before


BEFORE = (stage_text("third_week", 20),)
AFTER = (stage_text("second_week", 10), *BEFORE)


@pytest.fixture
def waiting() -> Story:
    """Twelve days overdue: the only stage is still ahead."""
    story = known(staged(*BEFORE), start="2026-03-22 10:00")
    story.hear(overdue(due_on="2026-03-10"))
    return story


def test_without_a_switch_the_next_stage_is_waited_for(waiting: Story):
    waiting.turn()
    assert waiting.claims == []


def test_a_stage_that_the_new_policy_adds_is_done_when_the_customer_is_planned_anew(waiting: Story):
    waiting.policy = staged(*AFTER)
    waiting.turn()
    assert [claim.stage.id for claim in waiting.claims] == ["second_week"]


def test_what_the_former_policy_did_is_not_done_again_under_the_same_name(waiting: Story):
    waiting.policy = staged(*AFTER)
    waiting.until("2026-03-23 18:00")
    waiting.policy = staged(*AFTER, changes=(("min_gap_hours = 20", "min_gap_hours = 1"),))
    waiting.until("2026-03-24 18:00")
    assert [claim.stage.id for claim in waiting.claims] == ["second_week"]


def test_records_name_the_policy_that_decided(waiting: Story):
    waiting.policy = staged(*AFTER)
    assert {record.policy for record in waiting.turn().records} == {staged(*AFTER).hash}
