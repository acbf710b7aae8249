"""The table of an attempt's life: whole, never leading back, and the fold lives by it whatever comes in what order."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.core.draft import draft_of
from dispatcher.core.lifecycle import RANKS, STEPS, Status, Word, status_of, step
from dispatcher.core.policy import Policy
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
from schemas.journal import JournalRecord, cause_record
from tests.core.builders import HOUR, MINUTE, Story, arrival, known, overdue, policy, stage_text, staged

STATUSES, WORDS = get_args(Status), get_args(Word)
NOON = "2026-03-11 11:00"

FACTS = {
    "accepted": lambda name, story: AttemptAccepted(name, "p", "r"),
    "refused": lambda name, story: AttemptRejected(name, "p", "recipient", "1"),
    "refused for good": lambda name, story: AttemptRejected(name, "p", "content", "1"),
    "released": lambda name, story: AttemptReleased(name, "lease_expired"),
    "deferred": lambda name, story: AttemptReleased(name, "provider_limit", story.now + HOUR),
    "unanswered": lambda name, story: AttemptInDoubt(name, "p", "timeout"),
    "absent": lambda name, story: AttemptLooked(name, "p", "absent"),
    "cannot tell": lambda name, story: AttemptLooked(name, "p", "cannot_tell"),
    "sent": lambda name, story: AttemptResolved(name, sent=True),
    "not sent": lambda name, story: AttemptResolved(name, sent=False),
    "taken": lambda name, story: AttemptReceipt(name, "p", "accepted"),
    "delivered": lambda name, story: AttemptReceipt(name, "p", "delivered"),
    "undelivered": lambda name, story: AttemptReceipt(name, "p", "undelivered", "30003"),
    "reported": lambda name, story: ContactReported(
        "sms", "outbound", story.now, "provider", "delivered", "none", name.rpartition(".")[0]
    ),
}
RULES = {
    "resend": policy(("[consent]", '[in_doubt]\nsms = "resend"\n\n[consent]'), ("max = 1", "max = 9")),
    "fail": policy(("[consent]", '[in_doubt]\nsms = "fail"\n\n[consent]')),
    "fall back": policy(("until = { working_days = 5 }", "until = { working_days = 5 }\nfallback_hours = 4")),
}


def claimed(rules="fail") -> tuple[Story, str]:
    story = known(RULES[rules], NOON)
    story.hear(overdue())
    return story, story.claims[0].attempt_id


def status(story: Story, attempt: str) -> Status:
    return status_of(draft_of(story.customer), attempt)


def test_every_status_has_its_row_and_its_rank():
    assert set(STEPS) == set(RANKS) == set(STATUSES)


def test_every_word_leads_somewhere_from_somewhere():
    assert {word for row in STEPS.values() for word in row} == set(WORDS)


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("word", WORDS)
def test_no_step_leads_back(before: Status, word: Word):
    found = step(before, word)
    assert found is None or RANKS[found.to] >= RANKS[before]


@pytest.mark.parametrize("word", WORDS)
def test_what_was_delivered_stays_delivered(word: Word):
    assert step("delivered", word) is None


@pytest.mark.parametrize("before", ["unknown", "parked", "claimed", "in_doubt", "handed_over", "awaiting_receipt"])
def test_nothing_is_late_while_the_attempt_is_open(before: Status):
    assert not any(found.late for found in STEPS[before].values())


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("rules", RULES)
def test_said_twice_it_counts_once(rules: str, fact: str):
    story, attempt = claimed(rules)
    story.hear(FACTS[fact](attempt, story))
    before, claims = status(story, attempt), len(story.claims)
    again = story.hear(FACTS[fact](attempt, story))
    moved = [each for each in again.records if each.attempt_id == attempt and each.kind == "attempt"]
    assert (status(story, attempt), len(story.claims), moved) == (before, claims, [])


words = st.sampled_from(sorted(FACTS))


@settings(max_examples=120, deadline=None)
@given(
    rules=st.sampled_from(sorted(RULES)), said=st.lists(st.tuples(words, st.sampled_from((0, 0, 1, 300))), max_size=12)
)
def test_a_status_never_moves_backwards_whatever_is_said_in_what_order(rules: str, said: list[tuple[str, int]]):
    story, attempt = claimed(rules)
    before = RANKS[status(story, attempt)]
    for fact, minutes in said:
        story.now += minutes * MINUTE
        story.hear(FACTS[fact](attempt, story))
        after = RANKS[status(story, attempt)]
        assert after >= before, story.said("attempt")
        before = after


@settings(max_examples=60, deadline=None)
@given(said=st.lists(words, max_size=6, unique=True), again=st.randoms(use_true_random=False))
def test_what_comes_twice_in_another_order_makes_no_further_contact(said: list[str], again):
    story, attempt = claimed("fail")
    story.hear(*(FACTS[each](attempt, story) for each in said))
    number = len(story.claims)
    repeated = said * 2
    again.shuffle(repeated)
    story.hear(*(FACTS[each](attempt, story) for each in repeated))
    assert len(story.claims) <= max(number, 2)


MEANT = {
    "refused": "rejected",
    "refused for good": "rejected",
    "absent": "looked",
    "cannot tell": "looked",
    "not sent": "not_sent",
    "taken": "accepted",
}
"""Facts whose word has another name."""

naming_the_attempt = st.sampled_from(sorted(FACTS.keys() - {"reported"}))


@settings(max_examples=120, deadline=None)
@given(rules=st.sampled_from(sorted(RULES)), said=st.lists(naming_the_attempt, max_size=8))
def test_exactly_the_steps_of_the_table_are_journalled_with_their_flag_and_their_cause(rules: str, said: list[str]):
    story, attempt = claimed(rules)
    for fact in said:
        found = step(status(story, attempt), MEANT.get(fact, fact))
        arrived = arrival(FACTS[fact](attempt, story), story.now)
        told = story.turn(arrived).records[0]
        flagged = told.reasons[0].code == "late_answer"
        assert (told.kind == "attempt", flagged) == (found is not None, found is not None and found.late), fact
        assert told.cause == cause_record(arrived.cause)


def word_of(record: JournalRecord) -> str:
    """The word of the table that a record of the journal stands for."""
    reason, result = record.reasons[0], record.result
    match reason.rule:
        case "attempt.in_doubt":
            return "unanswered"
        case "attempt.looked":
            return "looked"
        case "attempt.unheard":
            return "unheard"
        case "attempt.resolved":
            return "sent" if result == "accepted" else "not_sent"
        case "attempt.ended":
            return "resent" if reason.code == "doubt_resend" else "failed"
        case _:
            return result


def awaits_receipt(record: JournalRecord, policy: Policy) -> bool:
    """Whether "accepted" is not the end of it: another channel follows unless a receipt comes."""
    stage = next((each for each in policy.stages if each.id == record.stage), None)
    return record.result == "accepted" and stage is not None and stage.fallback > 0


LADDERS = {
    **RULES,
    "call first": staged(
        stage_text("mail", 7, 'channels = { default = ["call_task", "email"] }', "fallback_hours = 4")
    ),
    "three channels": staged(
        stage_text("mail", 7, 'channels = { default = ["sms", "email", "call_task"] }', "fallback_hours = 4")
    ),
}
TASKS = {
    "nobody answered": lambda name, story: ContactReported(
        "call_task", "outbound", story.now, "desk", "no_answer", "none", None, name
    ),
    "reached": lambda name, story: ContactReported(
        "call_task", "outbound", story.now, "desk", "reached", "right_party", None, name
    ),
}
anything = st.sampled_from(sorted(FACTS | TASKS))


@settings(max_examples=150, deadline=None)
@given(
    rules=st.sampled_from(sorted(LADDERS)),
    said=st.lists(st.tuples(anything, st.sampled_from((0, 1, 300, 1500))), max_size=10),
)
def test_the_journal_of_every_attempt_is_a_way_through_the_table(rules: str, said: list[tuple[str, int]]):
    """Whatever was said, and whatever time, policy and people made of it."""
    story = known(LADDERS[rules], "2026-03-17 11:00")
    story.hear(overdue())
    for fact, minutes in said:
        story.now += minutes * MINUTE
        attempt = story.claims[-1].attempt_id if len(story.claims) % 2 else story.claims[0].attempt_id
        story.hear((FACTS | TASKS)[fact](attempt, story))
    at: dict[str, Status] = {}
    for record in story.records:
        attempt_id, reason = record.attempt_id, record.reasons[0]
        if attempt_id is None or record.kind == "fact":
            continue
        before = at.get(attempt_id, "unknown")
        if reason.rule == "task.issued":
            at[attempt_id] = "handed_over"
            continue
        found = step(before, word_of(record))
        assert found is not None or reason.code == "late_answer", (attempt_id, before, record)
        if found is not None:
            waits = found.to == "accepted" and awaits_receipt(record, story.policy)
            at[attempt_id] = "awaiting_receipt" if waits else found.to
