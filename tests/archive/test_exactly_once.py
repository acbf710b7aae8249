"""Whatever is read again, by whom, and in what portions: every record stands in the archive once."""

from hashlib import sha256

import pytest

from dispatcher.archive.rebuilding import rebuild
from dispatcher.archive.store import Overtaken, WrongSecret
from dispatcher.archive.tables import CONTACTS, DIGESTS, RECORDS, TALLIES, TEXTS
from schemas import topics
from schemas.inbox import (
    ConsentChanged,
    ContactReported,
    InstalmentDue,
    InvoiceSettled,
    InvoiceStated,
    PlanAgreed,
    PromiseMade,
)
from schemas.texts import SentText
from schemas.values import to_millis
from tests.archive.journal import Topics, archived, batch, begun, contents, instant, rows, task


@pytest.fixture
def told() -> Topics:
    """What happened to a dozen customers."""
    told = Topics()
    for number in range(12):
        customer = f"C-{number}"
        told.said(customer, InvoiceStated(f"I-{customer}", 739_700, 12_900, "EUR", overdue=True))
        told.noted(customer, "invoice.overdue")
        told.decided(customer, "planned", minutes=1)
        told.claimed(customer, f"ct-{number}.1", minutes=2)
        told.attempted(customer, f"ct-{number}.1", "accepted", minutes=3)
        for _ in range(2):  # a sender that heard nothing writes again
            told.sent(customer, SentText(f"ct-{number}.1", "sms", f"{customer}, please pay."), minutes=3)
        told.said(customer, PlanAgreed("N", (), "EUR", (InstalmentDue(739_720, 500),)), minutes=3, event_id="plan")
        told.said(customer, ConsentChanged("a", "sms", allowed=True, source="desk"), minutes=3)
        told.handed_over(task(customer, f"ct-{number}.2"), minutes=4)
        reported = ContactReported("call_task", "outbound", to_millis(instant(9)), "desk", "promise", "right_party")
        told.said(customer, reported, minutes=9)
        told.said(customer, PromiseMade(f"P-{number}", (f"I-{customer}",), 12_900, "EUR", 739_710), minutes=9)
        told.noted(customer, "promise.made", minutes=9)
        told.attempted(customer, f"ct-{number}.1", "delivered", minutes=10)
        told.said(customer, InvoiceSettled(f"I-{customer}", 0, "EUR", "payment", to_millis(instant(20))), minutes=20)
        told.noted(customer, f"promises.P-{number}", "promise_kept", minutes=21, detail="promised 1 settled 1 EUR")
    return told


def of_one_turn(told: Topics, engine) -> dict[str, list[tuple[object, ...]]]:
    archived(engine, told.records)
    return contents(engine)


@pytest.mark.parametrize("turn", [1, 3, 50])
def test_the_size_of_the_turns_makes_no_difference(told, engine, turn):
    archived(engine, told.records, turn=turn)
    in_small_turns = contents(engine)
    rebuild(engine, dict.fromkeys(told.ends, 0))
    assert of_one_turn(told, engine) == in_small_turns


def test_a_turn_that_was_written_is_not_written_again(told, engine):
    store, positions = begun(engine)
    store.write(batch(told.records[:40]), positions)
    with pytest.raises(Overtaken):
        store.write(batch(told.records[:40]), positions)
    assert len(rows(engine, RECORDS)) == sum(each.topic == topics.JOURNAL for each in told.records[:40])


def test_of_two_archivers_one_writes(told, engine):
    (one, positions), (other, same) = begun(engine), begun(engine)
    after = one.write(batch(told.records[:20]), positions)
    with pytest.raises(Overtaken):
        other.write(batch(told.records[:60]), same)
    one.write(batch(told.records[20:]), after)
    twice = contents(engine)
    rebuild(engine, dict.fromkeys(told.ends, 0))
    assert of_one_turn(told, engine) == twice


def test_a_turn_that_fails_leaves_nothing(told, engine):
    store, positions = begun(engine)
    failing = batch(told.records)
    failing.facts.texts[-1]["kind"] = None
    before = contents(engine)
    with pytest.raises(Exception, match=r"(?i)null"):
        store.write(failing, positions)
    assert contents(engine) == before


def test_records_of_a_release_to_come_are_left_out_and_named(told, engine):
    told.append(topics.JOURNAL, "C-1", b'{"kind": "omen"}')
    told.decided("C-1", "planned")
    archived(engine, told.records)
    assert len(contents(engine)["unread"]) == 1
    assert len(rows(engine, RECORDS)) == sum(each.topic == topics.JOURNAL for each in told.records) - 1


def test_tallies_count_every_record_of_the_journal(told, engine):
    archived(engine, told.records, turn=7)
    assert sum(each["n"] for each in rows(engine, TALLIES)) == len(rows(engine, RECORDS))


def test_a_rebuild_keeps_what_the_topics_no_longer_hold(told, engine):
    archived(engine, told.records)
    before = contents(engine)
    begins = {place: end // 2 for place, end in told.ends.items()}
    rebuild(engine, begins)
    remaining = [each for each in told.records if each.offset >= begins[each.topic, each.partition]]
    assert len(rows(engine, RECORDS)) < sum(each.topic == topics.JOURNAL for each in told.records)
    archived(engine, remaining)
    assert contents(engine) == before


def test_what_was_sent_in_an_attempt_stands_once_and_proves_itself(told, engine):
    archived(engine, told.records)
    (text,) = (each for each in rows(engine, TEXTS) if each["attempt_id"] == "ct-3.1")
    (digest,) = (each for each in rows(engine, DIGESTS) if each["attempt_id"] == "ct-3.1")
    assert (text["body"], text["kind"]) == ("C-3, please pay.", "sms")
    assert bytes(digest["sha256"]) == sha256(b"C-3, please pay.").digest()


def test_an_archive_is_not_written_with_another_secret(told, engine):
    archived(engine, told.records)
    with pytest.raises(WrongSecret):
        begun(engine, b"x" * 32)


def test_a_contact_has_one_row_with_what_came_of_it_last(told, engine):
    archived(engine, told.records, turn=1)
    row = next(each for each in rows(engine, CONTACTS) if each["customer_id"] == "C-3")
    assert (row["channel"], row["stage"], row["tier"], row["result"]) == ("sms", "first", "high", "delivered")
    assert (row["claimed_at"], row["accepted_at"], row["ended_at"]) == tuple(
        to_millis(instant(minutes)) for minutes in (2, 3, 10)
    )
