"""How a customer paid, promised and was contacted in twelve months, whether the aggregate still holds it or not."""

import pytest
from msgspec import msgpack
from msgspec.structs import astuple

from dispatcher.core.counts import Counts
from dispatcher.core.history import history_of
from schemas import state
from schemas.inbox import ContactReported, InvoiceSettled, PromiseMade
from schemas.state import EMPTY, Customer, History, Month
from tests.core.builders import DAY, Story, at, day, due, known, overdue

TODAY = day("2026-03-20")


def settled(when: str, invoice_id="I-1", remains=0, reason="payment") -> InvoiceSettled:
    return InvoiceSettled(invoice_id, remains, "EUR", reason, at(when))


def paid_on(when: str, **more) -> Story:
    """An invoice due on the 10th of March that is settled."""
    story = known(start="2026-03-01 10:00")
    story.hear(due())
    story.go("2026-03-19 10:00").hear(settled(when, **more))
    return story


def counts(story: Story, today=TODAY) -> Counts:
    return history_of(story.customer, today)


PAYMENTS = {
    "on the due date": ("2026-03-10 22:59", Counts(paid_on_time=1)),
    "on the day after, where the customer lives": ("2026-03-10 23:01", Counts(paid_late=1, longest_overdue=1)),
    "nine days late": ("2026-03-19 10:00", Counts(paid_late=1, longest_overdue=9)),
}


@pytest.mark.parametrize("what", PAYMENTS)
def test_an_invoice_counts_by_the_day_of_the_money(what):
    when, expected = PAYMENTS[what]
    assert counts(paid_on(when)) == expected


def test_what_was_cancelled_was_not_paid():
    assert counts(paid_on("2026-03-19 10:00", reason="cancelled")) == Counts()


def test_an_open_invoice_counts_for_the_longest_that_one_was_overdue():
    assert counts(paid_on("2026-03-19 10:00", remains=10)) == Counts(longest_overdue=10)


def test_of_who_is_not_known_there_is_no_history():
    assert history_of(EMPTY, TODAY) == Counts()


def test_an_invoice_that_is_opened_again_is_no_longer_paid():
    story = paid_on("2026-03-10 10:00")
    story.hear(settled("2026-03-19 11:00", remains=5000))
    assert counts(story).paid_on_time == 0


def test_promises_count_by_their_outcome():
    story = known(start="2026-03-09 10:00")
    story.hear(overdue("I-1"), overdue("I-2"), overdue("I-3"))
    story.hear(*(PromiseMade(f"P-{n}", (f"I-{n}",), 5000, "EUR", day("2026-03-12")) for n in (1, 2, 3)))
    story.now += 1
    story.hear(settled("2026-03-09 10:00", "I-1"), settled("2026-03-09 10:00", "I-2", 4000))
    found = counts(story.until("2026-03-16 10:00"))
    assert (found.promises_kept, found.promises_partly_kept, found.promises_broken) == (1, 1, 1)


def test_contacts_of_ours_and_of_others_count_but_not_those_of_the_customer():
    story = known(start="2026-03-11 10:00")
    story.hear(overdue())
    reports = [
        ContactReported("call_task", direction, story.now, "branch", "conversation", "right_party")
        for direction in ("outbound", "inbound")
    ]
    story.hear(*reports)
    assert counts(story).contacts == 2


def many(number: int) -> Story:
    """So many invoices, paid five days late one after the other, with a promise kept about each."""
    story = known(start="2026-03-15 10:00")
    for index in range(number):
        name = f"I-{index}"
        story.hear(due(name, "2026-03-10", currency="EUR"), PromiseMade(f"P-{index}", (name,), 1, "EUR", TODAY))
        story.now += 60_000
        story.hear(settled("2026-03-15 10:00", name))
    return story


def test_what_the_aggregate_forgot_still_counts():
    story = many(40)
    found = counts(story)
    assert (len(story.customer.invoices), found.paid_late, found.longest_overdue, found.promises_kept) == (6, 40, 5, 40)


def test_contacts_that_no_rule_sees_any_more_still_count():
    story = known(start="2026-01-05 10:00")
    story.hear(overdue(due_on="2026-01-01"))
    made = len(story.until("2026-02-04 12:00").claims)
    story.go("2026-03-19 10:00").hear(overdue("I-9", due_on="2026-03-18"))
    assert (made, len(story.customer.contacts), counts(story).contacts) == (3, 1, 4)


def test_after_twelve_months_nothing_of_it_counts():
    # The months that count are those from April of one year to March of the next.
    found = [counts(many(20), today).paid_late for today in (day("2027-02-28"), day("2027-03-01"))]
    assert found == [20, 0]


def test_months_that_nobody_looks_at_are_not_kept():
    story = known(start="2024-01-15 10:00")
    for index in range(30):
        story.now += 31 * DAY
        for part in range(3):
            name = f"I-{index}-{part}"
            story.hear(due(name, "2024-01-01"))
            story.now += 1
            story.hear(InvoiceSettled(name, 0, "EUR", "payment", story.now))
    assert len(story.customer.history.months) == 13


def test_a_history_survives_its_record():
    customer = Customer(history=History((Month(24315, 1, 2, 3, 4, 5, 6, 7),), b"x" * 16, 9))
    assert state.decode(state.encode(customer, None, 0)).history == customer.history


def test_a_record_from_before_there_was_a_history_has_none():
    before = msgpack.encode(astuple(EMPTY)[: Customer.__struct_fields__.index("history")])
    assert state.decode(state.encode(EMPTY, None, 0)[:10] + before) == EMPTY
