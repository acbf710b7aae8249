"""What people said and paid, as rows: the later statement wins, repetitions are no news, sentences stay in `texts`."""

import pytest

from dispatcher.archive.tables import CHANGES, CONSENTS, CONTACTS, INVOICES, REPORTS, TASKS, TEXTS
from schemas.inbox import ConsentChanged, ContactReported, HoldPlaced, InvoiceSettled, InvoiceStated, ProfileStated
from schemas.values import to_millis
from tests.archive.journal import Topics, archived, contents, instant, rows, task

SENTENCE = "Ada moved to +44 7700 900123, ask her sister"


@pytest.fixture
def told() -> Topics:
    return Topics()


def stated(amount: int, *, due_on: int = 739_700, overdue: bool = False) -> InvoiceStated:
    return InvoiceStated("I-1", due_on, amount, "EUR", overdue)


def settled(amount: int) -> InvoiceSettled:
    return InvoiceSettled("I-1", amount, "EUR", "payment", to_millis(instant(3)))


def invoice(engine) -> tuple[object, ...]:
    (row,) = rows(engine, INVOICES)
    return row["due_day"], row["amount_due"], row["reason"]


def test_the_same_said_again_every_day_is_one_change(engine, told):
    for day in range(5):
        told.said("C-1", stated(900), minutes=day * 24 * 60)
    archived(engine, told.records, turn=2)
    assert len(rows(engine, CHANGES)) == 1


def test_each_statement_that_changes_something_is_kept(engine, told):
    told.said("C-1", stated(900))
    told.said("C-1", stated(900, overdue=True), minutes=1)
    told.said("C-1", settled(400), minutes=2)
    told.said("C-1", settled(0), minutes=3)
    archived(engine, told.records)
    assert [(each["event"], each["amount_due"]) for each in rows(engine, CHANGES)] == [
        ("due", 900),
        ("overdue", 900),
        ("settled", 400),
        ("settled", 0),
    ]


def test_a_settlement_that_comes_before_its_statement_stands(engine, told):
    told.said("C-1", settled(0), minutes=9)
    told.said("C-1", stated(900), minutes=1)
    archived(engine, told.records)
    assert invoice(engine) == (739_700, 0, "payment")


def test_a_late_settlement_does_not_undo_a_newer_statement(engine, told):
    told.said("C-1", stated(900), minutes=9)
    told.said("C-1", settled(0), minutes=1)
    archived(engine, told.records)
    assert invoice(engine) == (739_700, 900, None)


def test_a_late_statement_does_not_move_the_due_date_back(engine, told):
    told.said("C-1", stated(900, due_on=739_710), minutes=9)
    told.said("C-1", stated(800, due_on=739_700), minutes=1)
    archived(engine, told.records)
    assert invoice(engine) == (739_710, 900, None)


def test_a_report_that_came_twice_counts_once(engine, told):
    report = ContactReported("call_task", "outbound", to_millis(instant()), "desk", "no_answer", "none")
    for _ in range(2):
        told.said("C-1", report, event_id="one")
    archived(engine, told.records)
    assert len(rows(engine, REPORTS)) == 1


def test_a_sentence_that_stands_where_a_word_should_is_not_kept(engine, told):
    report = ContactReported(
        "call_task",
        "outbound",
        to_millis(instant()),
        "desk",
        SENTENCE,
        "none",
        next_action=SENTENCE,
        number_status=SENTENCE,
    )
    told.said("C-1", report)
    archived(engine, told.records)
    (row,) = rows(engine, REPORTS)
    assert (row["outcome"], row["next_action"], row["number_status"]) == ("other", "other", "other")


def test_a_note_is_kept_among_the_texts_and_nowhere_else(engine, told):
    told.said("C-1", HoldPlaced("H-1", "customer", "dispute", note=SENTENCE))
    archived(engine, told.records)
    assert {table for table, found in contents(engine).items() if SENTENCE in repr(found)} == {"texts"}


def test_neither_profiles_nor_numbers_are_archived(engine, told):
    told.said("C-1", ProfileStated("Ada Example", "en", "consumer", "GB", (), ()))
    told.said("C-1", HoldPlaced("H-1", "contact_point", "dispute", target="+447700900123"))
    told.handed_over(task("C-1", "ct-1.1", "Ask why."))
    archived(engine, told.records)
    assert len(rows(engine, TASKS)) == 1
    assert not [found for found in contents(engine).values() if "Ada" in repr(found) or "900123" in repr(found)]


def test_a_text_that_a_database_cannot_hold_stops_nothing(engine, told):
    told.said("C-1", HoldPlaced("H-1", "customer", "dispute", note="a\0b"))
    archived(engine, told.records)
    assert [each["body"] for each in rows(engine, TEXTS)] == ["a\ufffdb"]


def test_what_was_decided_and_sent_to_nobody_is_no_contact(engine, told):
    told.decided("C-1", "suppressed", "shadow", attempt_id="ct-1.1", channel="sms")
    told.noted("C-1", "attempt.accepted", "outdated")
    archived(engine, told.records)
    assert rows(engine, CONTACTS) == []


def test_an_opt_out_is_kept_without_the_number_that_it_is_about(engine, told):
    told.said("C-1", ConsentChanged("+447700900123", "sms", allowed=False, source="STOP"))
    told.said("C-1", ConsentChanged("+447700900123", "sms", allowed=True, source=SENTENCE), minutes=1)
    archived(engine, told.records)
    assert [(each["channel"], each["allowed"], each["source"]) for each in rows(engine, CONSENTS)] == [
        ("sms", False, "STOP"),
        ("sms", True, "other"),
    ]
    assert not [found for found in contents(engine).values() if "900123" in repr(found)]
