"""Promises to pay: judged once, from what was really settled, and what a broken one brings forward (S17)."""

from datetime import UTC, datetime

import pytest

from schemas.inbox import InvoiceSettled, PromiseCancelled, PromiseMade
from tests.core.builders import Story, arrival, at, conditions, day, due, known, overdue, policy

MADE = "2026-03-11 11:00"  # a Wednesday; the invoice was due on Tuesday the 10th
PROMISED = "2026-03-16"  # a Monday; with two days of grace it is judged on Thursday the 19th, 07:00 UTC
JUDGED = "2026-03-19 07:00"
RAISING = policy(('overdue_on = "event"', 'overdue_on = "event"\npromise_broken = "next_stage"'))
CODES = ("promise_kept", "promise_partly_kept", "promise_broken")


def promise(amount=5000, ids=("I-1",), on=PROMISED, name="P-1") -> PromiseMade:
    return PromiseMade(name, ids, amount, "EUR", day(on))


def settled(when: str, remains=0, invoice_id="I-1", reason="payment") -> InvoiceSettled:
    return InvoiceSettled(invoice_id, remains, "EUR", reason, at(when))


def promised(rules=None, **more) -> Story:
    """An invoice of 50.00 that is overdue, and a promise to pay it by Monday."""
    story = known(rules, MADE)
    story.hear(promise(**more), overdue())
    return story


def judgements(story: Story) -> list[str]:
    return [r.reasons[0].code for r in story.records if r.reasons[0].code in CODES]


def paying(story: Story, *payments: tuple[str, int]) -> Story:
    for when, remains in payments:
        story.until(when).hear(settled(when, remains))
    return story.until("2026-03-31 12:00")


OUTCOMES = {
    "paid in full before the date": ([("2026-03-13 12:00", 0)], "promise_kept"),
    "paid in full within the grace": ([("2026-03-18 20:00", 0)], "promise_kept"),
    "paid in two parts": ([("2026-03-12 12:00", 3000), ("2026-03-16 12:00", 0)], "promise_kept"),
    "paid in part": ([("2026-03-12 12:00", 2000)], "promise_partly_kept"),
    "paid in part, the rest too late": ([("2026-03-12 12:00", 2000), ("2026-03-24 12:00", 0)], "promise_partly_kept"),
    "not paid": ([], "promise_broken"),
    "paid too late": ([("2026-03-24 12:00", 0)], "promise_broken"),
}


@pytest.mark.parametrize("what", OUTCOMES)
def test_a_promise_is_judged_once_by_what_was_settled_in_time(what):
    payments, code = OUTCOMES[what]
    assert judgements(paying(promised(), *payments)) == [code]


def test_a_promise_is_judged_when_date_and_grace_have_passed():
    story = promised().until("2026-03-31 12:00")
    assert [str(r.at) for r in story.records if r.reasons[0].code in CODES] == [f"{JUDGED}:00+00:00"]


def test_full_payment_judges_a_promise_at_once():
    story = promised()
    story.go("2026-03-13 12:00")
    assert [r.reasons[0].code for r in story.hear(settled("2026-03-13 12:00")).records if r.kind == "fact"] == [
        "recorded",
        "promise_kept",
    ]


def test_the_promised_part_is_enough():
    assert judgements(paying(promised(amount=2000), ("2026-03-13 12:00", 3000))) == ["promise_kept"]


def test_what_was_paid_before_the_promise_does_not_count():
    story = known(start="2026-03-11 09:00")
    story.hear(overdue())
    story.now += 1
    story.hear(settled("2026-03-11 09:00", 4000))
    story.go(MADE).hear(promise(amount=4000))
    assert judgements(story.until("2026-03-31 12:00")) == ["promise_broken"]


def test_the_record_names_the_promise_the_sums_and_the_invoices():
    story = paying(promised(), ("2026-03-12 12:00", 2000))
    said = next(r for r in story.records if r.reasons[0].code in CODES)
    assert (said.kind, said.invoice_ids, said.reasons[0].rule, said.reasons[0].inputs) == (
        "fact",
        ("I-1",),
        "promises.P-1",
        {"detail": "promised 5000 settled 3000 EUR"},
    )


def test_a_promise_about_all_invoices_needs_all_of_them_paid():
    story = promised(amount=9000, ids=())
    story.hear(overdue("I-2", amount=4000))
    story.go("2026-03-13 12:00").hear(settled("2026-03-13 12:00"))
    before = judgements(story)
    story.hear(settled("2026-03-13 12:00", invoice_id="I-2"))
    assert (before, judgements(story)) == ([], ["promise_kept"])


NOT_JUDGED = {
    "cancelled": PromiseCancelled("P-1"),
    "about what was written off": settled("2026-03-13 12:00", reason="written_off"),
}


@pytest.mark.parametrize("what", NOT_JUDGED)
def test_a_promise_is_not_judged_that_is(what):
    story = promised().until("2026-03-13 12:00")
    story.hear(NOT_JUDGED[what])
    assert judgements(story.until("2026-03-31 12:00")) == []


def test_a_promise_about_an_unknown_invoice_is_not_judged():
    story = known(start=MADE)
    story.hear(promise(ids=("I-9",)))
    assert judgements(story.until("2026-03-31 12:00")) == []


def test_news_of_a_payment_in_time_that_comes_late_corrects_the_judgement():
    story = promised().until("2026-03-19 12:00")
    story.hear(settled("2026-03-17 12:00"))
    assert judgements(story) == ["promise_broken", "promise_kept"]


def test_a_promise_moved_to_a_later_day_is_judged_by_that_day():
    story = promised().until("2026-03-14 12:00")
    story.hear(promise(on="2026-03-23"))
    assert judgements(story.until("2026-03-25 12:00")) == []
    assert judgements(story.until("2026-03-26 12:00")) == ["promise_broken"]


def test_the_same_promise_stated_again_is_not_judged_again():
    story = promised().until("2026-03-20 12:00")
    story.turn(arrival(promise(), at(MADE), source="/zz"))
    story.hear(promise())
    assert judgements(story.until("2026-03-31 12:00")) == ["promise_broken"]


def test_nobody_unknown_is_judged_before_the_profile_comes():
    story = Story(start=MADE)
    story.hear(overdue(), promise())
    assert judgements(story.until("2026-03-31 12:00")) == []


def stages(story: Story) -> list[tuple[str, str]]:
    return [(at_day(claim.claimed_at), claim.stage.id) for claim in story.claims]


def at_day(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).date().isoformat()


def test_a_broken_promise_brings_the_next_stage_forward_at_once():
    story = known(RAISING, start=MADE)
    story.hear(overdue())
    story.now += 1000
    story.hear(promise())
    story.until("2026-03-31 12:00")
    # The notice is due on the 24th; it goes on the 19th, and only once.
    assert stages(story) == [("2026-03-11", "first"), ("2026-03-19", "notice")]


def test_a_broken_promise_passes_over_the_stage_that_it_held_up():
    story = promised(RAISING, on="2026-03-13").until("2026-03-23 12:00")
    # Judged on Monday the 16th, when `first` would be due again until the 17th.
    assert stages(story) == [("2026-03-16", "notice")]


def test_by_default_a_broken_promise_brings_nothing_forward():
    story = promised(on="2026-03-13").until("2026-03-23 12:00")
    assert stages(story) == [("2026-03-16", "first")]


def test_a_mandatory_notice_is_not_passed_over():
    story = promised(RAISING, on="2026-03-24").until("2026-03-29 12:00")
    assert stages(story) == [("2026-03-27", "notice")]


def test_after_the_stage_that_was_brought_forward_the_ladder_goes_on_by_its_days():
    story = known(RAISING, start=MADE)
    story.hear(overdue())
    story.now += 1000
    story.hear(promise())
    story.until("2026-04-20 12:00")
    assert stages(story)[2:] == [("2026-04-09", "call")]


@pytest.mark.parametrize("statement", [due(due_on="2026-04-20"), due(due_on="2026-03-10")])
def test_what_is_not_overdue_is_not_brought_forward(statement):
    story = known(RAISING, start=MADE)
    story.hear(promise(), statement)
    assert stages(story.until("2026-03-31 12:00")) == []


def test_a_broken_promise_at_the_end_of_the_ladder_brings_nothing_forward():
    story = known(RAISING, start="2026-04-20 11:00")
    story.hear(overdue())
    story.until("2026-04-24 12:00")
    told = stages(story)
    story.hear(promise(on="2026-04-24"))
    assert stages(story.until("2026-05-10 12:00")) == told


def test_a_corrected_judgement_takes_the_stage_back_that_was_brought_forward():
    story = known(RAISING, start=MADE)
    story.hear(overdue())
    story.now += 1000
    story.hear(promise(amount=2000))
    story.under = conditions("off")
    story.until("2026-03-19 12:00")
    raised = story.customer.invoices["I-1"].raised
    story.hear(settled("2026-03-17 12:00", 3000))
    assert (raised, story.customer.invoices["I-1"].raised) == ((day("2026-03-10"), "notice"), None)
