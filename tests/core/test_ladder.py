"""From one channel to the next: after a delay without receipt or outcome, at most so many, never two at once."""

import pytest

from dispatcher.core.policy import Policy, PolicyProblems, parse
from schemas.inbox import AttemptAccepted, AttemptRejected, ContactReported, HoldPlaced
from tests.core.builders import HOUR, Story, known, overdue, paid, profile, stage_text, staged, with_stages

DAY_7 = "2026-03-17 11:00"  # a Tuesday
TWO = 'channels = { default = ["sms", "email"] }'
AFTER_4 = "fallback_hours = 4"
LADDER = 'channels = { default = ["sms", "email", "call_task"] }'


def rules(*lines: str, ladder=LADDER) -> Policy:
    return staged(stage_text("mail", 7, ladder, "fallback_hours = 4", *lines))


CALL_FIRST = 'channels = { default = ["call_task", "email"] }'


def accepted(policy: Policy, **changes) -> Story:
    """The first message of the stage was accepted by the provider."""
    story = known(policy, DAY_7, **changes)
    story.hear(overdue())
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    return story


def called(policy: Policy | None = None) -> Story:
    """The call of the stage was handed over."""
    story = known(policy or rules(ladder=CALL_FIRST), DAY_7)
    story.hear(overdue())
    return story


def channels(story: Story) -> list[str]:
    return [claim.channel for claim in story.claims]


def receipt(story: Story, outcome: str, contact_class="none") -> ContactReported:
    claim = story.claims[-1]
    return ContactReported(claim.channel, "outbound", story.now, "provider", outcome, contact_class, claim.contact_id)


def answer(story: Story, outcome: str, contact_class="none") -> ContactReported:
    task_id = story.claims[-1].attempt_id
    return ContactReported("call_task", "outbound", story.now, "desk", outcome, contact_class, None, task_id)


def test_the_next_channel_follows_after_the_delay():
    story = accepted(rules())
    start = story.now
    story.until("2026-03-17 15:30")
    assert [(claim.channel, (claim.claimed_at - start) // HOUR) for claim in story.claims] == [("sms", 0), ("email", 4)]


def test_before_the_delay_is_over_no_other_channel_is_used():
    assert channels(accepted(rules()).until("2026-03-17 14:59")) == ["sms"]


def test_the_next_channel_is_the_same_contact():
    story = accepted(rules()).until("2026-03-17 15:30")
    assert len({claim.contact_id for claim in story.claims}) == 1


def test_the_journal_says_that_no_receipt_came():
    story = accepted(rules()).until("2026-03-17 15:30")
    assert ("undelivered", "no_receipt", "mail") in story.said("attempt")


def test_without_a_delay_in_the_policy_an_accepted_message_is_enough():
    story = accepted(staged(stage_text("mail", 7, LADDER))).until("2026-03-20 15:00")
    assert (channels(story), story.customer.attempts) == (["sms"], {})


@pytest.mark.parametrize(("outcome", "contact_class"), [("delivered", "none"), ("seen", "right_party")])
def test_a_receipt_ends_the_contact(outcome, contact_class):
    story = accepted(rules())
    story.hear(receipt(story, outcome, contact_class))
    assert channels(story.until("2026-03-20 15:00")) == ["sms"]


def test_a_receipt_that_says_no_is_followed_by_the_next_channel_at_once():
    story = accepted(rules())
    story.hear(receipt(story, "undelivered"))
    assert channels(story) == ["sms", "email"]


def test_a_word_that_is_no_receipt_changes_nothing():
    story = accepted(rules())
    story.hear(receipt(story, "queued"))
    assert channels(story.until("2026-03-17 15:30")) == ["sms", "email"]


def test_the_receipt_of_another_channel_is_none():
    story = accepted(rules())
    contact_id = story.claims[0].contact_id
    story.hear(ContactReported("email", "outbound", story.now, "provider", "delivered", "none", contact_id))
    assert channels(story.until("2026-03-17 15:30")) == ["sms", "email"]


def test_a_message_that_bounces_after_it_was_accepted_is_followed_by_the_next_channel():
    story = accepted(rules())
    story.hear(AttemptRejected(story.claims[0].attempt_id, "p", "recipient", "30003"))
    assert channels(story) == ["sms", "email"]


def test_a_payment_ends_the_wait_without_a_word():
    story = accepted(rules())
    story.hear(paid())
    assert (story.customer.attempts, channels(story.until("2026-03-20 15:00"))) == ({}, ["sms"])


def test_a_hold_keeps_the_next_channel_back():
    story = accepted(rules())
    story.hear(HoldPlaced("H", "customer", "dispute"))
    assert channels(story.until("2026-03-20 15:00")) == ["sms"]


def test_the_next_channel_waits_for_its_own_hours():
    story = accepted(staged(stage_text("mail", 7, LADDER, "fallback_hours = 12"))).until("2026-03-18 12:00")
    assert [claim.claimed_at - story.claims[0].claimed_at for claim in story.claims] == [0, 19 * HOUR]


def test_at_most_so_many_channels_are_tried():
    assert channels(accepted(rules("attempts = 2")).until("2026-03-30 15:00")) == ["sms", "email"]


def test_every_channel_of_the_ladder_is_tried_where_the_policy_does_not_limit_it():
    assert channels(accepted(rules()).until("2026-03-30 15:00")) == ["sms", "email", "call_task"]


def test_the_last_channel_is_not_waited_for():
    story = accepted(rules("attempts = 2")).until("2026-03-17 15:30")
    assert story.customer.attempts == {}


def test_where_no_other_channel_reaches_the_customer_nothing_is_waited_for():
    story = accepted(
        staged(stage_text("mail", 7, 'channels = { default = ["sms", "email"] }', "fallback_hours = 4")), emails=()
    )
    assert story.customer.attempts == {}


def test_a_limit_holds_for_refusals_too():
    story = known(staged(stage_text("mail", 7, LADDER, "attempts = 2")), DAY_7)
    story.hear(overdue())
    for _ in range(2):
        story.hear(AttemptRejected(story.claims[-1].attempt_id, "p", "recipient", "1"))
    assert (channels(story), story.verdict) == (["sms", "email"], ("rejected", "refused", "mail"))


def test_a_contact_that_no_other_channel_can_take_over_any_more_ends_as_undelivered():
    story = accepted(rules(ladder=TWO))
    story.hear(profile(blocked_channels=("email",)))
    story.until("2026-03-17 16:00")
    assert (channels(story), story.verdict, story.customer.retries) == (
        ["sms"],
        ("undelivered", "no_receipt", "mail"),
        {},
    )


def test_when_the_stage_is_over_nothing_falls_back():
    policy = staged(stage_text("mail", 7, LADDER, "fallback_hours = 48", "until = { days = 8 }"))
    story = accepted(policy).until("2026-03-30 15:00")
    assert (channels(story), "missed_stage" in [code for _, code, _ in story.said()]) == (["sms"], False)


def test_a_stage_that_is_not_meant_for_the_invoice_does_not_end_the_fall_back():
    later = stage_text("large", 8, "only = { min_amount = { EUR = 999999 } }")
    policy = staged(stage_text("mail", 7, LADDER, "fallback_hours = 30"), later)
    assert channels(accepted(policy).until("2026-03-18 18:00")) == ["sms", "email"]


def test_an_invoice_that_was_only_mentioned_before_its_day_is_not_told_of_the_stage_again():
    story = known(staged(stage_text("early", 3), stage_text("mail", 7, LADDER, AFTER_4)), DAY_7)
    story.hear(overdue("I-1"), overdue("I-2", due_on="2026-03-13"))
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.until("2026-03-24 12:00")
    assert (channels(story), len({claim.contact_id for claim in story.claims})) == (["sms", "email", "call_task"], 1)


def test_a_call_that_nobody_reports_is_followed_by_the_next_channel():
    assert channels(called().until("2026-03-17 15:30")) == ["call_task", "email"]


def test_a_call_is_to_be_made_before_the_next_channel_follows():
    story = called()
    assert story.claims[0].expires_at - story.now == 4 * HOUR


def test_a_call_that_reached_nobody_is_followed_by_the_next_channel_at_once():
    story = called()
    story.hear(answer(story, "no_answer"))
    assert channels(story) == ["call_task", "email"]


def test_a_call_that_reached_the_customer_is_not_followed():
    story = called()
    story.hear(answer(story, "conversation", "right_party"))
    assert channels(story.until("2026-03-20 15:00")) == ["call_task"]


def test_a_policy_changed_meanwhile_that_lacks_the_stage_ends_the_contact():
    story = accepted(rules())
    story.policy = staged(stage_text("other", 30))
    assert channels(story.until("2026-03-20 15:00")) == ["sms"]


LETTER = ('task = "letter"', "channels = ")
WRONG = {
    "nothing to fall back to": (stage_text("s", 7, AFTER_4), "stages[0].fallback_hours"),
    "one attempt and a fall-back": (
        stage_text("s", 7, LADDER, AFTER_4, "attempts = 1"),
        "stages[0].fallback_hours",
    ),
    "a fall-back of a task": (
        stage_text("s", 7, *LETTER, AFTER_4),
        "stages[0].fallback_hours",
    ),
    "attempts of a task": (stage_text("s", 7, *LETTER, "attempts = 2"), "stages[0].attempts"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_a_policy_may_not_state(what):
    stages, path = WRONG[what]
    found = parse(with_stages(stages))
    assert isinstance(found, PolicyProblems)
    assert path in [problem.path for problem in found.problems], str(found)
