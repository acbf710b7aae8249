"""What becomes of an attempt, and what its end gives back."""

import pytest

from dispatcher.core.claim import Conditions
from schemas.inbox import (
    AttemptAccepted,
    AttemptInDoubt,
    AttemptRejected,
    AttemptReleased,
    ConsentChanged,
    ContactReported,
    CustomerErased,
    HoldPlaced,
    PlanAgreed,
    PromiseMade,
)
from schemas.state import HAS_IN_DOUBT, HAS_OPEN_CALL, HAS_OPEN_CLAIM, WAITING_FOR_PROFILE
from tests.core.builders import (
    DAY,
    HOUR,
    PHONE,
    Story,
    at,
    conditions,
    day,
    due,
    known,
    overdue,
    paid,
    policy,
    profile,
    stage_text,
    staged,
)

NOON = "2026-03-11 11:00"


def claimed(rules=None, **changes) -> tuple[Story, str]:
    story = known(rules, NOON, **changes)
    story.hear(overdue())
    return story, story.claims[0].attempt_id


def tasked() -> tuple[Story, str]:
    """A call task that is open: stage `call` of an invoice whose notice went out two days before."""
    story = known(start="2026-04-07 10:00")
    story.hear(overdue())
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.go("2026-04-09 10:00").turn()
    assert story.claims[-1].channel == "call_task"
    return story, story.claims[-1].attempt_id


def report(task_id, outcome="reached", contact_class="right_party"):
    return ContactReported("call_task", "outbound", 0, "desk", outcome, contact_class, None, task_id)


def test_an_accepted_attempt_is_over():
    story, attempt = claimed()
    made = story.hear(AttemptAccepted(attempt, "twilio", "SM1"))
    assert (story.customer.attempts, made.open_claims, made.flags) == ({}, (), 0)


def test_an_accepted_attempt_is_recorded_with_contact_stage_and_channel():
    story, attempt = claimed()
    record = story.hear(AttemptAccepted(attempt, "twilio", "SM1")).records[0]
    assert (record.kind, record.result, record.attempt_id, record.stage, record.channel, record.phase) == (
        "attempt",
        "accepted",
        attempt,
        "first",
        "sms",
        "overdue",
    )


def test_an_open_claim_is_flagged_and_looked_at_every_minute():
    story, attempt = claimed()
    seen = [(story.last.flags, story.last.open_claims, story.last.wake_at - story.now)]
    story.now += 90_000
    story.turn()
    seen.append((story.last.flags, story.last.open_claims, story.last.wake_at - story.now))
    assert seen == [(HAS_OPEN_CLAIM, (attempt,), 60_000), (HAS_OPEN_CLAIM, (attempt,), 30_000)]


def test_who_is_not_known_yet_is_flagged():
    assert Story().hear(due()).flags == WAITING_FOR_PROFILE


def test_a_refused_recipient_is_reached_by_the_next_channel_as_the_same_contact():
    story, attempt = claimed()
    story.hear(AttemptRejected(attempt, "twilio", "recipient", "21614"))
    one, other = story.claims
    assert (one.contact_id == other.contact_id, one.channel, other.channel) == (True, "sms", "email")
    assert [each.attempt_id.rpartition(".")[2] for each in story.claims] == ["1", "2"]


def test_a_fall_back_counts_against_the_caps():
    story, attempt = claimed(policy(("max = 3", "max = 1")))
    story.hear(AttemptRejected(attempt, "twilio", "recipient", "21614"))
    assert story.verdict == ("deferred", "cap", "first")


def test_a_contact_ends_when_every_channel_was_refused():
    story, attempt = claimed()
    story.hear(AttemptRejected(attempt, "twilio", "recipient", "21614"))
    story.hear(AttemptRejected(story.claims[1].attempt_id, "smtp", "suppressed", "550"))
    assert (story.verdict, len(story.claims), story.customer.retries) == (("rejected", "refused", "first"), 2, {})


@pytest.mark.parametrize("refusal", ["content", "config"])
def test_a_refusal_that_is_not_the_recipients_ends_the_contact(refusal):
    story, attempt = claimed()
    story.hear(AttemptRejected(attempt, "twilio", refusal, "30007"))
    story.go("2026-03-13 11:00").turn()
    assert len(story.claims) == 1


def test_an_attempt_in_doubt_stays_counted_and_is_not_tried_again():
    story, attempt = claimed()
    made = story.hear(AttemptInDoubt(attempt, "twilio", "timeout"))
    story.go("2026-03-13 11:00").turn()
    assert (made.flags, made.open_claims, len(story.claims), len(story.customer.contacts)) == (HAS_IN_DOUBT, (), 1, 1)


def test_an_answer_resolves_the_doubt():
    story, attempt = claimed()
    story.hear(AttemptInDoubt(attempt, "twilio", "timeout"))
    made = story.hear(AttemptAccepted(attempt, "twilio", "SM1"))
    assert (made.records[0].result, made.flags) == ("accepted", 0)


LATE = {
    "in doubt": lambda attempt: AttemptInDoubt(attempt, "p", "timeout"),
    "accepted": lambda attempt: AttemptAccepted(attempt, "p", "r"),
    "rejected": lambda attempt: AttemptRejected(attempt, "p", "recipient", "1"),
    "released": lambda attempt: AttemptReleased(attempt, "lease_expired"),
}


@pytest.mark.parametrize("late", LATE)
def test_a_status_never_moves_backwards(late):
    story, attempt = claimed()
    story.hear(AttemptAccepted(attempt, "p", "r"))
    made = story.hear(LATE[late](attempt))
    assert [(r.kind, r.result, r.reasons[0].code) for r in made.records] == [("fact", "recorded", "outdated")]
    assert len(story.customer.contacts) == 1


@pytest.mark.parametrize("late", LATE)
def test_what_is_said_of_an_open_task_by_a_sender_changes_nothing(late):
    story, attempt = tasked()
    story.hear(LATE[late](attempt))
    assert attempt in story.customer.attempts


def test_a_doubt_after_a_doubt_is_only_noted():
    story, attempt = claimed()
    story.hear(AttemptInDoubt(attempt, "p", "timeout"))
    made = story.hear(AttemptInDoubt(attempt, "p", "timeout"))
    assert made.records[0].reasons[0].code == "outdated"


def test_a_released_attempt_frees_cap_gap_and_stage():
    story, attempt = claimed()
    story.hear(AttemptReleased(attempt, "lease_expired", story.now + HOUR))
    assert (story.customer.contacts, story.customer.invoices["I-1"].done[-1][1]) == ((), "today")


def test_a_released_contact_is_made_again_at_its_time_under_a_new_attempt():
    story, attempt = claimed()
    story.hear(AttemptReleased(attempt, "provider_unreachable", story.now + HOUR))
    told = (story.verdict, story.last.wake_at)
    story.now += HOUR
    story.turn()
    assert told == (("deferred", "provider_unreachable", "first"), story.now)
    assert [each.attempt_id for each in story.claims] == [attempt, attempt.replace(".1", ".2")]


def test_a_release_whose_reason_is_not_ours_is_a_lease_that_expired():
    story, attempt = claimed()
    story.hear(AttemptReleased(attempt, "who knows", story.now + HOUR))
    assert story.said("attempt")[-1] == ("released", "lease_expired", "first")


def test_another_invoice_that_became_due_joins_the_contact_that_is_made_again():
    story, attempt = claimed()
    story.hear(AttemptReleased(attempt, "lease_expired", story.now + HOUR), overdue("I-2"))
    story.now += HOUR
    story.turn()
    again = story.claims[-1]
    assert ([name for name, _ in again.invoices], again.attempt_id) == (["I-1", "I-2"], attempt.replace(".1", ".2"))


STOPS = {
    "payment": paid(),
    "a hold": HoldPlaced("H", "customer", "dispute"),
    "a promise": PromiseMade("P", ("I-1",), 1, "EUR", day("2026-03-20")),
    "a plan": PlanAgreed("PL", ("I-1",), "EUR", ()),
    "an objection": ConsentChanged(PHONE, "sms", False, "reply"),
    "a hold of the number": HoldPlaced("H", "contact_point", "manual", PHONE),
    "a block": profile(blocked_channels=("sms",)),
    "another number": profile(phones=()),
    "another due date": overdue(due_on="2026-03-09"),
    "erasure": CustomerErased(),
}


@pytest.mark.parametrize("stop", STOPS)
def test_a_claim_that_would_not_be_made_now_is_withdrawn(stop):
    story, attempt = claimed()
    story.now += 1_000
    assert story.hear(STOPS[stop]).withdrawn == (attempt,)


def test_a_claim_that_still_holds_is_not_withdrawn():
    story, _ = claimed()
    assert story.hear(HoldPlaced("H", "invoice", "dispute", "I-9")).withdrawn == ()


def test_a_withdrawn_claim_that_is_given_back_leaves_nothing():
    story, attempt = claimed()
    story.hear(paid())
    story.hear(AttemptReleased(attempt, "withdrawn"))
    assert (story.customer.contacts, story.customer.attempts) == ((), {})
    assert story.said("attempt")[-1] == ("released", "withdrawn", "first")


def test_a_payment_that_bounces_after_a_claim_was_given_back_leads_to_another_attempt():
    story, attempt = claimed()
    story.now += 1_000
    story.hear(paid())
    story.hear(AttemptReleased(attempt, "withdrawn"))
    story.now += 60_000
    story.hear(overdue())
    assert [each.attempt_id for each in story.claims] == [attempt, attempt.replace(".1", ".2")]


def test_a_due_date_that_moves_away_and_back_leads_to_another_attempt_of_its_contact():
    story, attempt = claimed()
    story.hear(overdue(due_on="2026-03-05"))
    story.hear(AttemptReleased(attempt, "withdrawn"))
    moved = [each.attempt_id for each in story.claims]
    story.now += 60_000
    story.hear(overdue())
    story.until("2026-03-14 12:00")
    ids = [each.attempt_id for each in story.claims]
    assert (attempt.replace(".1", ".2") in ids, len(set(ids)), moved[0]) == (True, len(ids), attempt)


def test_a_task_is_accepted_with_its_claim():
    story, attempt = tasked()
    assert [(r.result, r.attempt_id) for r in story.records if r.kind == "attempt"][-1] == ("accepted", attempt)
    assert (story.last.open_claims, story.last.flags) == ((), HAS_OPEN_CALL)


REPORTS = {
    "the person was reached": (report("?"), "delivered"),
    "a message was left": (report("?", "message_left", "none"), "delivered"),
    "nobody answered": (report("?", "no_answer", "none"), "undelivered"),
    "somebody else answered": (report("?", "relative", "third_party"), "undelivered"),
}


@pytest.mark.parametrize("what", REPORTS)
def test_a_report_closes_its_task(what):
    story, attempt = tasked()
    said, result = REPORTS[what]
    story.hear(report(attempt, said.outcome, said.contact_class))
    assert (story.said("attempt")[-1][0], story.customer.attempts) == (result, {})


def test_a_second_report_of_a_task_is_only_noted():
    story, attempt = tasked()
    story.hear(report(attempt))
    made = story.hear(report(attempt))
    assert [(r.kind, r.result) for r in made.records] == [("fact", "recorded")]


def test_a_task_that_nobody_reports_expires():
    story, attempt = tasked()
    story.now += 3 * DAY
    assert attempt in story.customer.attempts
    story.turn()
    assert (story.said("attempt")[-1], story.customer.attempts) == (("expired", "expired", "call"), {})


def test_a_task_ends_when_all_its_invoices_are_closed():
    story, _ = tasked()
    story.hear(paid())
    assert (story.said("attempt")[-1], story.customer.attempts) == (("cancelled", "paid", "call"), {})


def test_a_task_ends_when_the_customer_is_erased():
    story, _ = tasked()
    story.hear(CustomerErased())
    assert story.said("attempt")[-1] == ("cancelled", "erased", "call")


def test_an_outcome_in_free_words_is_not_copied_into_the_journal():
    story, attempt = tasked()
    record = story.hear(report(attempt, "Mr Example, 0171 2345678, promised")).records[0]
    assert record.reasons[0].inputs == {"detail": "other"}


def test_a_report_about_a_contact_of_ours_is_not_counted_again():
    story, _ = claimed()
    contact = story.claims[0].contact_id
    story.hear(ContactReported("sms", "outbound", story.now, "provider", "delivered", "none", contact))
    assert len(story.customer.contacts) == 1


def test_a_contact_that_somebody_else_reports_twice_is_counted_once():
    story = known(start=NOON)
    made = ContactReported("sms", "outbound", story.now, "branch", "sent", "none")
    story.hear(made)
    story.hear(made)
    assert len(story.customer.contacts) == 2  # two ids are two reports: it is the id that counts


def test_the_claim_speaks_to_the_customer_until_the_window_ends():
    story, _ = claimed()
    claim = story.claims[0]
    assert (claim.contact_point, claim.not_before, claim.not_after) == (PHONE, at(NOON), at("2026-03-11 19:00"))


def test_a_claim_shows_neither_person_nor_number():
    story, attempt = claimed()
    assert repr(story.claims[0]) == f"Claim({attempt!r}, 'sms', stage='first')"


def test_one_credit_is_one_claim():
    story = known(policy(("min_gap_hours = 20", "min_gap_hours = 0")), "2026-03-11 11:00")
    made = story.hear(overdue("I-1"), overdue("I-2", creditor_id="acme"))
    assert [claim.creditor_id for claim in made.claims] == ["default"]


def test_a_task_needs_no_credit():
    story = known(start="2026-04-09 10:00", under=conditions(credit=()), emails=())
    story.hear(overdue())
    notice_waits = story.verdict
    story.under = conditions()
    story.turn()
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.under = conditions(credit=())
    story.go("2026-04-13 10:00").turn()
    assert (notice_waits, story.claims[-1].channel) == (("deferred", "provider_limit", "notice"), "call_task")


def test_a_task_waits_where_the_calls_of_the_hour_have_been_made():
    story = known(start="2026-04-07 10:00")
    story.hear(overdue())
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.under = Conditions("on", frozenset(), gate_open=True, credits=frozenset(), exhausted=frozenset({"call_task"}))
    story.go("2026-04-09 10:00").turn()
    waits = (story.verdict, len(story.claims))
    story.under = conditions()
    story.turn()
    assert (waits, story.claims[-1].channel) == ((("deferred", "provider_limit", "call"), 1), "call_task")


def test_the_report_of_a_call_that_comes_again_under_another_id_is_no_second_contact():
    story = known(staged(stage_text("call", 1, 'channels = { default = ["call_task"] }')), "2026-03-11 11:00")
    story.hear(overdue())
    (claim,) = story.claims
    told = ContactReported(
        "call_task", "outbound", story.now, "desk", "conversation", "right_party", None, claim.attempt_id
    )
    story.hear(told)
    story.hear(told)
    assert [each.became for each in story.customer.contacts] == ["conversation"]
