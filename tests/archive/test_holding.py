"""From when until when an invoice came to what: as payments were made, whenever they were told."""

import pytest
from alembic import command
from sqlalchemy import Engine, MetaData, text

from dispatcher.archive import schema
from dispatcher.archive.database import opened
from dispatcher.archive.rebuilding import rebuild
from dispatcher.archive.tables import CHANGES, INVOICES, METADATA
from schemas import topics
from schemas.inbox import InvoiceSettled, InvoiceStated
from schemas.values import to_micros, to_millis
from tests.archive.journal import Topics, archived, contents, instant, rows

FOREVER = "for ever"


@pytest.fixture
def told() -> Topics:
    return Topics()


def stated(told: Topics, amount: int, minutes: float) -> None:
    told.said("C-1", InvoiceStated("I-1", 739_700, amount, "EUR", overdue=True), minutes=minutes)


def paid(told: Topics, amount: int, minutes: float, *, told_at: float) -> None:
    told.said("C-1", InvoiceSettled("I-1", amount, "EUR", "payment", to_millis(instant(minutes))), minutes=told_at)


def minutes(at_us: object) -> object:
    return FOREVER if at_us == 2**62 else (int(str(at_us)) - to_micros(instant())) / 60e6


def held(engine: Engine) -> list[tuple[object, ...]]:
    """(from minute, until minute, amount before, amount) of each change."""
    found = sorted(rows(engine, CHANGES), key=lambda row: row["offset"])
    return [(minutes(row["since_us"]), minutes(row["until_us"]), row["was_amount"], row["amount_due"]) for row in found]


@pytest.mark.parametrize("turn", [1, 50])
def test_a_payment_counts_from_when_it_was_made(engine, told, turn):
    stated(told, 900, 0)
    paid(told, 400, 5, told_at=9)
    paid(told, 0, 20, told_at=21)
    archived(engine, told.records, turn=turn)
    assert held(engine) == [(0, 5, None, 900), (5, 20, 900, 400), (20, FOREVER, 400, 0)]


def test_nothing_holds_from_before_what_was_known_earlier(engine, told):
    stated(told, 900, 10)
    paid(told, 0, 5, told_at=11)
    archived(engine, told.records)
    assert held(engine) == [(10, 10, None, 900), (10, FOREVER, 900, 0)]


def test_a_rebuild_from_the_middle_opens_what_was_ended_by_what_went(engine, told):
    stated(told, 900, 0)
    paid(told, 400, 5, told_at=5)
    archived(engine, told.records)
    before = contents(engine)
    partition = told.records[0].partition
    rebuild(engine, {(topics.INBOX, partition): 1})
    assert held(engine) == [(0, FOREVER, None, 900)]
    archived(engine, told.records[1:])
    assert contents(engine) == before


def test_an_archive_of_a_former_release_says_when_it_held(url, told):
    stated(told, 900, 0)
    paid(told, 400, 5, told_at=9)
    paid(told, 0, 20, told_at=21)
    engine = opened(url)
    schema.migrate(engine)
    archived(engine, told.records)
    now = rows(engine, CHANGES), rows(engine, INVOICES)
    _as_before(engine)
    schema.migrate(engine)
    assert (rows(engine, CHANGES), rows(engine, INVOICES)) == now
    engine.dispose()


def _as_before(engine: Engine) -> None:
    """The tables as the first step made them, with what they could hold."""
    kept = {name: rows(engine, METADATA.tables[name]) for name in ("changes", "invoices")}
    with engine.begin() as connection:
        METADATA.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        command.upgrade(schema._STEPS._config(connection), "first")
        then = MetaData()
        then.reflect(connection)
        for name, found in kept.items():
            columns = then.tables[name].columns.keys()
            connection.execute(then.tables[name].insert(), [{each: row[each] for each in columns} for row in found])
