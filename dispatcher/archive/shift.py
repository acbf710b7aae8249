"""An archiver's shift: it takes the duty, works, and takes it up again after whatever failed."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from dispatcher.archive.archiver import Source
from dispatcher.archive.duty import duty_of
from dispatcher.archive.metrics import ArchiveMetrics
from dispatcher.archive.rebuilding import rebuild
from dispatcher.archive.starting import Place, Unfit, places
from dispatcher.archive.store import Overtaken, Positions, Store, WrongSecret
from dispatcher.archive.unstartable import Unstartable, kind_of
from dispatcher.engine.clients import KafkaAway
from dispatcher.engine.tail import RecordsGone
from dispatcher.exit_codes import ExitCode
from schemas.master_keys import MasterKeyRefused

_LOOK_S: Final = 0.5
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0

_log = structlog.get_logger(__name__)


class Topics(Protocol):
    """The topics that are archived, by names without prefix: `dispatcher.archive.kafka_topics`."""

    async def extents(self) -> Mapping[Place, tuple[int, int]]:
        """First and next offset of every partition."""

    async def check_master_key(self) -> None:
        """Whether our master key is that of the topics."""

    def followed(self, begun: Mapping[Place, int]) -> AbstractAsyncContextManager[Source]:
        """A reader that begins at these offsets."""


class Follower(Protocol):
    """Writes what comes: `dispatcher.archive.archiver`."""

    async def follow(self, source: Source, positions: Positions, stop: asyncio.Event) -> None:
        """Write everything that follows `positions`, until `stop`."""


class Shift:
    """Takes the duty, works, and takes it up again after whatever failed. `accept_gap`: although records are gone."""

    def __init__(
        self,
        topics: Topics,
        engine: Engine,
        store: Store,
        archiver: Follower,
        metrics: ArchiveMetrics,
        *,
        accept_gap: bool,
    ) -> None:
        self._topics = topics
        self._engine = engine
        self._store = store
        self._archiver = archiver
        self._metrics = metrics
        self._accept_gap = accept_gap
        self._duty = duty_of(engine)
        self._begun = False

    async def rebuild(self, stop: asyncio.Event) -> None:
        """Forget what the topics still hold."""
        await self._on_duty(stop)
        begins = {place: begin for place, (begin, _) in (await self._topics.extents()).items()}
        gone = await asyncio.to_thread(rebuild, self._engine, begins)
        _log.info("archive_rebuilds", records=gone)

    async def serve(self, stop: asyncio.Event) -> None:
        """Until `stop`. Kafka and the database may fail and come back; what does not fit together ends it."""
        pause = _FIRST_PAUSE_S
        while not stop.is_set():
            began = time.monotonic()
            try:
                await self._on_duty(stop)
                if not stop.is_set():
                    self._metrics.on_duty(True)  # noqa: FBT003 - the state itself
                    await self._work(stop)
            except Overtaken as overtaken:
                _log.warning("archive_overtaken", why=str(overtaken))
            except IntegrityError as fault:
                why = (
                    "a row stands where a record belongs that was never written: `dispatcher verify --archive` names it"
                )
                raise Unstartable(ExitCode.REFUSED, why) from fault
            except RecordsGone as gone:
                raise Unstartable(ExitCode.REFUSED, f"{gone}; see --accept-gap") from gone
            except KafkaAway as away:
                if not self._begun:
                    raise
                self._metrics.failed("kafka")
                _log.warning("archive_waits_for_kafka", why=str(away))
            except DBAPIError as fault:
                self._metrics.failed("database")
                _log.warning("archive_waits_for_database", fault=kind_of(fault))
            finally:
                self._metrics.on_duty(False)  # noqa: FBT003 - the state itself
                await asyncio.to_thread(self._duty.released)
            if time.monotonic() - began > _LONGEST_PAUSE_S:
                pause = _FIRST_PAUSE_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _work(self, stop: asyncio.Event) -> None:
        try:
            await asyncio.to_thread(self._store.claim)
            await self._topics.check_master_key()
        except (WrongSecret, MasterKeyRefused) as wrong:
            raise Unstartable(ExitCode.SETTINGS, str(wrong)) from wrong
        standing = await asyncio.to_thread(self._store.positions)
        begun = places(standing, await self._topics.extents(), accept_gap=self._accept_gap)
        if isinstance(begun, Unfit):
            raise Unstartable(ExitCode.REFUSED, begun.why)
        await asyncio.to_thread(self._store.begin, begun, standing)
        self._begun = True
        _log.info("archive_writes", partitions=len(begun))
        async with self._topics.followed(begun) as source:
            await self._archiver.follow(source, begun, stop)

    async def _on_duty(self, stop: asyncio.Event) -> None:
        told = False
        while not await asyncio.to_thread(self._duty.taken) and not stop.is_set():
            if not told:
                _log.info("archive_stands_by", why="another archiver writes")
                told = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_S)
