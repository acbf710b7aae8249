"""How a customer stands: what is owed and why nothing is said of it, what pauses contacts, and by whose clock."""

import pytest

from dispatcher.archive.emptying import Caretaker
from dispatcher.archive.keeping import Retention
from dispatcher.archive.said import Instalment
from dispatcher.archive.standing import Hold, Plan, Promise, Standing, Standings
from schemas.inbox import (
    CustomerErased,
    HoldPlaced,
    HoldReleased,
    InstalmentDue,
    InvoiceSettled,
    InvoiceStated,
    PlanAgreed,
    PlanCancelled,
    ProfileStated,
    PromiseCancelled,
    PromiseMade,
)
from schemas.values import to_millis
from tests.archive.journal import KEY, Topics, archived, instant

NOW = to_millis(instant(60))


@pytest.fixture
def told() -> Topics:
    return Topics()


def standing(engine, customer: str = "Ada") -> Standing:
    return Standings(engine, KEY).standing(customer, NOW)


def stated(invoice: str, amount: int = 900) -> InvoiceStated:
    return InvoiceStated(invoice, 739_700, amount, "EUR", overdue=True)


def test_what_remains_is_owed_and_what_was_paid_is_not(engine, told):
    told.said("Ada", stated("I-1"))
    told.said("Ada", stated("I-2"))
    told.said("Ada", InvoiceSettled("I-1", 0, "EUR", "payment", 5), minutes=1)
    archived(engine, told.records)
    assert [(each.invoice_id, each.amount) for each in standing(engine).owed] == [("I-2", 900)]


def test_an_invoice_is_shown_with_the_last_decision_about_it(engine, told):
    told.said("Ada", stated("I-1"))
    told.decided("Ada", "planned", minutes=1, invoice_ids=("I-1",))
    told.decided("Ada", "deferred", "quiet_hours", minutes=2, invoice_ids=("I-1", "I-2"))
    told.decided("Ada", "suppressed", "paid", minutes=3, invoice_ids=("I-2",))
    archived(engine, told.records)
    assert [each.decided.result for each in standing(engine).owed] == ["deferred"]


def test_holds_are_open_until_they_are_released_or_run_out(engine, told):
    told.said("Ada", HoldPlaced("H-1", "customer", "complaint"), minutes=1)
    told.said("Ada", HoldPlaced("H-2", "invoice", "dispute", target="I-1"), minutes=2)
    told.said("Ada", HoldReleased("H-2"), minutes=3)
    told.said("Ada", HoldPlaced("H-3", "customer", "vulnerable", until=NOW), minutes=4)
    archived(engine, told.records)
    assert standing(engine).holds == (Hold("complaint", "customer", None, to_millis(instant(1)), None),)


def test_promises_stand_until_they_are_cancelled_or_judged(engine, told):
    for name in ("P-1", "P-2", "P-3"):
        told.said("Ada", PromiseMade(name, (name,), 900, "EUR", 739_710), minutes=1)
    told.said("Ada", PromiseCancelled("P-2"), minutes=2)
    told.noted("Ada", "promises.P-3", "promise_broken", minutes=3)
    archived(engine, told.records)
    assert standing(engine).promises == (Promise(("P-1",), 900, "EUR", "2026-04-04"),)


def test_plans_stand_until_they_are_cancelled(engine, told):
    for name in ("N-1", "N-2"):
        told.said("Ada", PlanAgreed(name, ("I-1",), "EUR", (InstalmentDue(739_710, 400),)), minutes=1)
    told.said("Ada", PlanCancelled("N-2"), minutes=2)
    archived(engine, told.records)
    assert standing(engine).plans == (Plan(("I-1",), "EUR", (Instalment("2026-04-04", 400),)),)


def test_a_customers_clock_is_that_of_the_latest_profile(engine, told):
    told.said("Ada", ProfileStated("Ada", "en", "consumer", "GB", (), (), "Europe/London"), minutes=5)
    told.said("Ada", ProfileStated("Ada", "en", "consumer", "US", (), (), "America/Chicago"), minutes=4)
    archived(engine, told.records)
    assert (standing(engine).timezone, standing(engine).country) == ("Europe/London", "GB")


def test_it_says_up_to_when_the_archive_was_written(engine, told):
    told.decided("Ada", "planned", minutes=1)
    told.decided("Ada", "planned", minutes=9)
    archived(engine, told.records)
    assert standing(engine).written_up_to == to_millis(instant(9))


def test_an_invoice_leads_to_its_customers(engine, told):
    for customer in ("Ben", "Ada"):
        told.said(customer, stated("I-1"))
    archived(engine, told.records)
    asked = Standings(engine, KEY)
    assert (asked.customers_of("I-1"), asked.customers_of("I-2")) == (("Ada", "Ben"), ())


def test_only_whom_the_journal_named_is_known(engine, told):
    told.decided("Ada", "planned")
    archived(engine, told.records)
    assert [Standings(engine, KEY).knows(each) for each in ("Ada", "Ben")] == [True, False]


def test_of_somebody_who_was_erased_the_pseudonym_is_told(engine, told):
    told.decided("Ada", "planned")
    told.said("Ada", CustomerErased(), minutes=1)
    told.noted("Ada", "customer.erased", minutes=1)
    archived(engine, told.records)
    asked = Standings(engine, KEY)
    before = asked.erased("Ada")
    Caretaker(engine, Retention(), lambda *_: None).work(NOW)
    named, done = asked.erased("Ada")
    assert (before, done, asked.knows(named), asked.knows("Ada")) == (None, NOW, True, False)
