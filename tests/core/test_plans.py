"""Instalment plans: an instalment is an obligation of its own, and a missed one breaks the plan (S16)."""

from datetime import UTC, datetime

import pytest

from schemas.inbox import CustomerErased, InstalmentDue, InvoiceSettled, PlanAgreed, PlanCancelled
from tests.core.builders import Story, arrival, at, day, due, known, overdue, paid, policy

AGREED = "2026-03-11 11:00"  # a Wednesday; the invoice was due on Tuesday the 10th
DATES = ("2026-03-20", "2026-04-20", "2026-05-20")


def plan(*amounts: int, ids=("I-1",), name="PL-1") -> PlanAgreed:
    """A plan with these instalments on the 20th of March, April and May."""
    dated = (InstalmentDue(day(on), amount) for on, amount in zip(DATES, amounts, strict=False))
    return PlanAgreed(name, ids, "EUR", tuple(dated))


def settled(when: str, remains: int, invoice_id="I-1", reason="payment") -> InvoiceSettled:
    return InvoiceSettled(invoice_id, remains, "EUR", reason, at(when))


def agreed(*amounts: int, rules=None, invoices=None, **more) -> Story:
    """An invoice of 60.00 that is overdue, and a plan about it."""
    story = known(rules, AGREED)
    story.hear(*(invoices or [overdue(amount=6000)]), plan(*(amounts or (2000, 2000, 2000)), **more))
    return story


def contacts(story: Story) -> list[tuple]:
    """(day, stage, id, amount) of each thing that a claim speaks of."""
    return [
        (f"{datetime.fromtimestamp(claim.claimed_at / 1000, UTC):%m-%d}", claim.stage.id, invoice_id, each.amount_due)
        for claim in story.claims
        for invoice_id, each in claim.invoices
    ]


def broken(story: Story) -> list[str]:
    return [
        str(r.reasons[0].inputs["detail"])
        for r in story.records
        if r.reasons[0].code == "plan_broken" and r.kind == "fact"
    ]


def test_while_a_plan_runs_its_invoices_rest_and_the_instalment_is_reminded_of():
    story = agreed().until("2026-03-25 12:00")
    assert contacts(story) == [
        ("03-17", "early", "PL-1/1", 2000),
        ("03-20", "today", "PL-1/1", 2000),
        ("03-23", "first", "PL-1/1", 2000),
    ]


def test_the_invoice_says_that_a_plan_covers_it():
    story = agreed()
    said = [(r.result, r.reasons[0].code, r.reasons[0].rule) for r in story.records if r.invoice_ids == ("I-1",)]
    assert said[-1] == ("suppressed", "plan", "plans.PL-1")


def test_an_instalment_speaks_in_the_name_of_its_invoices_creditor():
    story = agreed(invoices=[overdue(amount=6000, creditor_id="acme", number="R-7", pay_url="https://x.example")])
    claim = story.until("2026-03-17 12:00").claims[0]
    invoice = claim.invoices[0][1]
    assert (claim.creditor_id, invoice.number, invoice.pay_url) == ("acme", "R-7", "https://x.example")


def test_a_payment_covers_instalments_in_the_order_of_their_dates():
    story = agreed().until("2026-03-12 12:00")
    story.hear(settled("2026-03-12 12:00", 3000))  # 30.00: the first, and half of the second
    assert contacts(story.until("2026-04-20 12:00")) == [
        ("04-17", "early", "PL-1/2", 1000),
        ("04-20", "today", "PL-1/2", 1000),
    ]


def test_payments_on_all_invoices_of_a_plan_count():
    story = agreed(4000, 4000, invoices=[overdue(amount=6000), overdue("I-2", amount=2000)], ids=("I-1", "I-2"))
    story.until("2026-03-12 12:00").hear(settled("2026-03-12 12:00", 4000), settled("2026-03-12 12:00", 0, "I-2"))
    assert contacts(story.until("2026-04-17 12:00")) == [("04-17", "early", "PL-1/2", 4000)]


def test_a_part_of_an_instalment_lowers_what_it_asks_for():
    story = agreed().until("2026-03-18 12:00")
    story.hear(settled("2026-03-18 12:00", 5500))
    assert contacts(story.until("2026-03-20 12:00"))[-1] == ("03-20", "today", "PL-1/1", 1500)


def test_an_instalment_never_asks_for_more_than_is_open():
    story = agreed(4000, 4000).until("2026-03-12 12:00")
    story.hear(settled("2026-03-12 12:00", 2000))
    assert contacts(story.until("2026-04-17 12:00")) == [("04-17", "early", "PL-1/2", 2000)]


def test_a_covered_instalment_is_told_to_be_paid_and_goes():
    story = agreed().until("2026-03-18 12:00")
    story.hear(settled("2026-03-18 12:00", 4000))
    said = [(r.result, r.reasons[0].code) for r in story.records if r.invoice_ids == ("PL-1/1",)]
    assert (said[-1], sorted(story.customer.invoices)) == (("cancelled", "paid"), ["I-1", "PL-1/2"])


def test_a_reminder_of_an_instalment_is_withdrawn_when_it_is_covered():
    story = agreed()
    story.go("2026-03-17 11:00").turn()
    made = story.hear(settled("2026-03-17 10:00", 4000))
    assert made.withdrawn == (story.claims[0].attempt_id,)


def test_a_missed_instalment_breaks_the_plan_once_after_the_grace():
    story = agreed().until("2026-05-31 12:00")
    said = [f"{r.at:%m-%d}" for r in story.records if r.kind == "fact" and r.reasons[0].code == "plan_broken"]
    assert (broken(story), said) == (["instalment 1"], ["03-28"])


def test_after_a_broken_plan_the_stages_of_the_invoice_go_on():
    story = agreed(rules=policy(("min_gap_hours = 20", "min_gap_hours = 20\nplan_grace_days = 0")))
    story.until("2026-04-10 12:00")
    assert [each for each in contacts(story) if each[2] == "I-1"] == [
        ("03-24", "notice", "I-1", 6000),
        ("04-09", "call", "I-1", 6000),
    ]


def test_a_broken_plan_takes_its_instalment_away():
    story = agreed().until("2026-03-30 12:00")
    said = [(r.result, r.reasons[0].code) for r in story.records if r.invoice_ids == ("PL-1/1",)]
    assert (said[-1], list(story.customer.invoices)) == (("cancelled", "plan_broken"), ["I-1"])


def test_an_instalment_paid_within_the_grace_does_not_break_the_plan():
    story = agreed().until("2026-03-26 12:00")
    story.hear(settled("2026-03-26 12:00", 4000))
    assert broken(story.until("2026-04-26 12:00")) == []


def test_a_later_payment_does_not_mend_a_broken_plan():
    story = agreed().until("2026-04-02 12:00")
    story.hear(settled("2026-04-02 12:00", 4000))
    assert (broken(story.until("2026-05-31 12:00")), list(story.customer.invoices)) == (["instalment 1"], ["I-1"])


def test_news_of_a_payment_in_time_that_comes_late_lets_the_plan_run_on():
    story = agreed().until("2026-03-30 12:00")
    story.hear(settled("2026-03-20 12:00", 4000))
    assert "PL-1/2" in story.customer.invoices


def test_a_plan_that_is_fulfilled_ends_and_what_is_left_is_due_again():
    story = agreed(2000).until("2026-03-18 12:00")
    story.hear(settled("2026-03-18 12:00", 4000))
    assert contacts(story.until("2026-03-25 12:00"))[1:] == [("03-24", "notice", "I-1", 4000)]


def test_a_plan_whose_invoices_are_closed_is_over_and_never_broken():
    story = agreed().until("2026-03-12 12:00")
    story.hear(paid(reason="cancelled"))
    assert (broken(story.until("2026-05-31 12:00")), contacts(story)) == ([], [])


def test_a_plan_without_instalments_stops_its_invoices_until_it_is_cancelled():
    story = known(start=AGREED)
    story.hear(PlanAgreed("PL-1", ("I-1",), "EUR", ()), overdue())
    quiet = contacts(story.until("2026-03-24 06:00"))
    story.hear(PlanCancelled("PL-1"))
    assert (quiet, contacts(story.until("2026-03-24 12:00"))) == ([], [("03-24", "notice", "I-1", 5000)])


def test_a_cancelled_plan_takes_its_instalments_away():
    story = agreed()
    story.now += 1
    story.hear(PlanCancelled("PL-1"))
    assert list(story.customer.invoices) == ["I-1"]


def test_a_plan_about_all_invoices_leaves_none_out():
    story = agreed(2000, ids=(), invoices=[overdue(), overdue("I-2")])
    assert contacts(story.until("2026-03-17 12:00")) == [("03-17", "early", "PL-1/1", 2000)]


def test_a_plan_about_unknown_invoices_waits_for_them():
    story = known(start=AGREED)
    story.hear(plan(2000))
    quiet = (broken(story.until("2026-03-15 12:00")), list(story.customer.invoices))
    story.hear(overdue())
    assert (quiet, sorted(story.customer.invoices)) == (([], []), ["I-1", "PL-1/1"])


def test_an_invoice_outside_the_plan_goes_its_own_way():
    story = agreed(invoices=[overdue(amount=6000), due("I-2", due_on="2026-03-14")])
    assert contacts(story)[0][2] == "I-2"


def test_the_same_plan_stated_again_changes_nothing():
    story = agreed().until("2026-03-30 12:00")
    story.turn(arrival(plan(2000, 2000, 2000), at(AGREED), source="/zz"))
    story.until("2026-04-10 12:00")
    assert broken(story) == ["instalment 1"]


def test_nobody_is_reminded_of_an_instalment_after_an_erasure():
    story = agreed()
    story.now += 1
    story.hear(CustomerErased())
    assert contacts(story.until("2026-05-31 12:00")) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1), (2, 0, 1)])
def test_the_order_in_which_agreement_and_payments_arrive_never_matters(order):
    told = [
        arrival(overdue(amount=6000), at("2026-03-11 09:00"), "a"),
        arrival(plan(2000, 2000, 2000), at("2026-03-11 10:00"), "b"),
        arrival(settled("2026-03-12 10:00", 3000), at("2026-03-12 10:00"), "c"),
    ]
    story = known(start="2026-03-12 11:00")
    for index in order:
        story.turn(told[index])
    instalments = {name: each.amount_due for name, each in story.customer.invoices.items() if each.plan}
    assert instalments == {"PL-1/2": 1000}


@pytest.mark.parametrize(("amounts", "left"), [((2000, 2000), 2000), ((2000, 2000, 2000), 4000)])
def test_money_that_comes_in_the_night_after_the_last_day_breaks_the_plan_when_the_day_begins(amounts, left):
    """It is too late at midnight; stages, and with them plans, are looked at from eight o'clock on."""
    rules = policy(("promise_grace_days = 2", "promise_grace_days = 2\nplan_grace_days = 0"))
    story = agreed(*amounts, rules=rules).until("2026-03-20 20:00")
    story.go("2026-03-20 23:30").hear(settled("2026-03-20 23:30", left))
    assert (broken(story), story.last.wake_at) == ([], at("2026-03-21 07:00"))
    story.until("2026-03-21 07:00")
    assert broken(story) == ["instalment 1"]
