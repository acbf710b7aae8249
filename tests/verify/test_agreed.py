"""Holds, promises and plans: what certainly stood is found, what may have ended is not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dispatcher.verify.agreed import forbidding_agreements
from dispatcher.verify.history import Claim, Said
from dispatcher.verify.known import Known
from dispatcher.verify.rules import rules_of
from schemas.inbox import (
    Arrival,
    Cause,
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
from schemas.journal import JournalRecord
from schemas.values import to_micros, to_millis
from tests.verify.town import POLICY

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
FIRST, SECOND = date(2026, 3, 12).toordinal(), date(2026, 4, 12).toordinal()
INSTALMENTS = (InstalmentDue(SECOND, 50), InstalmentDue(FIRST, 50))


def forbids(*facts, obligation="I-1", phase="overdue", at=NOW, policy=POLICY) -> list[str]:
    """What stands in the way of a claim, if these facts were stated one day apart, the last one yesterday."""
    everything = (
        ProfileStated("Jo", "en", "consumer", "GB", (), (), "Europe/London"),
        InvoiceStated("I-1", FIRST, 100, "GBP", overdue=False),
        *facts,
    )
    known = Known()
    for age, fact in enumerate(reversed(everything), start=1):
        known.apply(Arrival(to_micros(NOW - timedelta(days=age)), Cause("", 0, 0, "/desk", f"e{age}"), fact))
    record = JournalRecord("C.1", at, "decision", "C", (obligation,), "claimed", (), "p", phase=phase)
    claim = Claim(Said(record, ("", 0, 0), 0), 0, "ct.1", "ct", "sms", to_millis(at), "s", {obligation: "s"})
    return [says for _, says in forbidding_agreements(known, claim, obligation, rules_of(policy))]


def hold(kind="dispute", scope="customer", target=None, until=None) -> HoldPlaced:
    return HoldPlaced("H", scope, kind, target, None if until is None else to_millis(until))


@pytest.mark.parametrize(
    "facts",
    [
        [hold()],
        [hold(scope="invoice", target="I-1")],
        [hold(until=NOW + timedelta(minutes=1))],
        [hold("deceased", until=NOW - timedelta(days=1))],
        [hold("breathing_space")],
        [HoldReleased("H"), hold()],
        [PromiseMade("P", ("I-1",), 100, "GBP", date(2026, 3, 8).toordinal())],
        [PromiseMade("P", (), 100, "GBP", date(2026, 3, 8).toordinal())],
        [PlanAgreed("L", ("I-1",), "GBP", INSTALMENTS)],
        [PlanAgreed("L", (), "GBP", ())],
    ],
)
def test_it_stood(facts):
    assert len(forbids(*facts)) == 1


@pytest.mark.parametrize(
    "facts",
    [
        [],
        [hold(scope="invoice", target="I-2")],
        [hold(until=NOW)],
        [hold("mandate")],
        [hold(), HoldReleased("H")],
        [PromiseMade("P", ("I-2",), 100, "GBP", date(2026, 3, 20).toordinal())],
        [PromiseMade("P", ("I-1",), 100, "GBP", date(2026, 3, 7).toordinal())],
        [PromiseMade("P", ("I-1",), 100, "GBP", date(2026, 3, 20).toordinal()), PromiseCancelled("P")],
        [PlanAgreed("L", ("I-2",), "GBP", INSTALMENTS)],
        [PlanAgreed("L", ("I-1",), "GBP", INSTALMENTS), PlanCancelled("L")],
        [PlanAgreed("L", ("I-1",), "GBP", INSTALMENTS), InvoiceSettled("I-1", 50, "GBP", "payment", 0)],
    ],
)
def test_it_did_not_stand_or_may_have_ended(facts):
    assert forbids(*facts) == []


def test_breathing_space_without_an_end_lasts_sixty_days():
    assert forbids(hold("breathing_space"), at=NOW + timedelta(days=60)) == []


def test_a_mandate_stops_reminders_before_the_due_date():
    assert forbids(hold("mandate"), phase="pre_due") == ["hold H stood for I-1"]


def test_a_policy_may_say_what_a_hold_stops_and_how_long():
    policy = f'{POLICY}\n[holds.dispute]\nphases = ["collection"]\n[holds.legal]\ndefault_days = 1\n'

    assert forbids(hold(), policy=policy) == []
    assert forbids(hold("legal"), policy=policy) == []
    assert forbids(hold(), phase="collection", policy=policy) == ["hold H stood for I-1"]


def test_a_plan_whose_first_instalment_can_have_been_missed_may_have_ended():
    plan = PlanAgreed("L", ("I-1",), "GBP", INSTALMENTS)

    assert forbids(plan, at=NOW + timedelta(days=9)) != []
    assert forbids(plan, at=NOW + timedelta(days=10)) == []


def test_an_instalment_is_an_obligation_of_its_own():
    assert forbids(PlanAgreed("L", ("I-1",), "GBP", INSTALMENTS), obligation="L/1") == []


def test_a_hold_of_an_invoice_stops_the_instalments_that_pay_for_it():
    plan = PlanAgreed("L", ("I-1",), "GBP", INSTALMENTS)

    assert forbids(plan, hold(scope="invoice", target="I-1"), obligation="L/1") == ["hold H stood for L/1"]


def test_instalments_are_counted_by_their_due_dates():
    known = Known()
    known.apply(Arrival(0, Cause("", 0, 0, "", ""), PlanAgreed("L", (), "GBP", INSTALMENTS)))

    assert [known.due_on(each) for each in ("L/1", "L/2", "L/3", "L/x", "M/1")] == [FIRST, SECOND, None, None, None]
