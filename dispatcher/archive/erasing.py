"""Erasing a customer: what stays is what was decided by which rule, under a pseudonym, so that no figure changes.

What an erasure is about ends where it stands in its topic: whatever is said of the customer later is kept like anybody's.
A customer under an open legal hold keeps everything; the erasure waits until the hold has ended.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, Text, and_, cast, delete, select, update

from dispatcher.archive import sealing
from dispatcher.archive.journal_rows import PERSONAL
from dispatcher.archive.legal_holds import legally_held
from dispatcher.archive.tables import (
    CHANGES,
    CONTACTS,
    ERASURES,
    FEEDBACK,
    HOLDS,
    INVOICES,
    JUDGEMENTS,
    PROMISES,
    RECORDS,
    REPORTS,
    TASKS,
    TEXTS,
)
from schemas import topics
from schemas.values import Millis

NOTHING: Final[dict[str, Any]] = {name: None for name in PERSONAL if name != "customer_id"}
"""What an emptied row of the journal says of a person."""

_NAMES: Final[dict[Table, str]] = {
    PROMISES: "promise_id",
    HOLDS: "hold_id",
    INVOICES: "invoice_id",
    CHANGES: "invoice_id",
    JUDGEMENTS: "promise_id",
}
"""Tables in which something of the customer's has an id that others gave it."""


def to_erase(now: Millis) -> Select[Any]:
    """The erasures that wait and that nothing forbids."""
    return (
        select(ERASURES)
        .where(ERASURES.c.done_at.is_(None), ~legally_held(ERASURES, now))
        .order_by(ERASURES.c.topic, ERASURES.c.partition, ERASURES.c.offset)
    )


def erase(connection: Connection, key: bytes, now: Millis) -> int:
    """Carry out the erasures that no legal hold forbids; returns how many."""
    due = connection.execute(to_erase(now)).all()
    for asked in due:
        (_decided if asked.topic == topics.JOURNAL else _said)(connection, key, asked)
        connection.execute(
            update(ERASURES)
            .where(
                ERASURES.c.topic == asked.topic,
                ERASURES.c.partition == asked.partition,
                ERASURES.c.offset == asked.offset,
            )
            .values(done_at=now, customer_id=asked.pseudonym)
        )
    return len(due)


def _decided(connection: Connection, key: bytes, asked: Row[Any]) -> None:
    """What the journal and the tasks say."""
    _empty(connection, RECORDS, asked, NOTHING | {"emptied": "erased"})
    _empty(connection, CONTACTS, asked, {"contact_id": None, "invoice_ids": "[]", "responsible": None, "outcome": None})
    _rename(connection, JUDGEMENTS, key, asked, {"settled": None})
    # Tasks have no record of an erasure; what was handed over before it was appended before it.
    theirs = and_(TASKS.c.customer_id == asked.customer_id, TASKS.c.appended <= asked.appended)
    gone = {"customer_id": asked.pseudonym, "invoice_ids": "[]", "amounts": "[]", "assignee": None}
    connection.execute(update(TASKS).where(theirs).values(**gone))
    _delete_texts(connection, asked, TEXTS.c.topic == topics.TASKS, TEXTS.c.at <= asked.appended)


def _said(connection: Connection, key: bytes, asked: Row[Any]) -> None:
    """What people said."""
    unnamed = {"source": "", "event_id": _place(REPORTS)}
    _empty(connection, REPORTS, asked, unnamed | {"contact_id": None, "invoice_ids": "[]"})
    _empty(connection, FEEDBACK, asked, {"source": "", "event_id": _place(FEEDBACK)})
    _rename(connection, PROMISES, key, asked, {"invoice_ids": "[]"})
    _rename(connection, HOLDS, key, asked, {"invoice_id": None})
    _rename(connection, INVOICES, key, asked, {})
    _rename(connection, CHANGES, key, asked, {})
    _delete_texts(connection, asked, TEXTS.c.topic == asked.topic, TEXTS.c.offset <= asked.offset)


def _empty(connection: Connection, table: Table, asked: Row[Any], nothing: dict[str, Any]) -> None:
    """Give the customer's rows up to the erasure the pseudonym, and take out what else could lead to somebody."""
    connection.execute(update(table).where(_theirs(table, asked)).values(**nothing, customer_id=asked.pseudonym))


def _rename(connection: Connection, table: Table, key: bytes, asked: Row[Any], nothing: dict[str, Any]) -> None:
    """The same where ids of theirs tie rows together: those get pseudonyms as well."""
    name = _NAMES[table]
    named = table.c[name]
    for (each,) in connection.execute(select(named).where(_theirs(table, asked)).distinct()).all():
        other = sealing.pseudonym(key, f"{asked.customer_id}\0{each}")
        if named.primary_key:  # of an earlier erasure of the same customer
            connection.execute(delete(table).where(table.c.customer_id == asked.pseudonym, named == other))
        connection.execute(
            update(table)
            .where(_theirs(table, asked), named == each)
            .values(**nothing | {name: other, "customer_id": asked.pseudonym})
        )


def _theirs(table: Table, asked: Row[Any]) -> ColumnElement[bool]:
    return and_(table.c.customer_id == asked.customer_id, table.c.offset <= asked.offset)


def _delete_texts(connection: Connection, asked: Row[Any], *which: ColumnElement[bool]) -> None:
    connection.execute(delete(TEXTS).where(TEXTS.c.customer_id == asked.customer_id, *which))


def _place(table: Table) -> ColumnElement[str]:
    """An id that is as good as any other: where the row began."""
    return cast(table.c.partition, Text) + "-" + cast(table.c.offset, Text)
