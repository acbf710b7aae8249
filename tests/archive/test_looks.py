"""A look at one customer: what it costs the database, and that it is of one state of the archive."""

import pytest
from sqlalchemy.exc import InternalError

from dispatcher.archive.cursors import Cursor
from dispatcher.archive.database import opened, reading
from dispatcher.archive.queries import Archive
from dispatcher.archive.standing import Standings
from dispatcher.archive.timelines import Timelines, Wanted
from schemas.inbox import ContactReported, HoldPlaced, InvoiceStated, PlanAgreed, ProfileStated, PromiseMade
from schemas.journal import CauseRecord
from schemas.texts import SentText
from schemas.values import to_millis
from tests.archive.counting import counted
from tests.archive.journal import KEY, Topics, archived, batch, begun, instant

NOW = to_millis(instant(10_000))
QUERIES = 3
"""What is known of the customer, the page's records, and what stands beside them."""


def wanted(*_: str | None) -> Wanted:
    return Wanted()


def owing(contacts: int) -> Topics:
    """A customer of whom there is one of everything, and after it so many contacts, each with its text."""
    told = Topics()
    told.said("Ada", ProfileStated("Ada", "en", "consumer", "GB", (), (), "Europe/London"))
    told.said("Ada", InvoiceStated("I-1", 739_700, 900, "EUR", overdue=True))
    told.decided("Ada", "deferred", "quiet_hours", minutes=1, invoice_ids=("I-1",))
    told.said("Ada", HoldPlaced("H-1", "customer", "complaint"), minutes=2)
    told.said("Ada", PlanAgreed("N-1", ("I-1",), "EUR", ()), minutes=2)
    told.said("Ada", PromiseMade("P-1", ("I-1",), 900, "EUR", 739_710), minutes=2)
    for number in range(1, contacts + 1):
        told.claimed("Ada", f"ct-{number}.1", minutes=10 * number)
        told.sent("Ada", SentText(f"ct-{number}.1", "sms", f"Text {number}"), minutes=10 * number)
        report = ContactReported("sms", "inbound", number, "desk", "promise", "right_party", note=f"Note {number}")
        told.said("Ada", report, minutes=10 * number + 1, event_id=f"E-{number}")
        cause = CauseRecord("customers.feedback", 0, 1, "/desk", f"E-{number}")
        told.noted("Ada", "contact.reported", minutes=10 * number + 1, cause=cause)
    return told


def test_a_look_is_one_connection_and_three_queries(engine):
    archived(engine, owing(contacts=20).records)
    with counted(engine) as asked:
        look = Archive(engine, KEY).look("Ada", NOW, wanted)
    assert (len(look.page.entries), asked.count("connected"), len(asked) - 1) == (41, 1, QUERIES)


@pytest.mark.parametrize("after", [None, Cursor(to_millis(instant(500)), 99, 0)])
def test_a_look_at_a_long_story_is_one_query_more_wherever_its_page_lies(engine, after):
    archived(engine, owing(contacts=80).records)
    with counted(engine) as asked:
        look = Archive(engine, KEY).look("Ada", NOW, wanted, after)
    assert (len(look.page.entries), asked.count("connected"), len(asked) - 1) == (50, 1, QUERIES + 1)


def test_a_look_at_nobody_is_one_query(engine):
    with counted(engine) as asked:
        look = Archive(engine, KEY).look("Ada", NOW, wanted)
    assert (look, len(asked) - 1) == (None, 1)


@pytest.mark.parametrize("contacts", [20, 80])
@pytest.mark.parametrize("after", [None, Cursor(to_millis(instant(150)), 99, 0)])
def test_a_look_sees_what_standing_and_timeline_see(engine, contacts, after):
    archived(engine, owing(contacts).records)
    look = Archive(engine, KEY).look("Ada", NOW, wanted, after)
    assert look.standing == Standings(engine, KEY).standing("Ada", NOW)
    assert look.page == Timelines(engine, KEY).page("Ada", Wanted(), after)


def test_an_invoice_is_shown_with_its_last_decision_where_the_page_leaves_that_out(engine):
    archived(engine, owing(contacts=1).records)
    look = Archive(engine, KEY).look("Ada", NOW, lambda *_: Wanted(only="contacts"))
    assert [each.decided.result for each in look.standing.owed] == ["deferred"]


def test_days_are_asked_for_by_the_customers_clock(engine):
    archived(engine, owing(contacts=1).records)
    clocks: list[tuple[str | None, ...]] = []
    Archive(engine, KEY).look("Ada", NOW, lambda *clock: clocks.append(clock) or Wanted())
    assert clocks == [("Europe/London", "GB", None)]


def test_a_look_does_not_see_what_is_written_while_it_lasts(engine):
    told = owing(contacts=1)
    store, positions = begun(engine)
    positions = store.write(batch(told.records), positions)
    seen = len(told.records)

    def meanwhile(*_: str | None) -> Wanted:
        told.claimed("Ada", "ct-2.1", minutes=5_000)
        store.write(batch(told.records[seen:]), positions)
        return Wanted()

    look = Archive(engine, KEY).look("Ada", NOW, meanwhile)
    assert look.page.entries[0].record.at == instant(11)


def test_who_reads_a_postgresql_cannot_write(cluster):
    engine = opened(cluster.database())
    with reading(engine) as connection, pytest.raises(InternalError, match="read-only transaction"):
        connection.exec_driver_sql("CREATE TABLE written (number integer)")
    engine.dispose()
