"""Retention: texts go first, later what the records say of people, and at last the emptied records before all others.

A customer under an open legal hold keeps everything. Tallies stay for good: nobody is in them.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, exists, func, or_, select, update

from dispatcher.archive.erasing import NOTHING
from dispatcher.archive.keeping import Limits
from dispatcher.archive.legal_holds import legally_held
from dispatcher.archive.tables import (
    CHAINS,
    CONSENTS,
    CONTACTS,
    DIALS,
    FEEDBACK,
    JUDGEMENTS,
    PLANS,
    PROMISES,
    RECORDS,
    REPORTS,
    STATEMENTS,
    TASKS,
    TEXTS,
    ZONES,
)
from schemas.values import Millis

SOME: Final = 10_000
"""Rows that are emptied in one transaction: the archiver's own turns come in between."""

_AGED: Final[tuple[tuple[ColumnElement[int], int], ...]] = (
    (DIALS.c.at, 1),
    (REPORTS.c.at, 1),
    (FEEDBACK.c.at, 1),
    (CONSENTS.c.at, 1),
    (TASKS.c.appended, 1),
    (JUDGEMENTS.c.at, 1),
    (PROMISES.c.stated_us, 1000),
    (PLANS.c.stated_us, 1000),
    (STATEMENTS.c.at, 1),
    (ZONES.c.stated_us, 1000),
)
"""What dates a row, and how many of its units are a millisecond."""


def expire_texts(connection: Connection, now: Millis, limits: Limits) -> int:
    """Delete the texts that are older; their digests stay. Returns how many."""
    if limits.latest is None:
        return 0
    aged = limits.too_old(TEXTS.c.at, lambda creditors: _in_contact(TEXTS.c.attempt_id, creditors))
    return connection.execute(delete(TEXTS).where(aged, ~legally_held(TEXTS, now))).rowcount


def expire_rows(connection: Connection, now: Millis, limits: Limits) -> int:
    """Delete the contact records, reports and tasks that are older; returns how many.

    What is of no creditor in particular goes when it is too old for all of them.
    """
    gone = 0
    for column, units in _AGED:
        if limits.earliest is not None:
            table: Any = column.table
            aged = column < limits.earliest * units
            gone += connection.execute(delete(table).where(aged, ~legally_held(table, now))).rowcount
    if limits.latest is not None:
        # Contacts last: by them texts know their creditor.
        aged = limits.too_old(CONTACTS.c.claimed_at, lambda creditors: _of(CONTACTS.c.creditor_id, creditors))
        gone += connection.execute(delete(CONTACTS).where(aged, ~legally_held(CONTACTS, now))).rowcount
    return gone


def expire_records(connection: Connection, partition: int, now: Millis, limits: Limits) -> int:
    """Empty some older records of a partition; returns how many. Call again while it is `SOME`."""
    before = limits.latest
    if before is None:
        return 0
    edge = _edge(connection, partition, before)
    too_old = limits.too_old(RECORDS.c.at, lambda creditors: _of(RECORDS.c.creditor_id, creditors))
    aged = (RECORDS.c.partition == partition, RECORDS.c.offset < edge, RECORDS.c.emptied.is_(None), too_old)
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


def _of(column: ColumnElement[str], creditors: list[str]) -> ColumnElement[bool]:
    return func.coalesce(column, "").in_(creditors)


def _in_contact(attempt: ColumnElement[str], creditors: list[str]) -> ColumnElement[bool]:
    """Whether an attempt was about an invoice of one of the creditors."""
    return exists(
        select(CONTACTS.c.attempt_id).where(CONTACTS.c.attempt_id == attempt, CONTACTS.c.creditor_id.in_(creditors))
    )


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
