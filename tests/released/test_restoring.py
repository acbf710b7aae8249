"""A state that the last release left is gone on from: nothing is lost, done twice or decided otherwise."""

import pytest

from schemas import state
from schemas.inbox import CustomerErased, InvoiceSettled
from schemas.state import EMPTY
from tests.core.builders import DAY
from tests.released.meaning import changes
from tests.released.record import START
from tests.released.turns import left_at, turns

CUTS = [START + days * DAY for days in (5, 20, 40)]
cuts = pytest.mark.parametrize("cut", CUTS, ids=["after 5 days", "after 20 days", "after 40 days"])


def test_every_turn_leaves_the_state_that_it_left_under_the_last_release():
    assert [change for then in turns() for change in changes(then.left.meant, then.anew.customer)] == []


def test_every_turn_writes_the_journal_that_it_wrote_under_the_last_release():
    differences = [
        change
        for then in turns()
        for change in changes([each.meant for each in then.journal], then.anew.records, "journal")
    ]
    assert differences == []


def test_every_turn_sleeps_as_long_as_under_the_last_release():
    assert [then.customer_id for then in turns() if state.wake_of(then.left.value) != (then.anew.wake_at or 0)] == []


@cuts
def test_who_goes_on_from_a_recorded_state_makes_the_contacts_that_were_made(cut):
    known = {name: last.after for name, last in left_at(cut).items()}
    made, wanted = set(), set()
    for then in turns():
        if then.at > cut:
            decision = then.again(known.get(then.customer_id, EMPTY))
            known[then.customer_id] = decision.customer
            made |= {claim.attempt_id for claim in decision.claims}
            wanted |= then.claimed
    assert made == wanted


def test_events_that_come_again_after_the_upgrade_are_known():
    published = [then for then in turns() if then.heard and all(each.cause.source == "/sim" for each in then.heard)]
    assert [then.customer_id for then in published if then.again(then.after).repeated != len(then.heard)] == []


@cuts
def test_a_payment_after_the_upgrade_ends_all_contact(cut):
    contacted = []
    for name, last in left_at(cut).items():
        invoices = last.after.invoices.items()
        paid = [InvoiceSettled(each, 0, known.currency, "payment", cut) for each, known in invoices if known.currency]
        contacted += [name] * bool(last.next(cut, *paid).claims)
    assert contacted == []


@cuts
def test_the_numbers_of_journal_records_go_on_without_a_gap(cut):
    gaps = []
    for name, last in left_at(cut).items():
        numbers = [int(each.record_id.rpartition(".")[2]) for each in last.next(cut, CustomerErased()).records]
        gaps += [name] * (numbers[:1] != [last.after.sequence + 1])
    assert gaps == []
