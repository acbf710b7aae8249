"""What `why` says is planned is what a worker would do: the same function, lived through in advance."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatcher.cli.prospect import as_recorded, prospect
from dispatcher.core.decide import Conditions, decide
from dispatcher.core.point_bars import PointBars
from dispatcher.core.policy import Policy, parse
from dispatcher.settings import Sending, Settings, load
from schemas.inbox import (
    Arrival,
    Cause,
    CustomerErased,
    EmailPoint,
    HoldPlaced,
    InvoiceSettled,
    InvoiceStated,
    ProfileStated,
)
from schemas.journal import JournalRecord, Reason
from schemas.points import PointStated, digest
from schemas.state import EMPTY, Customer
from schemas.values import CHANNELS, Millis, to_micros, to_millis

POLICY = Path(__file__).parents[2] / "deploy" / "policy.example.toml"
MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOW: Millis = to_millis(MONDAY)

PROFILE = ProfileStated(
    name="Pat Example",
    locale="en",
    party="consumer",
    country="GB",
    phones=(),
    emails=(EmailPoint("pat@example.com", "private"),),
    timezone="Europe/London",
)
INVOICE = InvoiceStated("INV-1", (MONDAY + timedelta(days=20)).date().toordinal(), 12_500, "GBP", overdue=False)
DISPUTE = HoldPlaced("H-1", "customer", "dispute")
PAID = InvoiceSettled("INV-1", 0, "GBP", "payment", NOW)


@pytest.fixture(scope="module")
def policy() -> Policy:
    parsed = parse(POLICY.read_text())
    assert isinstance(parsed, Policy)
    return parsed


def settings(sending: Sending = "on") -> Settings:
    found = load({"DISPATCHER_SENDING": sending})
    assert isinstance(found, Settings)
    return found


def customer(policy: Policy, *facts: object) -> Customer:
    """A customer as a worker has stored it after these facts."""
    arrivals = [
        Arrival(to_micros(MONDAY) + number, Cause("t", 0, number, "/tests", str(number)), fact)
        for number, fact in enumerate(facts)
    ]
    conditions = Conditions("on", frozenset(), gate_open=True, credits=frozenset(CHANNELS))
    return decide("C-1", EMPTY, arrivals, policy, NOW, conditions).customer


def test_an_open_invoice_has_a_next_contact(policy: Policy):
    ahead = prospect("C-1", customer(policy, PROFILE, INVOICE), policy, NOW, settings())

    contact = ahead.next_contact
    assert contact is not None
    assert (contact.channel, contact.invoice_ids, bool(contact.responsible)) == ("email", ("INV-1",), True)


def test_the_next_contact_is_not_before_its_stage(policy: Policy):
    ahead = prospect("C-1", customer(policy, PROFILE, INVOICE), policy, NOW, settings())

    assert ahead.next_contact is not None
    assert ahead.next_contact.earliest is not None
    assert MONDAY < ahead.next_contact.earliest < MONDAY + timedelta(days=20)


def test_what_the_journal_has_said_already_is_said_again(policy: Policy):
    ahead = prospect("C-1", customer(policy, PROFILE, INVOICE), policy, NOW, settings())

    assert [(each.invoice_ids, each.result) for each in ahead.planned] == [(("INV-1",), "planned")]


def test_a_paid_invoice_has_none(policy: Policy):
    ahead = prospect("C-1", customer(policy, PROFILE, INVOICE, PAID), policy, NOW, settings())

    assert (ahead.next_contact, [reason.code for each in ahead.planned for reason in each.reasons]) == (None, ["paid"])


def test_where_no_contact_is_in_sight_it_is_said_what_forbids_the_first(policy: Policy):
    ahead = prospect("C-1", customer(policy, PROFILE, INVOICE, DISPUTE), policy, NOW, settings())

    assert ahead.forbidden is not None
    assert (ahead.next_contact, ahead.forbidden.stage, ahead.forbidden.reasons[0].code) == (None, "pre_due_7", "hold")


def test_a_bar_at_the_address_is_what_forbids_it(policy: Policy):
    bars, key = PointBars(b"key"), digest("pat@example.com", b"key")
    bars.state(key, PointStated("email", "opted_out", to_micros(MONDAY), "/tests", "1"))

    ahead = prospect("C-1", customer(policy, PROFILE, INVOICE), policy, NOW, settings(), bars)

    assert ahead.forbidden is not None
    assert (ahead.next_contact, ahead.forbidden.reasons[0].code) == (None, "opted_out")


def test_nothing_is_forbidden_where_a_contact_is_in_sight_or_nothing_is_owed(policy: Policy):
    contacted, paid = customer(policy, PROFILE, INVOICE), customer(policy, PROFILE, INVOICE, PAID)

    assert [prospect("C-1", each, policy, NOW, settings()).forbidden for each in (contacted, paid)] == [None, None]


def test_nobody_is_contacted_while_sending_is_off(policy: Policy):
    ahead = prospect("C-1", customer(policy, PROFILE, INVOICE), policy, NOW, settings("off"))

    assert ahead.next_contact is None


def test_a_shadowed_contact_is_still_foreseen(policy: Policy):
    ahead = prospect("C-1", customer(policy, PROFILE, INVOICE), policy, NOW, settings("shadow"))

    assert ahead.next_contact is not None
    assert [reason.code for reason in ahead.next_contact.reasons] == ["shadow"]


def test_an_erased_customer_has_none(policy: Policy):
    ahead = prospect("C-1", customer(policy, PROFILE, INVOICE, CustomerErased()), policy, NOW, settings())

    assert (ahead.next_contact, ahead.looks_again_at) == (None, None)


def test_a_customer_without_a_profile_waits_for_it(policy: Policy):
    ahead = prospect("C-1", customer(policy, INVOICE), policy, NOW, settings())

    assert [(each.result, each.reasons[0].code) for each in ahead.planned] == [("waiting", "waiting_for_profile")]


def test_asking_changes_nothing(policy: Policy):
    stored = customer(policy, PROFILE, INVOICE)

    assert prospect("C-1", stored, policy, NOW, settings()) == prospect("C-1", stored, policy, NOW, settings())


def recorded(number: int, *, planned_for: datetime | None = None, invoice: str = "INV-1") -> JournalRecord:
    return JournalRecord(
        record_id=f"C-1.{number}",
        at=MONDAY + timedelta(minutes=number),
        kind="decision",
        customer_id="C-1",
        invoice_ids=(invoice,),
        result="planned",
        reasons=(Reason("due"),),
        policy="0",
        planned_for=planned_for,
    )


def test_the_past_is_told_from_the_journal_by_what_it_said_last():
    first, second = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)

    ahead = as_recorded([recorded(1, planned_for=first), recorded(2, planned_for=second)], NOW)

    assert ([each.earliest for each in ahead.planned], ahead.basis) == ([second], "journal")


def test_what_was_over_by_then_is_not_planned():
    ahead = as_recorded([recorded(1, planned_for=MONDAY + timedelta(days=1)), recorded(2)], NOW)

    assert (ahead.planned, ahead.looks_again_at) == ((), None)
