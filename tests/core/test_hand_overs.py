"""What a stage hands over to people: letters, visits, legal steps, agencies; and the gate before a legal step."""

import pytest

from dispatcher.core.approval import use_up
from dispatcher.core.draft import draft_of
from dispatcher.core.policy import Policy, PolicyProblems, parse
from schemas.inbox import ContactReported, HoldPlaced, PromiseMade
from schemas.journal import JournalRecord
from schemas.state import EMPTY
from tests.core.builders import (
    Story,
    conditions,
    day,
    due,
    known,
    overdue,
    paid,
    stage_text,
    staged,
    with_stages,
)

DAY_7 = "2026-03-17 11:00"  # a Tuesday
NIGHT_7 = "2026-03-17 22:00"


def task(name: str, days: int, kind: str, *lines: str) -> str:
    return stage_text(name, days, f'task = "{kind}"', "channels = ", *lines)


COUNSEL = 'gate = "counsel"'
VISIT = task("visit", 7, "visit", "only = { min_risk_score = 70 }")
LEGAL = task("lawyer", 7, "legal", COUNSEL, "task_days = 10")
LETTER = task("letter", 7, "letter")
AGENCY = task("agency", 60, "agency")


def handed(rules: Policy, start=DAY_7, **changes) -> Story:
    story = known(rules, start, **changes)
    story.hear(overdue())
    return story


def report(story: Story, outcome: str) -> list[JournalRecord]:
    task_id = story.claims[-1].attempt_id
    return story.hear(ContactReported("call_task", "outbound", 0, "desk", outcome, "none", None, task_id)).records


KINDS = {
    "call": (task("call", 7, "call"), {}, "+447700900001"),
    "letter": (LETTER, {}, "postal_address"),
    "visit": (VISIT, {"risk_score": 80.0}, "postal_address"),
    "legal": (LEGAL, {}, "case_file"),
    "agency": (task("agency", 7, "agency"), {}, "case_file"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_stage_hands_over_a(kind):
    """S3, S10 and S24"""
    stages, changes, point = KINDS[kind]
    story = handed(staged(stages), **changes)
    assert [(claim.stage.task, claim.contact_point) for claim in story.claims] == [(kind, point)]


@pytest.mark.parametrize("kind", ["letter", "visit", "legal", "agency"])
def test_no_phone_number_is_needed_for_a(kind):
    stages, changes, _ = KINDS[kind]
    assert len(handed(staged(stages), phones=(), **changes).claims) == 1


def test_a_call_needs_a_number():
    assert handed(staged(KINDS["call"][0]), phones=()).verdict == ("suppressed", "no_reachable_channel", "call")


def test_a_visit_is_only_for_those_whom_the_stage_names():
    """S11"""
    assert handed(staged(VISIT), risk_score=50.0).claims == []


def test_the_journal_names_the_task_and_no_channel():
    records = [each for each in handed(staged(LETTER)).records if each.stage == "letter"]
    assert [(each.result, each.task, each.channel) for each in records] == [
        ("claimed", "letter", None),
        ("accepted", "letter", None),
    ]


def test_a_letter_may_be_handed_over_at_night():
    assert len(handed(staged(LETTER), NIGHT_7).claims) == 1


def test_a_visit_waits_for_the_hours_of_calls():
    story = handed(staged(VISIT), NIGHT_7, risk_score=80.0)
    assert story.verdict == ("deferred", "quiet_hours", "visit")


def test_a_letter_is_no_contact_that_caps_and_gaps_count():
    assert handed(staged(LETTER)).customer.contacts == ()


def test_the_report_of_a_letter_is_no_contact_either():
    story = handed(staged(LETTER))
    report(story, "sent")
    assert story.customer.contacts == ()


def test_a_visit_counts_as_a_contact():
    assert len(handed(staged(VISIT), risk_score=80.0).customer.contacts) == 1


def test_what_comes_next_waits_for_another_day():
    rules = staged(task("letter", 5, "letter", "mandatory = true"), stage_text("mail", 7))
    story = handed(rules)
    story.hear(overdue("I-1", amount=4000))
    story.until("2026-03-18 12:00")
    assert [claim.stage.id for claim in story.claims] == ["letter", "mail"]


def test_a_letter_is_not_spent_by_a_message_about_another_invoice():
    rules = staged(LETTER, stage_text("mail", 20))
    story = known(rules, DAY_7)
    story.hear(overdue("I-1"), overdue("I-2", due_on="2026-02-20"))
    assert sorted((claim.stage.id, claim.invoices[0][0]) for claim in story.claims) == [
        ("letter", "I-1"),
        ("mail", "I-2"),
    ]


def test_a_hold_stops_a_hand_over():
    story = known(staged(LEGAL), DAY_7)
    story.hear(HoldPlaced("H", "customer", "dispute"), overdue())
    assert story.verdict == ("suppressed", "hold", "lawyer")


def test_in_shadow_mode_nothing_is_handed_over():
    story = known(staged(LETTER), DAY_7, under=conditions(sending="shadow"))
    story.hear(overdue())
    assert (story.claims, story.verdict) == ([], ("suppressed", "shadow", "letter"))


def done(story: Story) -> list[str]:
    return [stage for _, stage in story.customer.invoices["I-1"].done]


def test_s7_a_legal_step_goes_to_counsel_first():
    assert handed(staged(LEGAL)).claims[0].stage.gate == "counsel"


def test_s7_a_legal_step_does_not_count_before_counsel_has_approved_it():
    assert done(handed(staged(LEGAL))) == []


def test_s7_an_approved_step_counts():
    story = handed(staged(LEGAL))
    record = report(story, "approved")[0]
    assert (done(story), record.result, record.reasons[0].code) == (["lawyer"], "accepted", "approved")


@pytest.mark.parametrize("outcome", ["declined", "reached", "approve it if you like"])
def test_s7_every_other_word_ends_the_step(outcome):
    story = handed(staged(LEGAL))
    record = report(story, outcome)[0]
    assert (record.result, record.reasons[0].code, len(story.claims)) == ("rejected", "not_approved", 1)


def test_s7_silence_is_no_approval():
    story = handed(staged(LEGAL, AGENCY))
    story.until("2026-03-27 12:00")
    ended = next(each for each in story.records if each.result == "expired")
    assert (ended.reasons[0].code, ended.task, len(story.claims)) == ("not_approved", "legal", 1)


def test_while_counsel_considers_no_other_stage_of_the_invoice_begins():
    story = handed(staged(LEGAL, stage_text("mail", 9)))
    story.until("2026-03-20 12:00")
    assert ([claim.stage.id for claim in story.claims], story.verdict) == (
        ["lawyer"],
        ("waiting", "awaiting_approval", None),
    )


def test_after_counsel_has_spoken_the_ladder_goes_on():
    story = handed(staged(LEGAL, stage_text("mail", 9)))
    story.until("2026-03-20 12:00")
    report(story, "declined")
    assert [claim.stage.id for claim in story.claims] == ["lawyer", "mail"]


def test_other_invoices_go_on_while_counsel_considers():
    story = handed(staged(LEGAL))
    story.hear(overdue("I-2", due_on="2026-03-09"))
    assert len(story.claims) == 2


def test_a_payment_ends_the_question_to_counsel():
    story = handed(staged(LEGAL))
    records = story.hear(paid()).records
    assert ("cancelled", "paid", "lawyer") in [(r.result, r.reasons[0].code, r.stage) for r in records]


def test_a_new_due_date_does_not_wait_for_counsel():
    story = handed(staged(stage_text("early", -3), LEGAL))
    story.now += 60_000
    story.hear(due(due_on="2026-03-20"))
    assert [claim.stage.id for claim in story.claims] == ["lawyer", "early"]


def test_a_promise_while_counsel_considers_is_kept_in_mind():
    story = handed(staged(LEGAL, stage_text("mail", 8)))
    story.hear(PromiseMade("P", ("I-1",), 5000, "EUR", day("2026-03-30")))
    report(story, "declined")
    story.go("2026-03-20 12:00").turn()
    assert len(story.claims) == 1


WRONG = {
    "a legal step without counsel": (task("s", 7, "legal"), "stages[0].gate"),
    "a call with a gate": (task("s", 7, "call", COUNSEL), "stages[0].gate"),
    "a message with a gate": (stage_text("s", 7, COUNSEL), "stages[0].gate"),
    "a visit to everybody": (task("s", 7, "visit"), "stages[0].only"),
    "a visit by amount alone": (task("s", 7, "visit", "only = { min_amount = { EUR = 1 } }"), "stages[0].only"),
    "a task and a ladder": (stage_text("s", 7, 'task = "letter"'), "stages[0].task"),
    "neither a task nor a ladder": (stage_text("s", 7, "channels = "), "stages[0].channels"),
    "a letter before the due date": (task("s", -3, "letter"), "stages[0].task"),
    "an unknown task": (task("s", 7, "telegram"), "stages[0].task"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_a_policy_may_not_state(what):
    stages, path = WRONG[what]
    found = parse(with_stages(stages))
    assert isinstance(found, PolicyProblems)
    assert path in [problem.path for problem in found.problems], str(found)


def test_a_visit_needs_the_hours_of_calls():
    text = with_stages(VISIT)
    start, end = text.index("[windows.call_task]"), text.index("[[caps]]")
    found = parse(text[:start] + text[end:])
    assert "windows" in [problem.path for problem in found.problems]


def test_the_word_of_counsel_on_an_invoice_that_is_gone_uses_nothing_up():
    story = handed(staged(LEGAL))
    (attempt,) = story.customer.attempts.values()
    draft = draft_of(EMPTY)
    use_up(draft, attempt)
    assert draft.frozen(EMPTY) is EMPTY


def test_after_a_letter_that_was_late_the_stage_that_has_begun_waits_for_another_day():
    rules = staged(task("letter", 7, "letter", 'missed = "send"'), stage_text("mail", 8))
    story = handed(rules, "2026-03-19 11:00")
    assert [claim.stage.id for claim in story.claims] == ["letter"]
