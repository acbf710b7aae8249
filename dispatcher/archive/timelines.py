"""One customer's timeline, page by page from the newest: the journal, and beside each record what was said and sent.

A page costs the same wherever it lies: it begins after the place of the last entry before it, by an index that has the
customer's records in the order of time.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select, tuple_

from dispatcher.archive import words
from dispatcher.archive.cursors import Cursor
from dispatcher.archive.journal_rows import LASTING, PERSONAL, Row, as_record
from dispatcher.archive.said import Said, decode
from dispatcher.archive.sealing import event_key
from dispatcher.archive.tables import DIGESTS, RECORDS, STATEMENTS, TEXTS
from schemas import topics
from schemas.discretion import Discreet
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

SAID: Final = ("sms", "email", "script")
"""Kinds of texts that were said to somebody; others are notes."""

_COLUMNS: Final = tuple(RECORDS.c[name] for name in (*LASTING, *PERSONAL))
_PLACE: Final = (RECORDS.c.at, RECORDS.c.partition, RECORDS.c.offset)


class Wanted(msgspec.Struct, frozen=True):
    """What of a timeline is asked for: about one invoice, from `since` up to before `until`, of one sort."""

    invoice_id: str | None = None
    since: Millis | None = None
    until: Millis | None = None
    only: Sort | None = None


class Words(Discreet, msgspec.Struct, frozen=True):
    """What was said in a contact, or noted of it: `text` until it may no longer be kept, the hash for good."""

    kind: str
    sha256: str
    text: str | None


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


class Timelines:
    """Reads timelines. `key` is the archive's: without it, what events said is not found. `sealed` opens what was said."""

    def __init__(self, engine: Engine, key: bytes, sealed: words.Words | None = None) -> None:
        """Connects to nothing yet."""
        self._engine = engine
        self._key = key
        self._sealed = sealed or words.Words(None)

    def page(self, customer_id: str, wanted: Wanted, after: Cursor | None = None, most: int = PAGE) -> Page:
        """What comes after a place, `most` entries at most."""
        with self._engine.connect().execution_options(reads=True) as connection:
            which = self._which(customer_id, wanted, after)
            newest = select(*_COLUMNS).where(*which).order_by(*(column.desc() for column in _PLACE)).limit(most + 1)
            rows = [Row(*row) for row in connection.execute(newest)]
            shown = rows[:most]
            entries = _Beside(connection, customer_id, self._key, self._sealed).entries(shown)
        return Page(entries, entries[-1].place if len(rows) > most else None)

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


class _Beside:
    """What stands beside the records of one page."""

    def __init__(self, connection: Connection, customer_id: str, key: bytes, sealed: words.Words) -> None:
        self._connection = connection
        self._customer_id = customer_id
        self._key = key
        self._sealed = sealed

    def entries(self, rows: Sequence[Row]) -> tuple[Entry, ...]:
        records = [as_record(row) for row in rows]
        statements = self._statements([each for each in records if _is_statement(each)])
        noted = {(topics.INBOX, row.partition, row.offset): key for key, row in statements.items()}
        claimed = [each.attempt_id for each in records if each.result == "claimed" and each.attempt_id]
        sent, notes = self._words(claimed, noted)
        return tuple(
            self._entry(row, record, statements, sent, notes) for row, record in zip(rows, records, strict=True)
        )

    def _entry(
        self,
        row: Row,
        record: JournalRecord,
        statements: Mapping[bytes, Any],
        sent: Mapping[str, tuple[Words, ...]],
        notes: Mapping[bytes, tuple[Words, ...]],
    ) -> Entry:
        place = Cursor(row.at, row.partition, row.offset)
        if not _is_statement(record):
            words = sent.get(record.attempt_id or "", ()) if record.result == "claimed" else ()
            return Entry(place, record, None, words)
        key = self._key_of(record)
        statement = statements.get(key)
        said = None if statement is None or statement.details is None else decode(statement.details)
        if said is None or said.event != _rule(record):
            return Entry(place, record, None, notes.get(key, ()) if said is None else ())
        return Entry(place, record, said, notes.get(key, ()))

    def _key_of(self, record: JournalRecord) -> bytes:
        cause = record.cause
        return b"" if cause is None else event_key(self._key, self._customer_id, cause.source, cause.id)

    def _statements(self, facts: Sequence[JournalRecord]) -> Mapping[bytes, Any]:
        keys = {self._key_of(each) for each in facts}
        if not keys:
            return {}
        found = self._connection.execute(select(STATEMENTS).where(STATEMENTS.c.key.in_(sorted(keys))))
        return {bytes(row.key): row for row in found}

    def _words(
        self, attempts: Sequence[str], noted: Mapping[tuple[str, int, int], bytes]
    ) -> tuple[Mapping[str, tuple[Words, ...]], Mapping[bytes, tuple[Words, ...]]]:
        """The words of attempts, and those of events by their keys."""
        if not attempts and not noted:
            return {}, {}
        digests = select(DIGESTS).where(or_(DIGESTS.c.attempt_id.in_(attempts), *_at(DIGESTS, noted)))
        where = {(row.topic, row.partition, row.offset): row for row in self._connection.execute(digests)}
        bodies = {
            (row.topic, row.partition, row.offset): self._sealed.said(self._connection, row)
            for row in (self._connection.execute(select(TEXTS).where(or_(*_at(TEXTS, where)))) if where else ())
        }
        sent: dict[str, tuple[Words, ...]] = {}
        notes: dict[bytes, tuple[Words, ...]] = {}
        for place, row in sorted(where.items()):
            said = Words(row.kind, bytes(row.sha256).hex(), bodies.get(place))
            if place in noted:
                notes[noted[place]] = (*notes.get(noted[place], ()), said)
            elif row.kind in SAID:
                sent[row.attempt_id] = (*sent.get(row.attempt_id, ()), said)
        return sent, notes


def _is_statement(record: JournalRecord) -> bool:
    """Whether it stands for what an event said. A report that closes an attempt is told by the attempt's end alone."""
    return record.kind == "fact" or _rule(record) == "contact.reported"


def _rule(record: JournalRecord) -> str:
    return record.reasons[0].rule if record.reasons else ""


def _at(table: Any, places: Iterable[tuple[str, int, int]]) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a table
    return [
        and_(table.c.topic == topic, table.c.partition == partition, table.c.offset == offset)
        for topic, partition, offset in sorted(places)
    ]
