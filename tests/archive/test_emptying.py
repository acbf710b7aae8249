"""What is erased or too old is gone for good, what the law wants kept is kept, and no figure changes by it."""

from hashlib import sha256

import pytest

from dispatcher.archive.checking import check
from dispatcher.archive.emptying import Caretaker
from dispatcher.archive.keeping import Days, Retention
from dispatcher.archive.tables import CHANGES, CONTACTS, DIGESTS, ERASURES, METADATA, RECORDS, TALLIES, TEXTS
from schemas.inbox import (
    ConsentChanged,
    ContactReported,
    CustomerErased,
    FeedbackGiven,
    HoldPlaced,
    HoldReleased,
    InstalmentDue,
    InvoiceSettled,
    InvoiceStated,
    PlanAgreed,
    ProfileStated,
    PromiseMade,
)
from schemas.texts import SentText
from schemas.values import to_millis
from tests.archive.journal import KEY, Topics, archived, contents, instant, rows, task

DAY = 24 * 60
LATER = to_millis(instant(30 * DAY))


def attempt(customer: str, number: int) -> str:
    """An id as the core gives it: nobody's name is in it."""
    return f"ct-{customer.encode().hex()}.{number}"


def lived(told: Topics, customer: str, minutes: float = 0) -> None:
    """A bit of everything that is archived of a customer."""
    told.said(customer, InvoiceStated(f"I-{customer}", 739_700, 12_900, "EUR", overdue=True), minutes=minutes)
    told.claimed(customer, attempt(customer, 1), minutes=minutes, responsible="desk")
    told.handed_over(task(customer, attempt(customer, 2), f"Ask {customer} why."), minutes=minutes)
    at = to_millis(instant(minutes))
    report = ContactReported("call_task", "outbound", at, "desk", "promise", "right_party", note=f"{customer} moved.")
    told.said(customer, report, minutes=minutes)
    told.said(customer, FeedbackGiven(2, comment=f"{customer} is cross."), minutes=minutes)
    told.said(customer, PromiseMade(f"P-{customer}", (f"I-{customer}",), 500, "EUR", 739_720), minutes=minutes)
    told.said(customer, HoldPlaced(f"H-{customer}", "customer", "complaint", note="Rude."), minutes=minutes)
    told.attempted(customer, attempt(customer, 1), "delivered", minutes=minutes)
    told.sent(customer, SentText(attempt(customer, 1), "sms", f"{customer}, please pay."), minutes=minutes)
    plan = PlanAgreed(f"N-{customer}", (f"I-{customer}",), "EUR", (InstalmentDue(739_720, 500),))
    told.said(customer, plan, minutes=minutes)
    told.said(
        customer, ConsentChanged(f"{customer}@example.com", "email", allowed=False, source="desk"), minutes=minutes
    )
    told.said(customer, ProfileStated(customer, "en", "consumer", "GB", (), (), "Europe/London"), minutes=minutes)
    told.noted(customer, f"promises.P-{customer}", "promise_broken", minutes=minutes, detail="promised 5 settled 0 EUR")


def erased(told: Topics, customer: str, minutes: float = 60) -> None:
    told.said(customer, CustomerErased(), minutes=minutes)
    told.noted(customer, "customer.erased", minutes=minutes)


def cared_for(engine, now: int = LATER, **days: int) -> dict[str, int]:
    """What the caretaker says that it emptied."""
    emptied: dict[str, int] = {}
    caretaker = Caretaker(engine, Retention(**days), emptied.__setitem__)
    caretaker.work(now)
    return emptied


def named_in(engine, name: str) -> set[str]:
    """The tables in which a text occurs anywhere."""
    return {table for table, found in contents(engine).items() if name in repr(found)}


def sizes(engine) -> dict[str, int]:
    return {name: len(found) for name, found in contents(engine).items()}


@pytest.fixture
def told() -> Topics:
    told = Topics()
    for customer in ("Ada", "Ben"):
        lived(told, customer)
    erased(told, "Ada")
    return told


def test_of_an_erased_customer_nothing_is_left_that_names_anybody(engine, told):
    archived(engine, told.records)
    assert len(named_in(engine, "Ada")) > 8
    cared_for(engine)
    assert named_in(engine, "Ada") == set()


def test_an_erasure_leaves_a_stub_of_every_row_but_the_texts(engine, told):
    archived(engine, told.records)
    before = sizes(engine)
    cared_for(engine)
    after = sizes(engine)
    assert {name for name in before if before[name] != after[name]} == {"texts"}
    assert {each["customer_id"] for each in rows(engine, TEXTS)} == {"Ben"}


def test_an_erasure_leaves_others_as_they_are(engine, told):
    archived(engine, told.records)
    before = [each for each in rows(engine, RECORDS) if each["customer_id"] == "Ben"]
    cared_for(engine)
    assert [each for each in rows(engine, RECORDS) if each["customer_id"] == "Ben"] == before


def test_an_erasure_changes_no_figure(engine, told):
    archived(engine, told.records)
    tallies, results = rows(engine, TALLIES), [each["result"] for each in rows(engine, CONTACTS)]
    cared_for(engine)
    assert (rows(engine, TALLIES), [each["result"] for each in rows(engine, CONTACTS)]) == (tallies, results)


def test_the_chain_holds_over_an_erasure(engine, told):
    archived(engine, told.records)
    cared_for(engine)
    report = check(engine, KEY)
    assert (report.findings, report.erased) == ((), 4)


def test_what_is_said_after_an_erasure_is_the_same_whenever_it_was_carried_out(engine, told):
    """The later record of a promise, an invoice and a contact, once before and once after."""
    early = list(told.records)
    told.said("Ada", InvoiceSettled("I-Ada", 0, "EUR", "payment", to_millis(instant(70))), minutes=70)
    told.said("Ada", PromiseMade("P-Ada", ("I-Ada",), 700, "EUR", 739_730), minutes=70)
    told.said("Ada", HoldReleased("H-Ada"), minutes=70)
    told.attempted("Ada", attempt("Ada", 1), "undelivered", minutes=70)
    told.noted("Ada", "promises.P-Ada", "promise_kept", minutes=70, detail="promised 7 settled 7 EUR")
    archived(engine, early)
    cared_for(engine)
    archived(engine, told.records)
    between = contents(engine)
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(table.delete())
    archived(engine, told.records)
    cared_for(engine)
    assert contents(engine) == between
    assert {each["customer_id"] for each in rows(engine, CHANGES)} != {"Ada"}


def test_a_text_that_its_sender_wrote_down_after_the_erasure_is_not_kept(engine, told):
    archived(engine, told.records)
    cared_for(engine)
    told.sent("Ada", SentText(attempt("Ada", 1), "sms", "Ada, please pay."), minutes=61)
    archived(engine, told.records)
    assert named_in(engine, "Ada") == set()


def test_a_text_that_was_written_down_between_the_erasure_and_its_execution_goes_too(engine, told):
    told.claimed("Ada", attempt("Ada", 9), minutes=59)
    erased(told, "Ada", minutes=60)
    told.sent("Ada", SentText(attempt("Ada", 9), "sms", "Ada, please pay."), minutes=61)
    archived(engine, told.records)
    cared_for(engine)
    assert named_in(engine, "Ada") == set()


def test_the_hash_of_a_text_outlives_it(engine, told):
    archived(engine, told.records)
    cared_for(engine)
    proof = sha256(b"Ada, please pay.").digest()
    assert proof in {bytes(each["sha256"]) for each in rows(engine, DIGESTS)}


def test_a_legal_hold_postpones_an_erasure_until_it_is_released(engine, told):
    told.said("Ada", HoldPlaced("court", "customer", "legal"), minutes=30)
    archived(engine, told.records)
    cared_for(engine)
    assert len(named_in(engine, "Ada")) > 8
    told.said("Ada", HoldReleased("court"), minutes=90)
    archived(engine, told.records)
    cared_for(engine)
    assert named_in(engine, "Ada") <= {"holds", "statements"}  # of the hold which was placed after the erasure
    assert [each["done_at"] for each in rows(engine, ERASURES)] == [LATER, LATER]


def test_a_legal_hold_that_has_run_out_postpones_nothing(engine, told):
    until = to_millis(instant(20 * DAY))
    told.said("Ada", HoldPlaced("court", "customer", "legal", until=until), minutes=30)
    archived(engine, told.records)
    cared_for(engine, until - 1)
    assert "records" in named_in(engine, "Ada")
    cared_for(engine, until)
    assert named_in(engine, "Ada") <= {"holds", "statements"}  # of the hold which was placed after the erasure


def test_texts_go_when_their_time_is_over_and_their_digests_stay(engine, told):
    lived(told, "Cem", minutes=25 * DAY)
    archived(engine, told.records)
    digests = rows(engine, DIGESTS)
    cared_for(engine, texts=10)
    assert {each["customer_id"] for each in rows(engine, TEXTS)} == {"Cem"}
    assert rows(engine, DIGESTS) == digests


def test_texts_under_a_legal_hold_stay(engine, told):
    told.said("Ben", HoldPlaced("court", "customer", "legal"))
    archived(engine, told.records)
    cared_for(engine, texts=10)
    assert {each["customer_id"] for each in rows(engine, TEXTS)} == {"Ben"}


def test_what_is_older_than_it_has_to_be_names_nobody(engine, told):
    lived(told, "Cem", minutes=25 * DAY)
    archived(engine, told.records)
    tallies = rows(engine, TALLIES)
    cared_for(engine, texts=10, records=10)
    assert named_in(engine, "Ben") <= {"changes", "invoices", "holds"}
    assert {"records", "contacts", "reports"} <= named_in(engine, "Cem")
    assert (check(engine, KEY).findings, rows(engine, TALLIES)) == ((), tallies)


def test_a_chain_begins_where_its_first_records_were_taken_away(engine, told):
    lived(told, "Cem", minutes=25 * DAY)
    archived(engine, told.records)
    cared_for(engine, records=10)
    assert {each["customer_id"] for each in rows(engine, RECORDS)} == {"Cem"}
    lived(told, "Cem", minutes=26 * DAY)
    archived(engine, told.records)
    assert check(engine, KEY).findings == ()


def test_records_under_a_legal_hold_stay_and_those_about_them_are_emptied(engine, told):
    told.said("Ben", HoldPlaced("court", "customer", "legal"))
    archived(engine, told.records)
    cared_for(engine, records=10)
    kept = [each["customer_id"] for each in rows(engine, RECORDS) if each["customer_id"]]
    assert (set(kept), check(engine, KEY).findings) == ({"Ben"}, ())


def test_the_caretaker_has_nothing_to_do_until_an_hour_has_passed_or_somebody_is_erased(engine, told):
    caretaker = Caretaker(engine, Retention(), lambda _why, _n: None)
    archived(engine, told.records[:5])
    caretaker.work(LATER)
    assert not caretaker.due(LATER)
    assert caretaker.due(LATER + 3_600_000)
    archived(engine, told.records)
    assert caretaker.due(LATER)


def two_creditors(engine) -> None:
    told = Topics()
    for creditor in ("acme", "other"):
        told.claimed(creditor, attempt(creditor, 1), creditor_id=creditor)
        told.sent(creditor, SentText(attempt(creditor, 1), "sms", "Please pay."))
    archived(engine, told.records)


def expired_after(engine, days: int, **kept: object) -> None:
    now = to_millis(instant(days * DAY))
    Caretaker(engine, Retention(**kept), lambda *_: None).work(now)


@pytest.mark.parametrize(
    ("of", "left"), [({}, set()), ({"acme": Days(90, 90)}, {"acme"}), ({"other": Days(5, 5)}, set())]
)
def test_a_creditors_texts_and_records_are_kept_for_the_time_that_was_said_of_it(engine, of, left):
    two_creditors(engine)
    expired_after(engine, 30, texts=10, records=10, of=of)
    found = [{each["customer_id"] for each in rows(engine, table)} - {""} for table in (TEXTS, CONTACTS, RECORDS)]
    assert found == [left, left, left]


def test_a_creditors_shorter_time_touches_no_other(engine):
    two_creditors(engine)
    expired_after(engine, 30, texts=90, records=90, of={"acme": Days(10, 10)})
    found = [{each["customer_id"] for each in rows(engine, table)} - {""} for table in (TEXTS, CONTACTS, RECORDS)]
    assert found == [{"other"}, {"other"}, {"other"}]


def test_the_chain_holds_where_creditors_have_times_of_their_own(engine):
    two_creditors(engine)
    expired_after(engine, 30, texts=10, records=10, of={"acme": Days(90, 90)})
    assert check(engine, KEY).findings == ()
