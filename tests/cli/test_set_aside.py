"""What was parked and is still open, as the journal alone tells it."""

from datetime import UTC, datetime

from dispatcher.cli.set_aside import parked_of
from schemas.journal import CauseRecord, JournalRecord, Reason

AT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PUBLISHED = CauseRecord("billing.due", 0, 7, "/billing", "e-1")
OUTCOME = CauseRecord("reminders.inbox", 1, 9, "dispatcher/sender", "ct-1.1/AttemptAccepted/1")


def record(number: int, result="parked", code="faulty", cause=PUBLISHED, *, customer="C-1", kind="decision"):
    return JournalRecord(f"{customer}.{number}", AT, kind, customer, (), result, (Reason(code),), "0" * 12, cause=cause)


def stands(*journal) -> list[tuple[str, str]]:
    return [(each.id, each.standing) for each in parked_of(journal)]


def test_an_event_whose_decision_failed_is_open():
    assert stands(record(1)) == [("C-1.1", "open")]


def test_an_outcome_whose_decision_failed_is_open():
    assert stands(record(1, cause=OUTCOME)) == [("C-1.1", "open")]


def test_it_is_settled_once_the_same_event_was_applied_under_other_coordinates():
    again = CauseRecord("billing.due", 0, 12, "/billing", "e-1")
    assert stands(record(1), record(2, "recorded", "recorded", again, kind="fact")) == [("C-1.1", "applied since")]


def test_another_event_does_not_settle_it():
    other = CauseRecord("billing.due", 0, 12, "/billing", "e-2")
    assert stands(record(1), record(2, "recorded", "recorded", other, kind="fact")) == [("C-1.1", "open")]


def test_the_same_event_of_another_customer_does_not_settle_it():
    assert ("C-1.1", "open") in stands(record(1), record(1, "recorded", customer="C-2", kind="fact"))


def test_parked_again_it_is_one_thing_that_was_tried_twice():
    (found,) = parked_of([record(1), record(2)])
    assert (found.id, found.times, found.standing) == ("C-1.2", 2, "open")


def test_what_time_brought_about_is_tried_again_by_itself_until_something_is_decided():
    wake_up = record(1, cause=None)
    later = record(2, "claimed", "due", cause=None)
    assert (stands(wake_up), stands(wake_up, later)) == (
        [("C-1.1", "retried hourly")],
        [("C-1.1", "applied since")],
    )


def test_a_word_on_an_attempt_that_nobody_knows_is_kept():
    stranger = record(1, code="unknown_attempt", cause=OUTCOME, kind="fact")
    assert stands(stranger, record(2, "claimed", "due")) == [("C-1.1", "kept")]
