"""Whoever changes the archive with SQL is found out, and the record is named."""

import msgspec
import pytest
from sqlalchemy import delete, insert, select, text, update

from dispatcher.archive.checking import End, check
from dispatcher.archive.tables import CHAINS, RECORDS
from tests.archive.journal import KEY, Topics, archived, batch, begun


@pytest.fixture
def told(engine):
    told = Topics()
    for number in range(60):
        told.decided(f"C-{number % 6}", "planned", minutes=number)
    archived(engine, told.records, turn=7)
    return told


def found(engine):
    return [(each.kind, each.partition, each.number) for each in check(engine, KEY).findings]


def changed(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def seventh():
    return update(RECORDS).where(RECORDS.c.partition == 1, RECORDS.c.number == 7)


def test_what_nobody_touched_is_as_it_was_written(engine, told):
    report = check(engine, KEY)
    assert (report.findings, report.records) == ((), 60)


@pytest.mark.parametrize(
    "column",
    [each.name for each in RECORDS.columns if each.name not in {"partition", "offset", "number", "emptied"}],
)
def test_a_change_of_any_column_is_found_where_it_is(engine, told, column):
    kind = RECORDS.c[column].type.python_type
    other = {str: "other", int: 77, bytes: b"x" * 32}[kind]
    changed(
        engine,
        seventh().values({column: other}),
    )
    assert ("changed", 1, 7) in found(engine)
    assert {number for _, _, number in found(engine)} <= {7, 8}


def test_a_record_that_was_taken_out_is_named(engine, told):
    changed(engine, delete(RECORDS).where(RECORDS.c.partition == 1, RECORDS.c.number == 7))
    assert found(engine) == [("missing", 1, 7)]


def test_records_that_were_taken_off_the_end_are_named(engine, told):
    changed(engine, delete(RECORDS).where(RECORDS.c.partition == 1, RECORDS.c.number > 28))
    assert found(engine) == [("missing", 1, 29), ("missing", 1, 30)]


def test_the_first_record_cannot_be_taken_out(engine, told):
    changed(engine, delete(RECORDS).where(RECORDS.c.partition == 0, RECORDS.c.number == 1))
    assert found(engine) == [("missing", 0, 1)]


def test_a_record_that_was_put_in_is_named(engine, told):
    with engine.begin() as connection:
        row = dict(
            connection.execute(select(RECORDS).where(RECORDS.c.partition == 1, RECORDS.c.number == 7)).mappings().one()
        )
        connection.execute(insert(RECORDS).values(**row | {"offset": row["offset"] * 1000}))
    assert ("inserted", 1, 7) in found(engine)


@pytest.mark.parametrize("column", ["link", "number"])
def test_an_end_that_was_moved_is_found(engine, told, column):
    other = {"link": b"x" * 32, "number": 29}[column]
    changed(engine, update(CHAINS).where(CHAINS.c.partition == 1).values({column: other}))
    assert [number for _, partition, number in found(engine) if partition == 1] == [30]


def test_records_of_a_partition_without_a_chain_are_named(engine, told):
    changed(engine, seventh().values(partition=9))
    assert ("inserted", 9, 0) in found(engine)


def test_a_record_at_another_place_is_found(engine, told):
    changed(
        engine,
        update(RECORDS).where(RECORDS.c.partition == 1, RECORDS.c.number == 30).values(offset=9_999),
    )
    assert ("changed", 1, 30) in found(engine)


@pytest.mark.parametrize("why", ["erased", "expired"])
def test_a_record_that_was_emptied_for_no_reason_is_named(engine, told, why):
    changed(engine, seventh().values(emptied=why, record_id=None, invoice_ids=None, customer_id="erased-00"))
    assert found(engine) == [("emptied", 1, 7)]


def test_a_chain_that_was_made_anew_without_the_secret_is_found(engine, told):
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM records"))
        connection.execute(text("DELETE FROM chains"))
        connection.execute(text("DELETE FROM positions"))
        connection.execute(text("DELETE FROM tallies"))
        connection.execute(text("DELETE FROM archive"))
    store, positions = begun(engine, b"guess" * 7)
    store.write(batch(told.records), positions)
    assert ("changed", 1, 7) in found(engine)


def test_an_end_that_was_noted_elsewhere_shows_that_a_chain_was_cut(engine, told):
    noted = check(engine, KEY).ends
    with engine.begin() as connection:
        gone = connection.execute(
            select(RECORDS.c.number, RECORDS.c.offset, RECORDS.c.link).where(
                RECORDS.c.partition == 1, RECORDS.c.number == 28
            )
        ).one()
        connection.execute(delete(RECORDS).where(RECORDS.c.partition == 1, RECORDS.c.number > 28))
        connection.execute(
            update(CHAINS).where(CHAINS.c.partition == 1).values(number=28, offset=gone.offset, link=gone.link)
        )
    assert check(engine, KEY).findings == ()
    again = msgspec.json.decode(msgspec.json.encode(noted), type=tuple[End, ...])
    assert [(each.kind, each.partition, each.number) for each in check(engine, KEY, again).findings] == [
        ("missing", 1, 30)
    ]
