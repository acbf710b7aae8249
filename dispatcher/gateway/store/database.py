"""The gateway's own database: opened, brought to this release, and asked without holding up the loop."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError

from dispatcher.archive.database import opened
from dispatcher.archive.steps import Steps
from dispatcher.settings import Settings

T = TypeVar("T")

FILE: Final = "desk.sqlite"
"""Name of the default database in the data folder."""

STEPS: Final = Steps("the gateway's", Path(__file__).parent / "migrations", "gateway_version", 4_730_111_921)
"""From any earlier release's tables to those of this one."""


def address(settings: Settings) -> str:
    """The archive's database where that is PostgreSQL, else a file of its own in the data folder. Holds a password.

    A file of the archive is left to the archive: it writes without pause, and SQLite takes one writer at a time.
    """
    given = settings.archive.database_url
    if given is not None and _is_server(given.reveal()):
        return given.reveal()
    return f"sqlite:///{(settings.data_dir / FILE).resolve()}"


class Store:
    """The database behind coroutines; each `work` is one transaction, in a thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def reads(self, work: Callable[[Connection], T]) -> T:
        """What `work` finds; it must not write."""
        return await asyncio.to_thread(self._read, work)

    async def writes(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once what it wrote stands; where it raises, nothing was written."""
        return await asyncio.to_thread(self._written, work)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees the database as it is now, however long it reads and whatever is written meanwhile."""
        options = (
            {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {"reads": True}
        )
        with self.engine.connect().execution_options(**options) as connection:
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect().execution_options(reads=True) as connection:
            return work(connection)

    def _written(self, work: Callable[[Connection], T]) -> T:
        with self.engine.begin() as connection:
            return work(connection)


def store_at(url: str) -> Store:
    """The store at an address, with the tables of this release; several gateways may do this at once.

    Raises:
        DatabaseUnsuitable: another kind of database, or no address of one.
        NewerSchema: a newer release has been at it.
    """
    engine = opened(url)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).touch(mode=0o600)  # hashes of passwords, and numbers to call
        event.listen(engine, "connect", _durable)
    try:
        STEPS.migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def _durable(connection: sqlite3.Connection, _: object) -> None:
    # Nothing else remembers a lease, a call or a reveal: what was answered for must outlive a power cut.
    connection.execute("PRAGMA synchronous = FULL").close()


def _is_server(url: str) -> bool:
    try:
        return make_url(url).get_backend_name() == "postgresql"
    except (ArgumentError, ValueError):
        return False
