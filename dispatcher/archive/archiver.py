"""The archiver's turns: read what is next, write it with the positions behind it, empty what is due when caught up."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from dispatcher.archive.batch import Batch
from dispatcher.archive.metrics import ArchiveMetrics
from dispatcher.archive.store import Positions
from dispatcher.engine.clients import Record
from schemas.values import Millis

_MOST: Final = 5_000
"""Records of a turn: enough for the database, few enough for a second."""

_WAIT_S: Final = 0.5

_log = structlog.get_logger(__name__)


class Source(Protocol):
    """Where records come from: `dispatcher.engine.tail`."""

    async def poll(self, most: int, wait_s: float) -> list[Record]:
        """What is next, of each partition in its order."""

    async def positions(self) -> dict[tuple[str, int], int]:
        """The next offset of each partition, by full names of topics."""

    async def ends(self) -> dict[tuple[str, int], int]:
        """The offset after the last committed record of each."""


class Shelf(Protocol):
    """Where they go: `dispatcher.archive.store`."""

    def write(self, batch: Batch, positions: Positions) -> Positions:
        """All of a turn or nothing; returns the positions after it."""


class Caretaker(Protocol):
    """What is done when everything was read: `dispatcher.archive.emptying`."""

    def due(self, now: Millis) -> bool:
        """Whether there is something to do by now."""

    def work(self, now: Millis) -> None:
        """Empty what has to be."""


class Archiver:
    """One that has the duty. `prefix`: before the names of topics; `caught_up` is called whenever all is written."""

    def __init__(  # noqa: PLR0917  everything that an archiver rests on
        self,
        prefix: str,
        key: bytes,
        shelf: Shelf,
        caretaker: Caretaker,
        now: Callable[[], Millis],
        metrics: ArchiveMetrics,
        caught_up: Callable[[], None],
    ) -> None:
        """Nothing is read before `follow`."""
        self._prefix = prefix
        self._key = key
        self._shelf = shelf
        self._caretaker = caretaker
        self._now = now
        self._told_caught_up = caught_up
        self._metrics = metrics

    async def follow(self, source: Source, positions: Positions, stop: asyncio.Event) -> None:
        """Write everything that follows `positions`, until `stop`.

        Raises:
            Overtaken: another archiver wrote it; start anew from what the database says.
            KafkaAway, RecordsGone, sqlalchemy.exc.SQLAlchemyError: as it says; nothing is half done.
        """
        ends = await source.ends()
        while not stop.is_set():
            records = await source.poll(_MOST, _WAIT_S)
            if records:
                positions = await asyncio.to_thread(self._turn, records, positions)
            read = await source.positions()
            self._metrics.behind(self._prefix, read, ends)
            if all(read[place] >= end for place, end in ends.items()):
                await self._caught_up()
                ends = await source.ends()

    def _turn(self, records: list[Record], positions: Positions) -> Positions:
        batch = Batch(self._prefix, self._key)
        for record in records:
            batch.take(record)
        after = self._shelf.write(batch, positions)
        self._metrics.written(records, self._prefix)
        for place in batch.unread:
            _log.error("archive_cannot_read", topic=place.topic, partition=place.partition, offset=place.offset)
        self._metrics.unread(len(batch.unread))
        return after

    async def _caught_up(self) -> None:
        """Facts are read as far as the journal that rests on them: a legal hold is seen before an erasure is carried out."""
        self._told_caught_up()
        now = self._now()
        if await asyncio.to_thread(self._caretaker.due, now):
            await asyncio.to_thread(self._caretaker.work, now)
