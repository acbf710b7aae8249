"""A customer's timeline: page by page from the newest, with what events said and what was sent beside the decisions."""

from hashlib import sha256

import pytest

from dispatcher.archive.cursors import Cursor, cursor_of
from dispatcher.archive.said import Instalment, Said
from dispatcher.archive.timelines import Entry, Timelines, Wanted
from schemas.inbox import (
    ConsentChanged,
    ContactReported,
    Fact,
    InstalmentDue,
    InvoiceSettled,
    InvoiceStated,
    PlanAgreed,
    PromiseMade,
)
from schemas.journal import CauseRecord, JournalRecord, Reason
from schemas.texts import SentText
from schemas.values import to_millis
from tests.archive.journal import KEY, Topics, archived, instant, task


@pytest.fixture
def told() -> Topics:
    return Topics()


def heard(told: Topics, customer: str, event: str, fact: Fact, *, minutes: float = 0) -> None:
    """A fact of the inbox, and the journal's record of it."""
    event_id = f"{event} {minutes}"
    told.said(customer, fact, minutes=minutes, event_id=event_id)
    cause = CauseRecord("customers.feedback", 0, 1, "/desk", event_id)
    told.noted(customer, event, minutes=minutes, cause=cause)


def entries(engine, customer: str = "Ada", key: bytes = KEY, **wanted: object) -> list[Entry]:
    return list(Timelines(engine, key).page(customer, Wanted(**wanted)).entries)


def results(engine, **wanted: object) -> list[str]:
    return [each.record.result for each in entries(engine, **wanted)]


def test_the_newest_comes_first(engine, told):
    for minutes, result in enumerate(("planned", "deferred", "claimed")):
        told.decided("Ada", result, minutes=minutes)
    archived(engine, told.records)
    assert results(engine) == ["claimed", "deferred", "planned"]


@pytest.mark.parametrize("most", [1, 2, 3, 7, 50])
def test_pages_one_after_the_other_show_everything_once(engine, told, most):
    for minutes in range(7):
        told.decided("Ada", "planned", minutes=minutes // 3)  # several at one instant
        told.decided("Ben", "planned", minutes=minutes)
    archived(engine, told.records)
    asked, after, seen = Timelines(engine, KEY), None, list[JournalRecord]()
    for _ in range(8):  # one more than there are entries
        page = asked.page("Ada", Wanted(), after, most)
        seen += [each.record for each in page.entries]
        after = page.older
        if after is None:
            break
    assert [each.record_id for each in seen] == [f"Ada.{number}" for number in range(7, 0, -1)]


def test_an_event_is_shown_with_what_it_said(engine, told):
    heard(told, "Ada", "invoice.overdue", InvoiceStated("I-1", 739_700, 12_900, "EUR", overdue=True))
    archived(engine, told.records)
    assert [each.said for each in entries(engine)] == [Said("invoice.overdue", 12_900, "EUR", "2026-03-25")]


@pytest.mark.parametrize(
    ("event", "fact", "said"),
    [
        (
            "invoice.settled",
            InvoiceSettled("I-1", 0, "EUR", "payment", 5),
            Said("invoice.settled", 0, "EUR", reason="payment", settled_at=5),
        ),
        (
            "promise.made",
            PromiseMade("P", (), 900, "EUR", 739_710),
            Said("promise.made", 900, "EUR", promised_on="2026-04-04"),
        ),
        (
            "plan.agreed",
            PlanAgreed("N", (), "EUR", (InstalmentDue(739_710, 400), InstalmentDue(739_741, 500))),
            Said(
                "plan.agreed",
                900,
                "EUR",
                instalments=(Instalment("2026-04-04", 400), Instalment("2026-05-05", 500)),
            ),
        ),
        (
            "consent.changed",
            ConsentChanged("+447700900123", "sms", allowed=False, source="web"),
            Said("consent.changed", channel="sms", allowed=False, source="web"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_events_say_is_kept_in_figures(engine, told, event, fact, said):
    heard(told, "Ada", event, fact)
    archived(engine, told.records)
    assert [each.said for each in entries(engine)] == [said]


def test_what_follows_from_an_event_does_not_repeat_what_it_said(engine, told):
    heard(told, "Ada", "invoice.settled", InvoiceSettled("I-1", 0, "EUR", "payment", 5))
    told.decided("Ada", "recorded", "promise_kept", kind="fact", minutes=1)
    archived(engine, told.records)
    assert [each.said is None for each in entries(engine)] == [True, False]


def test_a_contact_is_shown_with_the_words_that_were_sent(engine, told):
    told.claimed("Ada", "ct-1.1")
    told.sent("Ada", SentText("ct-1.1", "sms", "Please pay."))
    archived(engine, told.records)
    (words,) = entries(engine)[0].words
    assert (words.kind, words.text, words.sha256) == ("sms", "Please pay.", sha256(b"Please pay.").hexdigest())


def test_a_call_is_shown_with_its_script_and_its_note_with_its_report(engine, told):
    told.claimed("Ada", "ct-1.1", channel="call_task", task="call")
    told.handed_over(task("Ada", "ct-1.1", "Ask why."))
    report = ContactReported(
        "call_task", "outbound", 5, "desk", "promise", "right_party", task_id="ct-1.1", note="Nice."
    )
    heard(told, "Ada", "contact.reported", report, minutes=5)
    archived(engine, told.records)
    assert [[each.text for each in entry.words] for entry in entries(engine)] == [["Nice."], ["Ask why."]]


def test_the_end_of_a_call_shows_what_its_collector_reported(engine, told):
    """A report that closes a task is journalled as the end of its attempt, and not as a fact beside it."""
    report = ContactReported(
        "call_task",
        "outbound",
        5,
        "desk",
        "refused",
        "right_party",
        task_id="ct-1.1",
        note="No job.",
        omitted=("check",),
    )
    told.said("Ada", report, minutes=5, event_id="R")
    told.decided(
        "Ada",
        "delivered",
        kind="attempt",
        attempt_id="ct-1.1",
        reasons=(Reason("reported", "contact.reported", {"detail": "refused"}),),
        cause=CauseRecord("customers.feedback", 0, 1, "/desk", "R"),
        minutes=5,
    )
    archived(engine, told.records)
    (entry,) = entries(engine)
    assert entry.said is not None
    assert (entry.said.outcome, entry.said.contact_class) == ("refused", "right_party")
    assert entry.said.omitted == ("check",)
    assert [each.text for each in entry.words] == ["No job."]


def test_without_the_secret_what_events_said_is_not_found(engine, told):
    heard(told, "Ada", "promise.made", PromiseMade("P", (), 900, "EUR", 739_710))
    archived(engine, told.records)
    assert [each.said for each in entries(engine, key=b"x" * 32)] == [None]


def test_contacts_alone_are_those_that_were_made_tried_or_reported(engine, told):
    told.decided("Ada", "suppressed", "cap")
    told.claimed("Ada", "ct-1.1", minutes=1)
    told.attempted("Ada", "ct-1.1", "accepted", minutes=2)
    told.noted("Ada", "contact.reported", minutes=3)
    told.noted("Ada", "invoice.due", minutes=4)
    archived(engine, told.records)
    assert results(engine, only="contacts") == ["recorded", "accepted", "claimed"]


def test_non_contacts_alone_are_those_that_were_not_made(engine, told):
    told.decided("Ada", "suppressed", "cap")
    told.claimed("Ada", "ct-1.1", minutes=1)
    told.attempted("Ada", "ct-1.1", "released", minutes=2)
    told.noted("Ada", "invoice.due", minutes=3)
    archived(engine, told.records)
    assert results(engine, only="non_contacts") == ["released", "suppressed"]


def test_an_invoice_is_told_from_those_whose_ids_contain_its_own(engine, told):
    for invoice in ("R-1", "r-1", "R-11", 'R-1"x'):
        told.decided("Ada", "planned", invoice_ids=(invoice,))
    archived(engine, told.records)
    assert [each.record.invoice_ids for each in entries(engine, invoice_id="R-1")] == [("R-1",)]


def test_a_time_begins_with_its_first_instant_and_ends_before_its_last(engine, told):
    for minutes in range(4):
        told.decided("Ada", "planned", minutes=minutes)
    archived(engine, told.records)
    since, until = (to_millis(instant(minutes)) for minutes in (1, 3))
    assert [each.record.at for each in entries(engine, since=since, until=until)] == [instant(2), instant(1)]


@pytest.mark.parametrize("text", ["", "1.2", "1.2.3.4", "-1.2.3", "1.2.x", "9" * 40])
def test_a_place_that_is_none_is_not_followed(text):
    assert cursor_of(text) is None


def test_a_place_is_read_as_it_was_written():
    assert cursor_of(str(Cursor(5, 1, 7))) == Cursor(5, 1, 7)
