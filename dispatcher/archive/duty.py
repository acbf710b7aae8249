"""Which of several at one database writes: the one that holds the lock; the others wait until it ends, however it ends.

The lock only saves work. What keeps records from being written twice is that positions move in the transaction that writes.
"""

import fcntl
from io import FileIO
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, text

ARCHIVER: Final = 4_730_111_912
"""PostgreSQL's number of the archiver's lock; whoever else has a duty in the same database takes another one."""


class Duty(Protocol):
    """The right to write."""

    def taken(self) -> bool:
        """Try to take it; True from then on, until `released` or the end of the process."""

    def released(self) -> None:
        """Leave it to another."""


def duty_of(engine: Engine, lock: int = ARCHIVER) -> Duty:
    """The lock of a database: one of PostgreSQL's own, or a file beside that of SQLite."""
    if engine.dialect.name == "postgresql":
        return _OfServer(engine, lock)
    return _OfFile(Path(f"{engine.url.database}.lock"))


class _OfServer:
    def __init__(self, engine: Engine, lock: int) -> None:
        self._engine = engine
        self._lock = lock
        self._connection: Connection | None = None

    def taken(self) -> bool:
        connection = self._connection or self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection = connection
        return bool(connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": self._lock}).scalar_one())

    def released(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # the session ends, and the lock with it
            self._connection.close()
            self._connection = None


class _OfFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: FileIO | None = None

    def taken(self) -> bool:
        file = self._file or FileIO(self._path, "a")
        self._file = file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def released(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
