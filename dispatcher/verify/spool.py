"""Where everything that was read waits to be judged customer by customer: an unnamed file that nobody else can open.

Topics are ordered by time, the check by customer. SQLite's temporary database keeps what does not fit into memory on the
disk, in a file without a name that is gone with this process.
"""

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self

from dispatcher.verify.history import Coordinates, Said
from dispatcher.verify.keeping import Waiting
from schemas import inbox, journal
from schemas.inbox import Arrival
from schemas.values import Millis

_BATCH: Final = 2_000
_TABLES: Final = """
CREATE TABLE event (customer TEXT, topic TEXT, part INT, off INT, body BLOB);
CREATE TABLE record (customer TEXT, topic TEXT, part INT, off INT, appended INT, body BLOB);
CREATE TABLE rejected (topic TEXT, part INT, off INT);
CREATE TABLE unreadable (topic TEXT, part INT, off INT, appended INT);
CREATE TABLE state (customer TEXT, topic TEXT, part INT, off INT, body BLOB);
CREATE TABLE task (customer TEXT, topic TEXT, part INT, off INT, id TEXT);
CREATE TABLE waiting (customer TEXT, topic TEXT, part INT, off INT, appended INT, body BLOB);
"""
_INDEXES: Final = """
CREATE INDEX event_customer ON event (customer);
CREATE INDEX record_customer ON record (customer);
CREATE INDEX state_customer ON state (customer);
CREATE INDEX task_customer ON task (customer);
CREATE INDEX waiting_customer ON waiting (customer);
CREATE INDEX rejected_place ON rejected (topic, part, off);
"""


class Spool:
    """Filled first, then read; open with `with`."""

    def __enter__(self) -> Self:
        self._base = sqlite3.connect("")
        self._base.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
        self._waiting: dict[str, list[tuple[object, ...]]] = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def event(self, customer_id: str, arrival: Arrival) -> None:
        """A readable event."""
        cause = arrival.cause
        place = (cause.topic, cause.partition, cause.offset)
        self._add("INSERT INTO event VALUES (?, ?, ?, ?, ?)", (customer_id, *place, inbox.encode(arrival)))

    def record(self, customer_id: str, where: Coordinates, appended: Millis, body: bytes) -> None:
        """A journal record."""
        self._add("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", (customer_id, *where, appended, body))

    def rejected(self, where: Coordinates) -> None:
        """An event that the dispatcher rejected."""
        self._add("INSERT INTO rejected VALUES (?, ?, ?)", where)

    def unreadable(self, where: Coordinates, appended: Millis) -> None:
        """An event that has to be rejected."""
        self._add("INSERT INTO unreadable VALUES (?, ?, ?, ?)", (*where, appended))

    def state(self, customer_id: str, where: Coordinates, body: bytes) -> None:
        """A state record; a later one of the customer takes its place."""
        self._add("INSERT INTO state VALUES (?, ?, ?, ?, ?)", (customer_id, *where, body))

    def task(self, customer_id: str, where: Coordinates, task_id: str) -> None:
        """A task; see `keeping.ERASED`."""
        self._add("INSERT INTO task VALUES (?, ?, ?, ?, ?)", (customer_id, *where, task_id))

    def waiting(self, customer_id: str, where: Coordinates, appended: Millis, body: bytes) -> None:
        """A record of the inbox that no committed position has passed."""
        self._add("INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?)", (customer_id, *where, appended, body))

    def close_intake(self) -> None:
        """Everything has been put in."""
        for statement in list(self._waiting):
            self._flush(statement)
        self._base.executescript(_INDEXES)

    def customers(self) -> Iterator[str]:
        """Every customer that any record names, in order."""
        tables = ("event", "record", "state", "task", "waiting")
        union = " UNION ".join(f"SELECT customer FROM {table}" for table in tables)  # noqa: S608 - our own names
        yield from (customer for (customer,) in self._base.execute(f"{union} ORDER BY 1"))

    def events_of(self, customer_id: str) -> dict[Coordinates, Arrival]:
        """The readable events of a customer that were not rejected all the same."""
        kept = (
            "SELECT topic, part, off, body FROM event WHERE customer = ? AND NOT EXISTS (SELECT 1 FROM rejected "
            "WHERE rejected.topic = event.topic AND rejected.part = event.part AND rejected.off = event.off)"
        )
        rows = self._base.execute(kept, (customer_id,))
        return {(topic, part, off): inbox.decode_arrival(body) for topic, part, off, body in rows}

    def journal_of(self, customer_id: str) -> list[Said]:
        """The records of a customer in the order of their partition."""
        ordered = "SELECT topic, part, off, appended, body FROM record WHERE customer = ? ORDER BY part, off"
        rows = self._base.execute(ordered, (customer_id,))
        return [
            Said(journal.decode_journal(body), (topic, part, off), appended)
            for topic, part, off, appended, body in rows
        ]

    def state_of(self, customer_id: str) -> tuple[Coordinates, bytes] | None:
        """The last state record of a customer."""
        last = "SELECT topic, part, off, body FROM state WHERE customer = ? ORDER BY off DESC LIMIT 1"
        for topic, part, off, body in self._base.execute(last, (customer_id,)):
            return (topic, part, off), body
        return None

    def tasks_of(self, customer_id: str) -> list[tuple[str, Coordinates]]:
        """The tasks about a customer."""
        rows = self._base.execute("SELECT id, topic, part, off FROM task WHERE customer = ?", (customer_id,))
        return [(task_id, (topic, part, off)) for task_id, topic, part, off in rows]

    def waiting_of(self, customer_id: str) -> list[Waiting]:
        """What of a customer's stands behind the committed positions of the inbox."""
        rows = self._base.execute(
            "SELECT topic, part, off, appended, body FROM waiting WHERE customer = ?", (customer_id,)
        )
        return [Waiting(inbox.decode_arrival(body), (topic, part, off), at) for topic, part, off, at, body in rows]

    def not_rejected(self) -> Iterator[tuple[Coordinates, Millis]]:
        """Unreadable events that the dispatcher did not reject."""
        missing = "SELECT u.* FROM unreadable u LEFT JOIN rejected r USING (topic, part, off) WHERE r.rowid IS NULL"
        for topic, part, off, appended in self._base.execute(missing):
            yield (topic, part, off), appended

    def _add(self, statement: str, row: tuple[object, ...]) -> None:
        rows = self._waiting.setdefault(statement, [])
        rows.append(row)
        if len(rows) >= _BATCH:
            self._flush(statement)

    def _flush(self, statement: str) -> None:
        self._base.executemany(statement, self._waiting.pop(statement))
