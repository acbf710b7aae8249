"""The database of the archive: opened as each kind needs it."""

import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from dispatcher.settings import Settings

FILE: Final = "archive.sqlite"
"""Name of the default database in the data folder."""

_BUSY_MS: Final = 60_000
_CACHE_KIB: Final = 64 * 1024


class DatabaseUnsuitable(Exception):
    """The database that the settings name cannot be used; the message says why and never shows the address."""


def address(settings: Settings) -> str:
    """DISPATCHER_DATABASE_URL, or a file in the data folder. Holds a password: for `opened` alone."""
    if settings.archive.database_url is not None:
        return settings.archive.database_url.reveal()
    return f"sqlite:///{(settings.data_dir / FILE).resolve()}"


def opened(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://...`; nothing is connected yet.

    Raises:
        DatabaseUnsuitable: another kind of database, or no address of one.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as fault:
        raise DatabaseUnsuitable(_WRONG) from fault
    kind = parsed.get_backend_name()
    if kind == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            hide_parameters=True,  # they are people's data, and errors are logged
        )
    if kind == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed.set(drivername="sqlite+pysqlite"), hide_parameters=True)
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begun)
        return engine
    raise DatabaseUnsuitable(_WRONG)


_WRONG: Final = "DISPATCHER_DATABASE_URL: expected postgresql://user:password@host/name or sqlite:///file"


def _sqlite_connected(connection: sqlite3.Connection, _: object) -> None:
    # The driver's own transactions begin too late: a reader's snapshot would be older than the lock that its writing takes.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",  # a power cut may take back the last transactions, positions included: they come again
        f"busy_timeout = {_BUSY_MS}",
        f"cache_size = -{_CACHE_KIB}",
        "foreign_keys = ON",
        "secure_delete = ON",  # what was erased must not stay in a page that nothing points to
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def reading(engine: Engine) -> Connection:
    """A connection for one look: it sees one state of the database, however many queries it asks, and is not to write.

    PostgreSQL sees to the last itself; a reader of a file of SQLite would hold up the archiver.
    """
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.connect().execution_options(reads=True)


def leave_nothing_behind(engine: Engine) -> None:
    """What was deleted leaves SQLite's own log too; PostgreSQL does so in its own time (vacuum, write-ahead log)."""
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def _sqlite_begun(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
