"""The fold: last writer wins for each thing, whatever the order of arrival."""

from typing import get_args

import pytest
from msgspec.structs import replace

from dispatcher.core.customer import _FOLDS, fold
from schemas import state
from schemas.inbox import (
    BillLine,
    ConsentChanged,
    Fact,
    FeedbackGiven,
    HoldPlaced,
    HoldReleased,
    PlanAgreed,
    PlanCancelled,
    PromiseCancelled,
    PromiseMade,
)
from schemas.state import EMPTY
from tests.core.builders import DAY, PHONE, Story, arrival, at, day, due, known, overdue, paid, profile

T = at("2026-03-02 10:00")


def folded(*said, now=T):
    """The aggregate after (fact, minutes after T) pairs, in order of arrival; and the codes of their notes."""
    customer, codes = EMPTY, []
    for fact, minutes in said:
        result = fold(customer, arrival(fact, T + minutes * 60_000), now)
        customer = result.customer
        codes.append(result.note.code)
    return customer, codes


def test_every_fact_has_its_fold():
    assert set(_FOLDS) == set(get_args(Fact))


def test_the_later_statement_wins_when_it_comes_first():
    customer, codes = folded((due(amount=700), 2), (due(amount=500), 1))
    assert (customer.invoices["I-1"].amount_due, codes) == (700, ["recorded", "outdated"])


def test_of_two_statements_at_one_instant_the_larger_id_wins():
    one, other = (arrival(due(amount=amount), T, event_id=name) for amount, name in ((1, "a"), (2, "b")))
    for order in ((one, other), (other, one)):
        customer = EMPTY
        for each in order:
            customer = fold(customer, each, T).customer
        assert customer.invoices["I-1"].amount_due == 2


def test_a_settlement_that_comes_before_its_statement_is_remembered():
    customer, _ = folded((paid(), 2), (due(), 1))
    invoice = customer.invoices["I-1"]
    assert (invoice.amount_due, invoice.due_on) == (0, day("2026-03-10"))


def test_a_later_statement_opens_a_settled_invoice_again():
    customer, _ = folded((due(), 1), (paid(), 2), (due(amount=300), 3))
    assert customer.invoices["I-1"].amount_due == 300


def test_a_statement_between_keeps_the_texts_and_the_settlement_the_amount():
    customer, _ = folded((due(due_on="2026-03-10"), 1), (paid(amount_due=10), 5), (due(due_on="2026-03-20"), 3))
    invoice = customer.invoices["I-1"]
    assert (invoice.amount_due, invoice.due_on) == (10, day("2026-03-20"))


def test_the_latest_overdue_event_counts_even_if_its_statement_is_old():
    customer, codes = folded((due(), 5), (overdue(), 3))
    assert (customer.invoices["I-1"].overdue_at, codes[1]) == (T + 3 * 60_000, "recorded")


def test_a_restatement_with_the_same_content_is_unchanged():
    assert folded((due(), 1), (due(), 2))[1][1] == "unchanged"


def test_the_first_overdue_event_is_no_repetition():
    assert folded((due(), 1), (overdue(), 2))[1][1] == "recorded"


def test_the_same_profile_again_is_unchanged():
    assert folded((profile(), 1), (profile(), 2))[1][1] == "unchanged"


def test_an_older_profile_does_not_replace_a_newer_one():
    customer, codes = folded((profile(name="New"), 2), (profile(name="Old"), 1))
    assert (customer.profile.name, codes[1]) == ("New", "outdated")


def test_the_same_settlement_again_is_unchanged():
    assert folded((due(), 1), (paid(), 2), (paid(), 3))[1][2] == "unchanged"


def test_an_older_settlement_is_outdated():
    assert folded((paid(), 3), (paid(amount_due=7), 2))[1][1] == "outdated"


ENDED = {
    "a hold": (HoldPlaced("X", "customer", "dispute"), HoldReleased("X"), lambda c: c.holds["X"].released),
    "a promise": (PromiseMade("X", ("I-1",), 1, "EUR", 1), PromiseCancelled("X"), lambda c: c.promises["X"].cancelled),
    "a plan": (PlanAgreed("X", ("I-1",), "EUR", ()), PlanCancelled("X"), lambda c: c.plans["X"].cancelled),
}


@pytest.mark.parametrize("what", ENDED)
def test_a_late_beginning_does_not_revive_what_has_ended(what):
    begins, ends, over = ENDED[what]
    customer, codes = folded((ends, 2), (begins, 1))
    assert (over(customer), codes[1]) == (True, "outdated")


@pytest.mark.parametrize("what", ENDED)
def test_a_late_end_does_not_end_what_began_after_it(what):
    begins, ends, over = ENDED[what]
    customer, codes = folded((begins, 2), (ends, 1))
    assert (over(customer), codes[1]) == (False, "outdated")


def test_an_older_consent_does_not_replace_a_newer_objection():
    customer, codes = folded(
        (ConsentChanged(PHONE, "sms", False, "x"), 2), (ConsentChanged(PHONE, "sms", True, "x"), 1)
    )
    assert (customer.consents[f"sms {PHONE}"].allowed, codes[1]) == (False, "outdated")


def test_an_id_that_is_known_is_not_recorded_again():
    story = Story()
    event = arrival(due(), story.now, event_id="same")
    story.turn(event)
    again = story.turn(event)
    assert (again.repeated, again.applied, again.records) == (1, 0, [])


def test_the_same_id_of_another_source_is_another_event():
    story = Story()
    story.turn(arrival(due(), story.now, event_id="same", source="/a"))
    assert story.turn(arrival(paid(), story.now, event_id="same", source="/b")).applied == 1


def test_ids_are_remembered_for_seven_days_once_there_are_many():
    story = Story()
    event = arrival(FeedbackGiven(3), story.now, event_id="early")
    story.turn(event, *(arrival(FeedbackGiven(3), story.now) for _ in range(9)))
    story.now += 8 * DAY
    story.hear(FeedbackGiven(3))
    assert len(story.customer.seen) == 12


def test_at_most_256_ids_are_remembered():
    story = Story()
    story.turn(*(arrival(FeedbackGiven(3), story.now) for _ in range(300)))
    assert len(story.customer.seen) == 256 * 12


def test_a_digest_that_only_seems_to_be_there_because_of_its_neighbours_is_not_known():
    event = arrival(due(), T, event_id="x")
    seen = fold(EMPTY, event, T).customer.seen
    shifted = replace(EMPTY, seen=b"\0" * 5 + seen[:8] + b"\0" * 11)
    assert fold(shifted, event, T).note is not None


def test_what_is_closed_keeps_no_texts():
    texts = {"description": "Rent", "pay_url": "https://x.example", "number": "R-1", "lines": (BillLine("a", 1),)}
    customer, _ = folded((due(**texts), 1), (paid(), 2))
    invoice = customer.invoices["I-1"]
    assert (invoice.description, invoice.pay_url, invoice.number, invoice.lines) == (None, None, None, ())


def test_few_closed_invoices_are_remembered_the_oldest_go_first():
    story = known()
    story.turn(*(arrival(paid(f"I-{number}"), story.now + number) for number in range(70)))
    story.hear(due("open"))
    assert set(story.customer.invoices) == {f"I-{number}" for number in range(64, 70)} | {"open"}


def test_at_most_64_holds_are_remembered_released_ones_go_first():
    placed = [(HoldPlaced(f"H-{number}", "customer", "manual"), number) for number in range(60)]
    ended = [(HoldReleased(f"R-{number}"), number) for number in range(10)]
    customer, _ = folded(*placed, *ended)
    assert (len(customer.holds), sum(hold.released for hold in customer.holds.values())) == (64, 4)


MANY = {
    "promises": (lambda name: PromiseMade(name, ("I-1",), 1, "EUR", 1), PromiseCancelled),
    "plans": (lambda name: PlanAgreed(name, ("I-1",), "EUR", ()), PlanCancelled),
}


@pytest.mark.parametrize("what", MANY)
def test_at_most_64_agreements_are_remembered_cancelled_ones_go_first(what):
    made, cancelled = MANY[what]
    standing = [(made(f"S-{number}"), number) for number in range(60)]
    ended = [(cancelled(f"E-{number}"), number) for number in range(10)]
    kept = getattr(folded(*standing, *ended)[0], what)
    assert (len(kept), sum(each.cancelled for each in kept.values())) == (64, 4)


def test_thousands_of_events_leave_the_aggregate_small():
    story = known()
    for number in range(500):
        story.now += 3_600_000
        story.turn(
            arrival(due(f"I-{number}", "2026-03-10"), story.now),
            arrival(paid(f"I-{number}"), story.now + 1),
            arrival(HoldPlaced(f"H-{number}", "invoice", "manual", f"I-{number}"), story.now),
            arrival(HoldReleased(f"H-{number}"), story.now + 1),
        )
    assert len(state.encode(story.customer, 0, 0)) < 8 * 1024


def test_every_applied_event_is_recorded_with_its_cause():
    story = known()
    made = story.hear(due(), FeedbackGiven(4), paid())
    facts = [record.cause.offset for record in made.records if record.kind == "fact"]
    assert (len(facts), made.applied) == (3, 3)


def test_a_decision_names_the_event_that_touched_its_invoice():
    story = known()
    first, second = arrival(due("I-1"), story.now), arrival(due("I-2"), story.now)
    made = story.turn(first, second)
    causes = {record.invoice_ids[0]: record.cause.id for record in made.records if record.kind == "decision"}
    assert causes == {"I-1": first.cause.id, "I-2": second.cause.id}


def test_what_only_time_brings_about_has_no_cause():
    story = known(start="2026-03-06 10:00")
    story.hear(due())
    story.now = story.last.wake_at
    assert [record.cause for record in story.turn().records] == [None]


def test_a_turn_with_nothing_new_changes_nothing():
    story = known()
    story.hear(due())
    before = story.customer
    made = story.turn()
    assert (made.customer is before, made.records) == (True, [])
