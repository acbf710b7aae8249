"""One customer's timeline, page by page from the newest: the journal, and beside each record what was said and sent.

A page costs the same wherever it lies: it begins after the place of the last entry before it, by an index that has the
customer's records in the order of time.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select, tuple_

from dispatcher.archive import words
from dispatcher.archive.beside import Beside, Words, beside, is_statement, key_of, rule_of
from dispatcher.archive.cursors import Cursor
from dispatcher.archive.database import reading
from dispatcher.archive.journal_rows import LASTING, PERSONAL, Row, as_record
from dispatcher.archive.said import Said
from dispatcher.archive.tables import RECORDS
from schemas.journal import JournalRecord, Result
from schemas.values import Millis

Sort = Literal["contacts", "non_contacts"]

CONTACTS: Final[frozenset[Result]] = frozenset(
    {"claimed", "accepted", "delivered", "undelivered", "rejected", "in_doubt"}
)
"""Results of contacts that were made or tried."""

NON_CONTACTS: Final[frozenset[Result]] = frozenset(
    {"deferred", "suppressed", "merged", "cancelled", "waiting", "expired", "released", "parked"}
)
"""Results of contacts that were not made, or not yet."""

PAGE: Final = 50
MOST: Final = 500

_COLUMNS: Final = tuple(RECORDS.c[name] for name in (*LASTING, *PERSONAL))
_PLACE: Final = (RECORDS.c.at, RECORDS.c.partition, RECORDS.c.offset)
_NEWEST: Final = select(*_COLUMNS).order_by(*(column.desc() for column in _PLACE))


class Wanted(msgspec.Struct, frozen=True):
    """What of a timeline is asked for: about one invoice, from `since` up to before `until`, of one sort."""

    invoice_id: str | None = None
    since: Millis | None = None
    until: Millis | None = None
    only: Sort | None = None


class Entry(msgspec.Struct, frozen=True):
    """One record of the journal, what its event said, and the words that belong to it."""

    place: Cursor
    record: JournalRecord
    said: Said | None = None
    words: tuple[Words, ...] = ()


class Page(msgspec.Struct, frozen=True):
    """Entries from the newest to the oldest, and where older ones go on, if there are any."""

    entries: tuple[Entry, ...]
    older: Cursor | None


class Leaf(msgspec.Struct, frozen=True):
    """The records of a page, without what stands beside them."""

    rows: Sequence[Row]
    records: Sequence[JournalRecord]
    older: Cursor | None


class Timelines:
    """Reads timelines. `key` is the archive's: without it, what events said is not found. `sealed` opens what was said."""

    def __init__(self, engine: Engine, key: bytes, sealed: words.Words | None = None) -> None:
        """Connects to nothing yet."""
        self._engine = engine
        self._key = key
        self._sealed = sealed or words.Words(None)

    def page(self, customer_id: str, wanted: Wanted, after: Cursor | None = None, most: int = PAGE) -> Page:
        """What comes after a place, `most` entries at most."""
        with reading(self._engine) as connection:
            return self.page_of(connection, self.leaf(connection, customer_id, wanted, after, most))

    def leaf(
        self, connection: Connection, customer_id: str, wanted: Wanted, after: Cursor | None, most: int = PAGE
    ) -> Leaf:
        """The records alone."""
        asked = _NEWEST.where(*self._which(customer_id, wanted, after)).limit(most + 1)
        rows = [Row(*row) for row in connection.execute(asked)]
        shown = rows[:most]
        return Leaf(shown, [as_record(row) for row in shown], _place(shown[-1]) if len(rows) > most else None)

    def page_of(self, connection: Connection, leaf: Leaf) -> Page:
        """The page of these records."""
        found = beside(connection, self._key, leaf.records, self._sealed)
        entries = (self._entry(row, record, found) for row, record in zip(leaf.rows, leaf.records, strict=True))
        return Page(tuple(entries), leaf.older)

    def _entry(self, row: Row, record: JournalRecord, found: Beside) -> Entry:
        place = _place(row)
        if not is_statement(record):
            words_sent = found.sent.get(record.attempt_id or "", ()) if record.result == "claimed" else ()
            return Entry(place, record, None, words_sent)
        key = key_of(self._key, record)
        said, notes = found.said.get(key), found.notes.get(key, ())
        if said is None or said.event != rule_of(record):
            return Entry(place, record, None, notes if said is None else ())
        return Entry(place, record, said, notes)

    def _which(self, customer_id: str, wanted: Wanted, after: Cursor | None) -> list[ColumnElement[bool]]:
        which: list[ColumnElement[bool]] = [RECORDS.c.customer_id == customer_id]
        if after is not None:
            which += [RECORDS.c.at <= after.at, tuple_(*_PLACE) < (after.at, after.partition, after.offset)]
        if wanted.since is not None:
            which.append(RECORDS.c.at >= wanted.since)
        if wanted.until is not None:
            which.append(RECORDS.c.at < wanted.until)
        if wanted.invoice_id is not None:
            which.append(self._holds(RECORDS.c.invoice_ids, msgspec.json.encode(wanted.invoice_id).decode()))
        if wanted.only == "non_contacts":
            which.append(RECORDS.c.result.in_(sorted(NON_CONTACTS)))
        elif wanted.only == "contacts":
            told = and_(RECORDS.c.kind == "fact", self._holds(RECORDS.c.reasons, '"contact.reported"'))
            which.append(or_(RECORDS.c.result.in_(sorted(CONTACTS)), told))
        return which

    def _holds(self, column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
        """Whether a text occurs, letter by letter: SQLite's LIKE does not tell small letters from capitals."""
        where = func.strpos if self._engine.dialect.name == "postgresql" else func.instr
        return where(column, text) > 0


def _place(row: Row) -> Cursor:
    return Cursor(row.at, row.partition, row.offset)
