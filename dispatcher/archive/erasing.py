"""Erasing a customer: what stays is what was decided by which rule, under a pseudonym, so that no figure changes.

What an erasure is about ends where it stands in its topic: whatever is said of the customer later is kept like anybody's.
A customer under an open legal hold keeps everything; the erasure waits until the hold has ended.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, delete, or_, select, update

from dispatcher.archive.journal_rows import PERSONAL
from dispatcher.archive.legal_holds import legally_held
from dispatcher.archive.sealing import events_of
from dispatcher.archive.tables import (
    CHANGES,
    CONSENTS,
    CONTACTS,
    DIALS,
    ERASURES,
    FEEDBACK,
    HOLDS,
    INVOICES,
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
from dispatcher.archive.words import forget_keys
from schemas import topics
from schemas.values import Millis

NOTHING: Final[dict[str, Any]] = {name: None for name in PERSONAL if name != "customer_id"}
"""What an emptied row of the journal says of a person."""


def to_erase(now: Millis) -> Select[Any]:
    """The erasures that wait and that nothing forbids."""
    return (
        select(ERASURES)
        .where(ERASURES.c.done_at.is_(None), ~legally_held(ERASURES, now))
        .order_by(ERASURES.c.topic, ERASURES.c.partition, ERASURES.c.offset)
    )


def erase(connection: Connection, now: Millis) -> int:
    """Carry out the erasures that no legal hold forbids; returns how many."""
    due = connection.execute(to_erase(now)).all()
    for asked in due:
        (_decided if asked.topic == topics.JOURNAL else _said)(connection, asked)
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


def _decided(connection: Connection, asked: Row[Any]) -> None:
    """What the journal and the tasks say."""
    _empty(connection, RECORDS, asked, NOTHING | {"emptied": "erased"})
    # What was sent in an attempt goes with the attempt, however late its sender wrote it down.
    attempts = select(CONTACTS.c.attempt_id).where(_theirs(CONTACTS, asked))
    of_them = or_(TEXTS.c.attempt_id.in_(attempts), TEXTS.c.at <= asked.appended)
    _delete_texts(connection, asked, TEXTS.c.topic == topics.TEXTS, of_them)
    _empty(connection, CONTACTS, asked, {"invoice_ids": "[]"})
    _empty(connection, DIALS, asked, {})
    _empty(connection, JUDGEMENTS, asked, {"promise_id": "", "settled": None})
    # Tasks have no record of an erasure; what was handed over before it was appended before it.
    theirs = and_(TASKS.c.customer_id == asked.customer_id, TASKS.c.appended <= asked.appended)
    gone = {"customer_id": asked.pseudonym, "invoice_ids": "[]", "amounts": "[]", "assignee": None}
    connection.execute(update(TASKS).where(theirs).values(**gone))
    _delete_texts(connection, asked, TEXTS.c.topic == topics.TASKS, TEXTS.c.at <= asked.appended)


def _said(connection: Connection, asked: Row[Any]) -> None:
    """What people said."""
    _empty(connection, REPORTS, asked, {"contact_id": None, "invoice_ids": "[]"})
    _empty(connection, FEEDBACK, asked, {})
    _empty(connection, CONSENTS, asked, {})
    _empty(connection, PROMISES, asked, {"promise_id": "", "invoice_ids": "[]"})
    _empty(connection, HOLDS, asked, {"hold_id": "", "invoice_id": None})
    _empty(connection, PLANS, asked, {"plan_id": "", "invoice_ids": "[]"})
    _empty(connection, ZONES, asked, {"timezone": None, "country": None, "region": None})
    theirs = and_(STATEMENTS.c.key.between(*events_of(asked.pseudonym)), _theirs(STATEMENTS, asked))
    connection.execute(update(STATEMENTS).where(theirs).values(details=None, customer_id=asked.pseudonym))
    # All changes of an invoice that was known, also later ones: what they say of it must not differ from what it says.
    known = select(INVOICES.c.key).where(_theirs(INVOICES, asked))
    changes = update(CHANGES).where(CHANGES.c.key.in_(known))
    connection.execute(changes.values(customer_id=asked.pseudonym, invoice_id=""))
    _empty(connection, INVOICES, asked, {"invoice_id": ""})
    _delete_texts(connection, asked, TEXTS.c.topic == asked.topic, TEXTS.c.offset <= asked.offset)


def _empty(connection: Connection, table: Table, asked: Row[Any], nothing: dict[str, Any]) -> None:
    """Give the customer's rows up to the erasure the pseudonym, and take out what else could lead to somebody."""
    connection.execute(update(table).where(_theirs(table, asked)).values(**nothing, customer_id=asked.pseudonym))


def _theirs(table: Table, asked: Row[Any]) -> ColumnElement[bool]:
    return and_(table.c.customer_id == asked.customer_id, table.c.offset <= asked.offset)


def _delete_texts(connection: Connection, asked: Row[Any], *which: ColumnElement[bool]) -> None:
    connection.execute(delete(TEXTS).where(TEXTS.c.customer_id == asked.customer_id, *which))
    forget_keys(connection, asked.customer_id)
