"""A contact keeps the trace of the event that caused it, however long it waits, and so does all that follows from it."""

import pytest
from msgspec.structs import replace

from dispatcher.core.traces import MOST_TRACES
from schemas import state
from schemas.inbox import AttemptAccepted, AttemptReceipt, AttemptRejected, ContactReported, CustomerErased
from schemas.state import Customer
from tests.core.builders import Story, arrival, conditions, due, known, overdue, paid, profile


def trace(number: int) -> str:
    return f"00-{number:032x}-00000000000000aa-01"


ONE, TWO, THREE = trace(1), trace(2), trace(3)


def hear(story: Story, fact, with_trace: str = "") -> None:
    told = arrival(fact, story.now)
    story.turn(replace(told, cause=replace(told.cause, trace=with_trace)))


def waiting(*stated) -> Story:
    """Invoices are stated at night, each with a trace; the contact is made by time alone, in the morning."""
    story = known(start="2026-03-09 22:00")
    for number, with_trace in enumerate(stated, 1):
        hear(story, due(f"I-{number}"), with_trace)
    story.records.clear()
    return story


def morning(*stated) -> Story:
    return waiting(*stated).go("2026-03-10 10:00")


def of(story: Story, result: str):
    return next(each for each in story.records if each.result == result)


def test_a_contact_that_time_alone_makes_goes_back_to_its_event():
    story = morning(ONE)
    story.turn()

    assert (of(story, "claimed").cause, of(story, "claimed").trace, story.claims[0].trace) == (None, ONE, ONE)


def test_a_decision_that_time_alone_makes_does_so_too():
    story = morning(ONE)
    story.under = conditions(gate_open=False)
    story.turn()

    assert of(story, "waiting").trace == ONE


def test_a_contact_that_an_event_makes_at_once_has_the_trace_with_its_cause_alone():
    story = known(start="2026-03-11 11:00")
    hear(story, overdue(), ONE)

    assert (of(story, "claimed").cause.trace, of(story, "claimed").trace, story.claims[0].trace) == (ONE, "", ONE)


def test_a_contact_that_waited_for_the_profile_goes_back_to_the_invoice():
    story = Story(start="2026-03-11 11:00")
    hear(story, overdue(), ONE)
    hear(story, profile(), TWO)

    assert (of(story, "claimed").cause.trace, of(story, "claimed").trace) == (TWO, ONE)


def test_what_only_the_event_at_hand_knows_is_the_contacts():
    story = Story(start="2026-03-11 11:00")
    hear(story, overdue())
    hear(story, profile(), TWO)
    hear(story, AttemptAccepted(story.claims[0].attempt_id, "stand-in", "ref"))

    assert of(story, "accepted").trace == TWO


def test_without_any_trace_nothing_goes_back_anywhere():
    story = morning("")
    story.turn()

    assert (story.claims[0].trace, {each.trace for each in story.records}, story.customer.traces) == ("", {""}, {})


@pytest.mark.parametrize(
    "answer",
    [
        lambda attempt: AttemptAccepted(attempt, "stand-in", "ref"),
        lambda attempt: AttemptRejected(attempt, "stand-in", "content", "30007"),
        lambda attempt: AttemptReceipt(attempt, "stand-in", "delivered"),
    ],
    ids=["accepted", "rejected", "receipt"],
)
def test_what_a_provider_says_goes_back_to_the_event_of_the_contact(answer):
    story = morning(ONE)
    story.turn()
    hear(story, due("I-1", amount=6000), TWO)
    hear(story, answer(story.claims[0].attempt_id))

    assert story.records[-1].attempt_id == story.claims[0].attempt_id
    assert story.records[-1].trace == ONE


def test_a_receipt_after_the_attempt_is_over_does_so_too():
    story = morning(ONE)
    story.turn()
    attempt_id = story.claims[0].attempt_id
    hear(story, AttemptAccepted(attempt_id, "stand-in", "ref"))
    hear(story, AttemptReceipt(attempt_id, "stand-in", "delivered"))

    assert of(story, "delivered").trace == ONE


def test_the_next_way_of_a_contact_goes_back_to_the_event_of_the_first():
    story = morning(ONE)
    story.turn()
    hear(story, due("I-1", amount=6000), TWO)
    hear(story, AttemptRejected(story.claims[0].attempt_id, "stand-in", "recipient", "21211"))
    story.turn()

    assert [(each.channel, each.trace) for each in story.claims] == [("sms", ONE), ("email", ONE)]


def test_a_later_statement_takes_over_for_the_contacts_that_follow():
    story = waiting(ONE)
    hear(story, due("I-1", amount=6000), TWO)
    story.go("2026-03-10 10:00").turn()

    assert story.claims[0].trace == TWO


def test_a_later_statement_without_a_trace_takes_nothing_over():
    story = waiting(ONE)
    hear(story, due("I-1", amount=6000))
    story.go("2026-03-10 10:00").turn()

    assert story.claims[0].trace == ONE


def test_what_was_said_of_an_attempt_causes_no_later_contact():
    story = morning(ONE)
    story.turn()
    attempt_id = story.claims[0].attempt_id
    hear(story, AttemptAccepted(attempt_id, "stand-in", "ref"))
    contact_id = story.claims[0].contact_id
    told = ContactReported("sms", "outbound", story.now, "provider", "delivered", "none", contact_id)
    hear(story, told, THREE)

    assert (story.records[-1].trace, story.customer.traces["I-1"]) == (ONE, ONE)


def test_an_invoice_that_another_ones_contact_speaks_of_goes_back_to_its_own_event():
    story = morning(ONE, TWO)
    story.turn()

    assert (story.claims[0].trace, of(story, "merged").trace) == (ONE, TWO)


def test_the_traces_that_were_named_last_are_kept():
    story = known(start="2026-03-02 10:00")
    for number in range(MOST_TRACES + 2):
        hear(story, due(f"I-{number}", due_on="2026-06-01"), trace(number + 1))

    assert list(story.customer.traces) == [f"I-{number}" for number in range(2, MOST_TRACES + 2)]


def test_an_invoice_that_is_forgotten_takes_its_trace_along():
    story = known(start="2026-03-02 10:00")
    for number in range(8):
        hear(story, due(f"I-{number}", due_on="2026-06-01"), ONE)
        hear(story, paid(f"I-{number}"), ONE)

    assert set(story.customer.traces) == set(story.customer.invoices) != set()


def test_nothing_is_known_of_an_erased_customers_traces():
    story = morning(ONE)
    hear(story, CustomerErased(), TWO)

    assert story.customer.traces == {}


def test_a_customer_without_traces_is_written_as_before_there_were_any():
    record = state.encode(morning("").customer, None, 0)
    assert record[10:13] == b"\xdc\x00\x12"
    assert not record.endswith(b"\x80")


@pytest.mark.parametrize("traces", [{}, {"I-1": ONE}])
def test_a_customer_is_read_as_it_was_written(traces):
    customer: Customer = replace(morning(ONE).customer, traces=traces)
    assert state.decode(state.encode(customer, None, 0)) == customer
