"""One example for every reason that a decision can give."""

import pytest

from dispatcher.core.worker_stops import PAUSED_FOR
from schemas.inbox import (
    AttemptAccepted,
    AttemptInDoubt,
    AttemptRejected,
    AttemptReleased,
    ConsentChanged,
    ContactReported,
    CustomerErased,
    HoldPlaced,
    HoldReleased,
    PhonePoint,
    PlanAgreed,
    PlanCancelled,
    PromiseCancelled,
    PromiseMade,
    QuietSpan,
)
from schemas.reasons import CODES, SENTENCES
from tests.core.builders import EMAIL, PHONE, Story, at, conditions, day, due, known, overdue, paid, policy, profile

DUE_NOW = "2026-03-11 11:00"  # a Wednesday; the invoice of `overdue()` was due on Tuesday


def overdue_story(rules=None, under=None, **changes) -> Story:
    """A customer with an invoice whose stage `first` is due at 11:00 UTC."""
    return known(rules, DUE_NOW, under or conditions(), **changes)


def reminder(story: Story) -> tuple:
    story.hear(overdue())
    return story.verdict


def paused():
    return reminder(overdue_story(under=conditions("off")))


def input_behind():
    return reminder(overdue_story(under=conditions(gate_open=False)))


def provider_limit():
    return reminder(overdue_story(under=conditions(credit=("email",))))


def shadow():
    return reminder(overdue_story(under=conditions("shadow")))


def not_in_allowlist():
    return reminder(overdue_story(under=conditions("allowlist", allowlist=("+447700900999",))))


def claimed():
    return reminder(overdue_story())


def on_the_allowlist():
    return reminder(overdue_story(under=conditions("allowlist", allowlist=(PHONE,))))


def quiet_hours():
    story = known(start="2026-03-11 20:00")
    return reminder(story)


def own_quiet_hours():
    story = known(start=DUE_NOW, quiet_hours=(QuietSpan(11 * 60, 13 * 60),))
    return reminder(story)


def holiday():
    story = known(start="2026-05-01 11:00")
    story.hear(due(due_on="2026-05-01"))
    return story.verdict


def min_gap():
    story = known(start="2026-03-10 11:00")
    story.hear(due(due_on="2026-03-10"))
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.hear(due("I-2", due_on="2026-03-10"))
    return story.verdict


def cap():
    story = known(policy(("min_gap_hours = 20", "min_gap_hours = 0")), "2026-03-10 11:00")
    story.hear(due(due_on="2026-03-10"))
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.hear(due("I-2", due_on="2026-03-10"))
    return story.verdict


def in_flight():
    story = known(start="2026-03-10 11:00")
    story.hear(due(due_on="2026-03-10"))
    story.hear(due("I-2", due_on="2026-03-10"))
    return story.verdict


def opted_out():
    story = overdue_story(emails=())
    story.hear(ConsentChanged(PHONE, "sms", False, "reply"))
    return reminder(story)


def no_consent():
    return reminder(overdue_story(policy(("required = []", 'required = ["sms"]')), emails=()))


def blocked_channel():
    return reminder(overdue_story(emails=(), blocked_channels=("sms",)))


def no_reachable_channel():
    return reminder(overdue_story(emails=(), phones=(PhonePoint("+442079460001", "landline"),)))


def hold():
    story = overdue_story()
    story.hear(HoldPlaced("H-1", "customer", "dispute"))
    return reminder(story)


def hold_with_an_end():
    story = overdue_story()
    story.hear(HoldPlaced("H-1", "invoice", "dispute", "I-1", at("2026-03-20 00:00")))
    return reminder(story)


def hold_of_the_only_contact_point():
    story = overdue_story(emails=())
    story.hear(HoldPlaced("H-1", "contact_point", "manual", PHONE))
    return reminder(story)


def promise():
    story = overdue_story()
    story.hear(PromiseMade("P-1", ("I-1",), 5000, "EUR", day("2026-03-12")))
    return reminder(story)


def plan():
    story = overdue_story()
    story.hear(PlanAgreed("PL-1", ("I-1",), "EUR", ()))
    return reminder(story)


def erased():
    story = overdue_story()
    story.hear(CustomerErased())
    return reminder(story)


def waiting_for_profile():
    return reminder(Story(start=DUE_NOW))


def paid_up():
    story = overdue_story()
    story.hear(overdue(), paid())
    return story.verdict


def cancelled():
    story = overdue_story()
    story.hear(overdue(), paid(reason="written_off"))
    return story.verdict


def below_minimum():
    story = overdue_story()
    story.hear(overdue(amount=99))
    return story.verdict


def netted_below_minimum():
    story = overdue_story()
    story.hear(due("CN-1", amount=4950, kind="credit_note"))
    return reminder(story)


def not_overdue():
    story = overdue_story()
    story.hear(due())
    return story.verdict


def planned():
    story = overdue_story()
    story.hear(due(due_on="2026-04-10"))
    return story.verdict


def missed_stage():
    story = overdue_story()
    story.hear(due())
    return story.said()[0]


def ladder_done():
    story = known(start="2026-06-01 11:00")
    story.hear(overdue(due_on="2026-04-01"))
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.until("2026-06-02 11:00")
    return ("suppressed", "ladder_done", None) if story.customer.invoices["I-1"].verdict.endswith("|-|0") else None


def merged_into():
    story = overdue_story()
    story.hear(overdue("I-1"), overdue("I-2", due_on="2026-02-20"))
    return story.verdict


def refused():
    story = overdue_story(emails=())
    story.hear(overdue())
    story.hear(AttemptRejected(story.claims[0].attempt_id, "p", "recipient", "21614"))
    return story.verdict


def retried_later():
    story = overdue_story()
    story.hear(overdue())
    retry_at = story.now + 90_000
    story.hear(AttemptReleased(story.claims[0].attempt_id, "provider_unreachable", retry_at))
    return story.verdict


EXAMPLES = {
    paused: ("deferred", "paused", "first"),
    input_behind: ("waiting", "input_behind", "first"),
    provider_limit: ("deferred", "provider_limit", "first"),
    shadow: ("suppressed", "shadow", "first"),
    not_in_allowlist: ("suppressed", "not_in_allowlist", "first"),
    on_the_allowlist: ("claimed", "due", "first"),
    claimed: ("claimed", "due", "first"),
    quiet_hours: ("deferred", "quiet_hours", "first"),
    own_quiet_hours: ("deferred", "quiet_hours", "first"),
    holiday: ("deferred", "holiday", "today"),
    min_gap: ("deferred", "min_gap", "today"),
    cap: ("deferred", "cap", "today"),
    in_flight: ("waiting", "in_flight", "today"),
    opted_out: ("suppressed", "opted_out", "first"),
    no_consent: ("suppressed", "no_consent", "first"),
    blocked_channel: ("suppressed", "blocked_channel", "first"),
    no_reachable_channel: ("suppressed", "no_reachable_channel", "first"),
    hold: ("suppressed", "hold", "first"),
    hold_with_an_end: ("deferred", "hold", "first"),
    hold_of_the_only_contact_point: ("suppressed", "hold", "first"),
    promise: ("deferred", "promise", "first"),
    plan: ("suppressed", "plan", "first"),
    erased: ("suppressed", "erased", None),
    waiting_for_profile: ("waiting", "waiting_for_profile", None),
    paid_up: ("cancelled", "paid", None),
    cancelled: ("cancelled", "cancelled", None),
    below_minimum: ("suppressed", "below_minimum", "first"),
    netted_below_minimum: ("suppressed", "below_minimum", "first"),
    not_overdue: ("waiting", "not_overdue", "first"),
    planned: ("planned", "due", "early"),
    missed_stage: ("suppressed", "missed_stage", "today"),
    ladder_done: ("suppressed", "ladder_done", None),
    merged_into: ("merged", "merged_into", "first"),
    refused: ("rejected", "refused", "first"),
    retried_later: ("deferred", "provider_unreachable", "first"),
}

ELSEWHERE = {
    "objection_unread": "in test_point_bars",
    "unreachable_point": "in test_point_bars",
    "cool_down": "in test_cap_dimensions",
    "reserved": "in test_reserve",
    "too_early": "in test_presets",
    "notice_first": "in test_preset_duties",
    "lease_expired": "given back by the sender",
    "provider_misconfigured": "given back by the sender",
    "adapter_failed": "given back by the sender",
    "too_large": "parked by the engine",
    "faulty": "parked by the engine",
    "withdrawn": "given back by the sender",
    "unanswered": "in test_attempts",
    "reported": "in test_attempts",
    "desk_full": "in test_desk_capacity",
    "free_to_dial": "in test_dialling",
    "already_dialled": "in test_dialling",
    "lease_overtaken": "in test_dialling",
    "not_open": "in test_dialling",
    "no_outcome": "in test_dialling",
    "doubt_resend": "in test_doubts",
    "doubt_failed": "in test_doubts",
    "resolved": "in test_doubts",
    "late_answer": "in test_doubts",
    "unknown_attempt": "in test_receipts",
    "expired": "in test_attempts",
    "no_receipt": "in test_ladder",
    "awaiting_approval": "in test_hand_overs",
    "approved": "in test_hand_overs",
    "not_approved": "in test_hand_overs",
    "recorded": "in test_facts",
    "unchanged": "in test_facts",
    "outdated": "in test_facts",
    "promise_kept": "in test_promises",
    "promise_partly_kept": "in test_promises",
    "promise_broken": "in test_promises",
    "plan_broken": "in test_plans",
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_the_decision_gives_its_reason(example):
    assert example() == EXAMPLES[example]


def test_every_code_of_the_closed_list_has_an_example():
    assert {code for _, code, _ in EXAMPLES.values()} | ELSEWHERE.keys() == set(CODES)


def test_every_code_has_a_sentence():
    assert set(SENTENCES) == set(CODES)


LIFTED = {
    "hold released": (HoldPlaced("H-1", "customer", "dispute"), HoldReleased("H-1")),
    "promise cancelled": (PromiseMade("P-1", ("I-1",), 5000, "EUR", day("2026-03-12")), PromiseCancelled("P-1")),
    "plan cancelled": (PlanAgreed("PL-1", ("I-1",), "EUR", ()), PlanCancelled("PL-1")),
    "consent given back": (ConsentChanged(PHONE, "sms", False, "reply"), ConsentChanged(PHONE, "sms", True, "web")),
    "block lifted": (profile(emails=(), blocked_channels=("sms",)), profile(emails=())),
    "a partial payment is taken back": (paid(), paid(amount_due=5000)),
    "another contact point after none": (profile(emails=(), phones=()), profile()),
}


@pytest.mark.parametrize("stop", LIFTED)
def test_a_stop_holds_contact_back_until_it_is_lifted(stop):
    placed, lifted = LIFTED[stop]
    story = overdue_story(emails=())
    story.hear(overdue(), placed)
    before = [*story.claims]
    story.now += 1000
    story.hear(lifted)
    assert (before, len(story.claims)) == ([], 1)


def test_a_stop_elsewhere_does_not_concern_the_invoice():
    story = overdue_story()
    story.hear(
        HoldPlaced("H-1", "invoice", "dispute", "I-9"),
        PromiseMade("P-1", ("I-9",), 1, "EUR", day("2026-03-12")),
        PlanAgreed("PL-1", ("I-9",), "EUR", ()),
        ConsentChanged(EMAIL, "email", False, "reply"),
    )
    assert reminder(story) == ("claimed", "due", "first")


def test_contact_resumes_the_morning_after_promise_and_grace():
    story = overdue_story()
    story.hear(PromiseMade("P-1", ("I-1",), 5000, "EUR", day("2026-03-11")), overdue())
    story.until("2026-03-20 12:00")
    assert story.claims[0].claimed_at == at("2026-03-14 08:00")  # grace ends with Friday; Saturday 09:00 in Berlin


def test_a_hold_with_an_end_is_looked_at_when_it_ends():
    story = overdue_story()
    story.hear(HoldPlaced("H-1", "customer", "dispute", None, at("2026-03-12 09:30")), overdue())
    assert story.last.wake_at == at("2026-03-12 09:30")
    story.until("2026-03-12 12:00")
    assert story.claims[0].claimed_at == at("2026-03-12 09:30")


def test_a_paused_customer_is_looked_at_again():
    story = overdue_story(under=conditions("off"))
    story.hear(overdue())
    assert story.last.wake_at == story.now + PAUSED_FOR


def test_a_contact_made_elsewhere_counts_for_the_gap():
    story = overdue_story()
    story.hear(ContactReported("call_task", "outbound", story.now - 3_600_000, "branch", "reached", "right_party"))
    assert reminder(story) == ("deferred", "min_gap", "first")


def test_what_somebody_else_was_told_does_not_count():
    story = overdue_story()
    story.hear(ContactReported("call_task", "inbound", story.now - 3_600_000, "desk", "asked", "right_party"))
    assert reminder(story) == ("claimed", "due", "first")


def test_an_attempt_in_doubt_holds_up_the_next_contact():
    story = known(start="2026-03-10 11:00")
    story.hear(due(due_on="2026-03-10"))
    story.hear(AttemptInDoubt(story.claims[0].attempt_id, "p", "timeout"))
    story.hear(due("I-2", due_on="2026-03-10"))
    assert story.verdict == ("waiting", "in_flight", "today")
