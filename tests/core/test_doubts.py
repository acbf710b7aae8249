"""What becomes of an attempt in doubt: the provider is asked, then the policy decides, and a person can."""

import pytest

from schemas.inbox import AttemptAccepted, AttemptInDoubt, AttemptLooked, AttemptReleased, AttemptResolved
from schemas.state import HAS_IN_DOUBT
from tests.core.builders import Story, known, overdue, policy

NOON = "2026-03-11 11:00"


def in_doubt(rule="hold", channel="sms", **changes) -> tuple[Story, str]:
    story = known(policy(("[consent]", f'[in_doubt]\n{channel} = "{rule}"\n\n[consent]')), NOON, **changes)
    story.hear(overdue())
    attempt = story.claims[0].attempt_id
    assert story.claims[0].channel == channel
    story.hear(AttemptInDoubt(attempt, "twilio", "timeout"))
    return story, attempt


def look(story, attempt, times=1, answer="absent"):
    for _ in range(times):
        story.hear(AttemptLooked(attempt, "twilio", answer))
    return story


def test_a_message_that_the_provider_knows_was_accepted():
    story, attempt = in_doubt()
    made = story.hear(AttemptAccepted(attempt, "twilio", "SM1"))
    assert (story.customer.attempts, made.flags, made.records[0].result) == ({}, 0, "accepted")


@pytest.mark.parametrize("rule", ["hold", "resend", "fail"])
def test_one_look_that_finds_nothing_decides_nothing(rule):
    story, attempt = in_doubt(rule)
    look(story, attempt)
    assert (len(story.claims), story.customer.attempts[attempt].state) == (1, "in_doubt")


def test_held_it_waits_for_a_person():
    story, attempt = in_doubt("hold")
    look(story, attempt, 2).go("2026-03-20 11:00").turn()
    assert (len(story.claims), story.last.flags) == (1, HAS_IN_DOUBT)


def test_resent_it_goes_out_again_as_the_same_contact():
    story, attempt = in_doubt("resend", "email", phones=())
    look(story, attempt, 2)
    first, second = story.claims
    assert (first.contact_id == second.contact_id, second.channel) == (True, "email")
    assert second.attempt_id != attempt


def test_a_provider_that_cannot_tell_is_asked_once():
    story, attempt = in_doubt("resend", "email", phones=())
    look(story, attempt, answer="cannot_tell")
    assert len(story.claims) == 2


def test_a_resend_counts_beside_the_attempt_in_doubt():
    story, attempt = in_doubt("resend", "email", phones=())
    look(story, attempt, 2)
    assert [each.attempt_id for each in story.customer.contacts] == [attempt, story.claims[1].attempt_id]


def test_a_contact_that_is_in_doubt_for_the_third_time_is_left_to_a_person():
    story, attempt = in_doubt("resend", "email", phones=())
    look(story, attempt, 2)
    for _ in range(3):
        attempt = story.claims[-1].attempt_id
        story.hear(AttemptInDoubt(attempt, "smtp", "timeout"))
        look(story, attempt, 2)
    assert (len(story.claims), story.customer.attempts[attempt].state) == (3, "in_doubt")


def test_attempts_that_were_given_back_unsent_are_no_sends():
    story = known(policy(("[consent]", '[in_doubt]\nemail = "resend"\n\n[consent]')), NOON, phones=())
    story.hear(overdue())
    for number in range(3):
        story.hear(AttemptReleased(story.claims[number].attempt_id, "lease_expired"))
    doubtful = story.claims[-1].attempt_id
    story.hear(AttemptInDoubt(doubtful, "smtp", "timeout"))
    look(story, doubtful, 2)
    assert [claim.attempt_id.rpartition(".")[2] for claim in story.claims] == ["1", "2", "3", "4", "5"]


def test_failed_it_is_over_and_its_stage_stays_used_up():
    story, attempt = in_doubt("fail")
    look(story, attempt, 2).turn()
    assert (story.customer.attempts, len(story.claims)) == ({}, 1)
    assert story.said("attempt")[-1] == ("undelivered", "doubt_failed", "first")


def test_a_late_answer_after_a_resend_is_flagged():
    story, attempt = in_doubt("resend", "email", phones=())
    look(story, attempt, 2)
    record = story.hear(AttemptAccepted(attempt, "smtp", "<id>")).records[0]
    assert (record.result, record.reasons[0].code, record.attempt_id) == ("accepted", "late_answer", attempt)


def test_a_person_says_that_it_was_sent():
    story, attempt = in_doubt()
    story.hear(AttemptResolved(attempt, sent=True))
    assert (story.customer.attempts, len(story.customer.contacts), len(story.claims)) == ({}, 1, 1)


def test_a_person_says_that_it_was_not_sent_and_it_is_tried_again():
    story, attempt = in_doubt()
    story.hear(AttemptResolved(attempt, sent=False))
    assert (len(story.claims), [each.attempt_id for each in story.customer.contacts]) == (
        2,
        [story.claims[1].attempt_id],
    )


def test_a_word_on_an_attempt_that_is_over_changes_nothing():
    story, attempt = in_doubt()
    story.hear(AttemptAccepted(attempt, "twilio", "SM1"))
    for fact in (AttemptResolved(attempt, sent=False), AttemptLooked(attempt, "twilio", "absent")):
        assert story.hear(fact).records[0].reasons[0].code == "outdated"
    assert len(story.claims) == 1


def test_an_attempt_in_doubt_remembers_which_account_was_called():
    story, attempt = in_doubt()
    assert story.customer.attempts[attempt].provider == "twilio"
