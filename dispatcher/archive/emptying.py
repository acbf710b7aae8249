"""When the archive is emptied of what may no longer be kept: erasures as soon as they may be, retention once an hour."""

from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import Engine, select

from dispatcher.archive.database import leave_nothing_behind
from dispatcher.archive.erasing import erase, to_erase
from dispatcher.archive.expiring import SOME, expire_records, expire_rows, expire_texts
from dispatcher.archive.keeping import Retention
from dispatcher.archive.tables import CHAINS
from schemas.values import Millis

_EVERY_MS: Final = 60 * 60 * 1000

_log = structlog.get_logger(__name__)


class Caretaker:
    """Empties the archive; `emptied` is told why something went, and how much."""

    def __init__(self, engine: Engine, retention: Retention, emptied: Callable[[str, int], None]) -> None:
        """Nothing is done before `work`."""
        self._engine = engine
        self._retention = retention
        self._emptied = emptied
        self._next: Millis = 0

    def due(self, now: Millis) -> bool:
        """Whether an hour has passed, or an erasure waits that no hold forbids."""
        if now >= self._next:
            return True
        with self._engine.connect().execution_options(reads=True) as connection:
            return connection.execute(to_erase(now).limit(1)).first() is not None

    def work(self, now: Millis) -> None:
        """Carry out what is due."""
        with self._engine.begin() as connection:
            erased = erase(connection, now)
        if erased:
            leave_nothing_behind(self._engine)
            self._emptied("erased", erased)
            _log.info("archive_erased", erasures=erased)
        if now >= self._next:
            expired = self._expire(now)
            self._next = now + _EVERY_MS
            if expired:
                leave_nothing_behind(self._engine)
                self._emptied("expired", expired)
                _log.info("archive_expired", rows=expired)

    def _expire(self, now: Millis) -> int:
        with self._engine.begin() as connection:
            expired = expire_texts(connection, now, self._retention.texts_before(now))
        limits = self._retention.records_before(now)
        with self._engine.begin() as connection:
            expired += expire_rows(connection, now, limits)
            partitions = list(connection.execute(select(CHAINS.c.partition)).scalars())
        for partition in partitions:
            some = SOME
            while some == SOME:
                with self._engine.begin() as connection:
                    some = expire_records(connection, partition, now, limits)
                expired += some
        return expired
