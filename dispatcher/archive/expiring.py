"""Retention: texts go first, later what the records say of people, and at last the emptied records before all others.

A customer under an open legal hold keeps everything. Tallies stay for good: nobody is in them.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from dispatcher.archive.erasing import NOTHING
from dispatcher.archive.legal_holds import legally_held
from dispatcher.archive.tables import (
    CHAINS,
    CONSENTS,
    CONTACTS,
    FEEDBACK,
    JUDGEMENTS,
    PROMISES,
    RECORDS,
    REPORTS,
    TASKS,
    TEXTS,
)
from schemas.values import Millis

SOME: Final = 10_000
"""Rows that are emptied in one transaction: the archiver's own turns come in between."""

_AGED: Final[tuple[tuple[ColumnElement[int], int], ...]] = (
    (CONTACTS.c.claimed_at, 1),
    (REPORTS.c.at, 1),
    (FEEDBACK.c.at, 1),
    (CONSENTS.c.at, 1),
    (TASKS.c.appended, 1),
    (JUDGEMENTS.c.at, 1),
    (PROMISES.c.stated_us, 1000),
)
"""What dates a row, and how many of its units are a millisecond."""


def expire_texts(connection: Connection, now: Millis, before: Millis) -> int:
    """Delete the texts that are older; their digests stay. Returns how many."""
    return connection.execute(delete(TEXTS).where(TEXTS.c.at < before, ~legally_held(TEXTS, now))).rowcount


def expire_rows(connection: Connection, now: Millis, before: Millis) -> int:
    """Delete the contact records, reports and tasks that are older; returns how many."""
    gone = 0
    for column, units in _AGED:
        table: Any = column.table
        gone += connection.execute(delete(table).where(column < before * units, ~legally_held(table, now))).rowcount
    return gone


def expire_records(connection: Connection, partition: int, now: Millis, before: Millis) -> int:
    """Empty some older records of a partition; returns how many. Call again while it is `SOME`."""
    edge = _edge(connection, partition, before)
    aged = (RECORDS.c.partition == partition, RECORDS.c.offset < edge, RECORDS.c.emptied.is_(None))
    some = select(RECORDS.c.offset).where(*aged, ~legally_held(RECORDS, now)).order_by(RECORDS.c.offset).limit(SOME)
    emptied = connection.execute(
        update(RECORDS)
        .where(RECORDS.c.partition == partition, RECORDS.c.offset.in_(some))
        .values(**NOTHING | {"customer_id": "", "emptied": "expired"})
    ).rowcount
    if emptied:
        own = CHAINS.c.partition == partition
        connection.execute(update(CHAINS).where(own, CHAINS.c.emptied_to < before).values(emptied_to=before))
    _shorten(connection, partition, edge)
    return emptied


def _edge(connection: Connection, partition: int, before: Millis) -> int:
    """The offset of the first record that is not older, or that after the last one."""
    first = (
        select(RECORDS.c.offset)
        .where(RECORDS.c.partition == partition, RECORDS.c.at >= before)
        .order_by(RECORDS.c.offset)
        .limit(1)
    )
    found = connection.execute(first).scalar_one_or_none()
    if found is not None:
        return int(found)
    return int(connection.execute(select(CHAINS.c.offset).where(CHAINS.c.partition == partition)).scalar_one()) + 1


def _shorten(connection: Connection, partition: int, edge: int) -> None:
    """Delete the emptied records before all others; the chain then begins with the link of the last of them."""
    own = RECORDS.c.partition == partition
    kept = (
        select(RECORDS.c.offset)
        .where(own, or_(RECORDS.c.emptied.is_(None), RECORDS.c.offset >= edge))
        .order_by(RECORDS.c.offset)
        .limit(1)
    )
    first = connection.execute(kept).scalar_one_or_none()
    gone = own if first is None else own & (RECORDS.c.offset < first)
    last = select(RECORDS.c.number, RECORDS.c.link).where(gone).order_by(RECORDS.c.offset.desc()).limit(1)
    end = connection.execute(last).first()
    if end is None:
        return
    connection.execute(
        update(CHAINS).where(CHAINS.c.partition == partition).values(root_number=end.number, root=end.link)
    )
    connection.execute(delete(RECORDS).where(gone))
