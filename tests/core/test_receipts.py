"""The provider's own word on a message: it ends what waits for it, resolves a doubt, and is never counted twice."""

import pytest

from schemas.inbox import (
    AttemptAccepted,
    AttemptInDoubt,
    AttemptLooked,
    AttemptReceipt,
    AttemptRejected,
    AttemptReleased,
    AttemptResolved,
    ContactReported,
)
from tests.core.builders import HOUR, Story, at, known, overdue, policy, stage_text, staged

NOON = "2026-03-11 11:00"
LADDER = staged(stage_text("mail", 7, 'channels = { default = ["sms", "email"] }', "fallback_hours = 4"))
RESEND = policy(("[consent]", '[in_doubt]\nsms = "resend"\n\n[consent]'), ("max = 3", "max = 9"))


def claimed(rules=None, start=NOON) -> tuple[Story, str]:
    story = known(rules, start)
    story.hear(overdue())
    return story, story.claims[0].attempt_id


def delivered(attempt, **more):
    return AttemptReceipt(attempt, "twilio", "delivered", **more)


def undelivered(attempt, code="30003"):
    return AttemptReceipt(attempt, "twilio", "undelivered", code)


def taken(attempt):
    return AttemptReceipt(attempt, "twilio", "accepted")


def in_doubt(rules=None) -> tuple[Story, str]:
    story, attempt = claimed(rules)
    story.hear(AttemptInDoubt(attempt, "twilio", "timeout"))
    return story, attempt


def sent_again_later() -> tuple[Story, str]:
    """The doubt ended with the policy's word to send again, which the cap of one text a day puts off."""
    story, attempt = in_doubt(RESEND)
    story.hear(AttemptLooked(attempt, "twilio", "absent"), AttemptLooked(attempt, "twilio", "absent"))
    assert (len(story.claims), len(story.customer.retries)) == (1, 1)
    return story, attempt


def test_a_message_that_was_accepted_may_be_delivered():
    story, attempt = claimed()
    story.hear(AttemptAccepted(attempt, "twilio", "SM1"))
    story.hear(delivered(attempt))
    assert story.said("attempt") == [("accepted", "due", "first"), ("delivered", "reported", "first")]


def test_a_receipt_names_contact_channel_and_invoices_though_the_attempt_is_over():
    story, attempt = claimed()
    story.hear(AttemptAccepted(attempt, "twilio", "SM1"))
    record = story.hear(undelivered(attempt)).records[0]
    assert (record.contact_id, record.attempt_id, record.channel, record.invoice_ids, record.phase) == (
        story.claims[0].contact_id,
        attempt,
        "sms",
        ("I-1",),
        "overdue",
    )
    assert record.reasons[0].inputs == {"detail": "30003"}


@pytest.mark.parametrize("word", [taken, delivered, undelivered])
def test_a_callback_may_overtake_the_answer_to_its_own_request(word):
    story, attempt = claimed()
    story.hear(word(attempt))
    before = story.said("attempt")
    story.hear(AttemptAccepted(attempt, "twilio", "SM1"))
    assert (story.said("attempt"), story.customer.attempts, len(story.claims)) == (before, {}, 1)


@pytest.mark.parametrize(
    ("word", "result"), [(taken, "accepted"), (delivered, "delivered"), (undelivered, "undelivered")]
)
def test_a_callback_resolves_a_doubt(word, result):
    story, attempt = in_doubt()
    made = story.hear(word(attempt))
    assert (made.records[0].result, story.customer.attempts, made.flags) == (result, {}, 0)


def test_a_doubt_that_a_callback_resolved_is_neither_asked_about_nor_sent_again():
    story, attempt = in_doubt(RESEND)
    story.hear(AttemptLooked(attempt, "twilio", "absent"))
    story.hear(taken(attempt))
    story.hear(AttemptLooked(attempt, "twilio", "absent"))
    story.go("2026-03-13 11:00").turn()
    assert (story.customer.retries, len(story.claims)) == ({}, 1)


@pytest.mark.parametrize("word", [taken, delivered])
def test_what_was_to_be_sent_again_is_not_once_the_provider_says_that_it_has_it(word):
    story, attempt = sent_again_later()
    record = story.hear(word(attempt)).records[0]
    story.go("2026-03-13 11:00").turn()
    assert (record.reasons[0].code, story.customer.retries, len(story.claims)) == ("late_answer", {}, 1)


def test_what_was_to_be_sent_again_still_is_if_the_provider_could_not_deliver_it():
    story, attempt = sent_again_later()
    story.hear(undelivered(attempt))
    story.go("2026-03-13 11:00").turn()
    assert len(story.claims) == 2


def test_who_was_wrong_to_say_that_it_was_not_sent_causes_no_second_message_if_the_word_comes_in_time():
    story, attempt = in_doubt()
    story.go("2026-03-11 20:00")  # too late for a text in Berlin
    story.hear(AttemptResolved(attempt, sent=False))
    waiting = (story.customer.contacts, len(story.customer.retries))
    story.hear(delivered(attempt))
    story.until("2026-03-12 12:00")
    assert (waiting, len(story.claims)) == (((), 1), 1)
    assert [each.attempt_id for each in story.customer.contacts] == [attempt]


def test_a_contact_that_was_sent_after_all_counts_for_the_caps_again():
    story, attempt = in_doubt()
    story.go("2026-03-11 20:00").hear(AttemptResolved(attempt, sent=False))
    story.hear(delivered(attempt))
    story.go("2026-03-12 10:00").hear(overdue("I-2"))
    assert story.verdict == ("deferred", "min_gap", "first")


def test_a_late_receipt_after_the_contact_was_tried_again_is_flagged():
    story, attempt = sent_again_later()
    story.go("2026-03-13 11:00").turn()
    record = story.hear(delivered(attempt)).records[0]
    assert (len(story.claims), record.result, record.reasons[0].code) == (2, "delivered", "late_answer")


def test_a_receipt_that_comes_after_the_wait_for_it_ends_the_fall_back():
    story, attempt = claimed(LADDER, "2026-03-17 17:30")
    story.hear(AttemptAccepted(attempt, "p", "r"))
    story.go("2026-03-17 21:40").turn()  # nobody confirmed it, and a mail has to wait for the morning
    waits = len(story.customer.retries)
    story.hear(delivered(attempt))
    story.until("2026-03-18 12:00")
    assert (waits, [claim.channel for claim in story.claims]) == (1, ["sms"])


def test_a_message_that_did_not_arrive_is_followed_by_the_next_channel():
    story, attempt = claimed(LADDER, "2026-03-17 11:00")
    story.hear(undelivered(attempt))
    assert [claim.channel for claim in story.claims] == ["sms", "email"]


def test_delivered_after_undelivered_is_believed_and_flagged():
    story, attempt = claimed()
    story.hear(undelivered(attempt))
    story.hear(delivered(attempt))
    assert story.said("attempt")[-1] == ("delivered", "late_answer", "first")


def test_undelivered_after_delivered_is_only_noted():
    story, attempt = claimed()
    story.hear(delivered(attempt))
    made = story.hear(undelivered(attempt))
    assert [(r.kind, r.reasons[0].code) for r in made.records] == [("fact", "outdated")]


def test_a_word_on_a_released_attempt_is_flagged_and_nothing_is_sent_again():
    story, attempt = claimed()
    story.hear(AttemptReleased(attempt, "provider_limit", story.now + HOUR))
    story.hear(AttemptAccepted(attempt, "twilio", "SM1"))
    story.now += HOUR
    story.turn()
    assert (len(story.claims), story.said("attempt")[-1]) == (1, ("accepted", "late_answer", "first"))


def test_a_refused_message_that_arrived_all_the_same_is_not_followed_by_another_channel():
    story, attempt = claimed()
    story.hear(AttemptRejected(attempt, "p", "recipient", "21614"), delivered(attempt))
    assert [claim.channel for claim in story.claims] == ["sms"]


def test_a_receipt_of_an_attempt_that_nobody_knows_is_set_aside():
    story, _ = claimed()
    record = story.hear(delivered("ct-00000000000000000000.1")).records[0]
    assert (record.kind, record.result, record.reasons[0].code) == ("fact", "parked", "unknown_attempt")


def test_the_provider_may_report_it_as_a_contact_too():
    story, attempt = claimed()
    story.hear(AttemptInDoubt(attempt, "twilio", "timeout"))
    contact = story.claims[0].contact_id
    story.hear(ContactReported("sms", "outbound", story.now, "provider", "delivered", "none", contact))
    assert (story.said("attempt")[-1], story.customer.attempts) == (("delivered", "reported", "first"), {})


def test_a_receipt_of_one_channel_says_nothing_of_another():
    story, attempt = claimed()
    contact = story.claims[0].contact_id
    story.hear(ContactReported("email", "outbound", story.now, "provider", "delivered", "none", contact))
    assert attempt in story.customer.attempts


def test_the_ledger_holds_when_it_arrived():
    story, attempt = claimed()
    story.hear(delivered(attempt, at=at("2026-03-11 11:05")))
    assert [(each.became, each.became_at) for each in story.customer.contacts] == [("reached", at("2026-03-11 11:05"))]
