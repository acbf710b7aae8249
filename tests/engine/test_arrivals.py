"""What stands behind a step of an attempt: the record of the inbox that said so."""

from dataclasses import dataclass

from dispatcher.engine.arrivals import arrival_of
from schemas import inbox
from schemas.inbox import Arrival, AttemptAccepted, Cause, InvoiceSettled


@dataclass(frozen=True)
class Record:
    partition: int = 3
    offset: int = 41


def test_an_outcome_is_placed_where_it_stands_in_the_inbox():
    said = Arrival(1, Cause("", -1, -1, "dispatcher/sender", "a"), AttemptAccepted("ct-1.1", "p", "r"))
    assert arrival_of(Record(), inbox.encode(said)).cause == Cause("reminders.inbox", 3, 41, "dispatcher/sender", "a")


def test_an_event_keeps_the_place_where_it_was_published():
    said = Arrival(1, Cause("billing.settled", 0, 7, "/b", "e"), InvoiceSettled("I", 0, "EUR", "payment", 0))
    assert arrival_of(Record(), inbox.encode(said)) == said
