"""The archive as a process: from the settings to an archiver that writes, and its end on SIGTERM."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Mapping
from typing import Final

import structlog
import uvloop
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from dispatcher.archive import schema
from dispatcher.archive.archiver import Archiver
from dispatcher.archive.batch import ARCHIVED
from dispatcher.archive.database import DatabaseUnsuitable, address, opened
from dispatcher.archive.duty import duty_of
from dispatcher.archive.emptying import Caretaker
from dispatcher.archive.figure_gauges import FigureGauges, WithGauges
from dispatcher.archive.keeping import NoSuchPreset, Retention, retention_of
from dispatcher.archive.metrics import ArchiveMetrics
from dispatcher.archive.rebuilding import rebuild
from dispatcher.archive.schema import NewerSchema
from dispatcher.archive.starting import Unfit, places
from dispatcher.archive.store import Overtaken, Store, WrongSecret
from dispatcher.engine.admission import check_master_key
from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import Connection
from dispatcher.engine.tail import RecordsGone, tail
from dispatcher.exit_codes import ExitCode
from dispatcher.ops import logs
from dispatcher.ops.clock import clock_for
from dispatcher.ops.health import Health, keep_beating
from dispatcher.ops.loop_lag import watch_loop
from dispatcher.ops.serving import OperationsServer, PortTaken
from dispatcher.settings import Settings, client_options
from schemas.master_keys import MasterKeyRefused
from schemas.topics import TOPICS

_LOOK_S: Final = 0.5
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0
_OPTIONAL: Final = frozenset(topic.name for topic in TOPICS if topic.optional)
_ON_DUTY: Final = "waiting for the duty, or reading what was missed"

_log = structlog.get_logger(__name__)


class Unstartable(Exception):
    """The archive cannot go on; the message is for the operator, the code for the shell."""

    def __init__(self, code: ExitCode, why: str) -> None:
        super().__init__(why)
        self.code = code


def run_archive(settings: Settings, *, rebuilt: bool = False, accept_gap: bool = False) -> int:
    """Archive until SIGTERM or SIGINT; returns the exit code.

    `rebuilt`: read everything anew that the topics still hold. `accept_gap`: go on although records are gone from them.
    """
    logs.configure(settings.log_level)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, rebuilt=rebuilt, accept_gap=accept_gap))
    except Unstartable as unstartable:
        return _told(unstartable.code, str(unstartable))
    except KafkaAway as away:
        return _told(ExitCode.NO_BROKER, str(away))
    except PortTaken as taken:
        return _told(ExitCode.SETTINGS, str(taken).replace("_METRICS_PORT", "_ARCHIVE_METRICS_PORT"))
    return ExitCode.OK


def migrated(settings: Settings) -> tuple[Engine, bool]:
    """The database with the tables of this release, and whether they had to be changed.

    Raises:
        Unstartable: the database cannot be used, or a newer release has been there.
    """
    try:
        engine = opened(address(settings))
        changed = schema.migrate(engine)
    except (DatabaseUnsuitable, NewerSchema) as unsuitable:
        raise Unstartable(ExitCode.SETTINGS, str(unsuitable)) from unsuitable
    except (DBAPIError, OSError) as fault:
        why = (
            f"the archive's database cannot be used ({_kind(fault)}): "
            "check DISPATCHER_DATABASE_URL (unset: a file in DISPATCHER_DATA_DIR), its server and its rights"
        )
        raise Unstartable(ExitCode.SETTINGS, why) from fault
    return engine, changed


async def _serve(settings: Settings, *, rebuilt: bool, accept_gap: bool) -> None:
    engine, changed = migrated(settings)
    metrics, clock = ArchiveMetrics(), clock_for(settings.clock)
    health = Health(sending=settings.sending, clock=clock.marked)
    health.assigned(True)  # noqa: FBT003 - the state itself
    health.restoring(_ON_DUTY)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    connection = Connection(settings.bootstrap_servers, client_options(settings.kafka), settings.masters)
    kept = _retention(settings)
    store = Store(engine, settings.archive_key, settings.masters)
    gauges = FigureGauges(metrics)
    caretaker = WithGauges(
        Caretaker(engine, kept, metrics.emptied), lambda now: gauges.refresh(engine, settings.reports, now)
    )

    def caught_up() -> None:
        health.restored(_ON_DUTY)
        metrics.caught_up(time.time())

    archiver = Archiver(settings.topic_prefix, settings.archive_key, store, caretaker, clock.now, metrics, caught_up)
    shift = _Shift(settings.topic_prefix, connection, engine, store, archiver, metrics, accept_gap=accept_gap)
    if rebuilt:
        await shift.rebuild(stop)
    host, port = settings.metrics_host, settings.archive.metrics_port
    beating = asyncio.ensure_future(keep_beating(health))
    watching = asyncio.ensure_future(watch_loop(metrics.loop_lag))
    try:
        with OperationsServer(metrics, health, host=host, port=port) as server:
            _log.info("archive_started", port=server.port, database=engine.dialect.name, migrated=changed)
            await shift.serve(stop)
    finally:
        beating.cancel()
        watching.cancel()
        engine.dispose()
    _log.info("archive_stopped")


def _retention(settings: Settings) -> Retention:
    try:
        return retention_of(settings.archive)
    except NoSuchPreset as wrong:
        raise Unstartable(ExitCode.SETTINGS, str(wrong)) from wrong


class _Shift:
    """Takes the duty, works, and takes it up again after whatever failed."""

    def __init__(  # noqa: PLR0917  everything that the archive rests on
        self,
        prefix: str,
        connection: Connection,
        engine: Engine,
        store: Store,
        archiver: Archiver,
        metrics: ArchiveMetrics,
        *,
        accept_gap: bool,
    ) -> None:
        self._prefix = prefix
        self._connection = connection
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
        begins = {place: begin for place, (begin, _) in (await self._extents()).items()}
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
                _log.warning("archive_waits_for_database", fault=_kind(fault))
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
            await check_master_key(self._connection, self._prefix)
        except (WrongSecret, MasterKeyRefused) as wrong:
            raise Unstartable(ExitCode.SETTINGS, str(wrong)) from wrong
        standing = await asyncio.to_thread(self._store.positions)
        begun = places(standing, await self._extents(), accept_gap=self._accept_gap)
        if isinstance(begun, Unfit):
            raise Unstartable(ExitCode.REFUSED, begun.why)
        await asyncio.to_thread(self._store.begin, begun, standing)
        self._begun = True
        _log.info("archive_writes", partitions=len(begun))
        full = {(self._prefix + topic, partition): offset for (topic, partition), offset in begun.items()}
        async with tail(self._connection, full) as source:
            await self._archiver.follow(source, begun, stop)

    async def _on_duty(self, stop: asyncio.Event) -> None:
        told = False
        while not await asyncio.to_thread(self._duty.taken) and not stop.is_set():
            if not told:
                _log.info("archive_stands_by", why="another archiver writes")
                told = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_S)

    async def _extents(self) -> Mapping[tuple[str, int], tuple[int, int]]:
        """First and next offset of everything that is archived, by names without prefix."""
        found: dict[tuple[str, int], tuple[int, int]] = {}
        async with Kafka(self._connection) as kafka:
            for topic in ARCHIVED:
                name = self._prefix + topic
                if await kafka.partitions(name) is None:
                    if topic in _OPTIONAL:
                        _log.warning("archive_reads_no_texts", advice="`dispatcher topics apply` creates their topic")
                        continue
                    why = f"there is no topic {name}: `dispatcher topics apply` creates what is missing"
                    raise Unstartable(ExitCode.TOPICS, why)
                found |= {(topic, partition): extent for partition, extent in (await kafka.ends(name)).items()}
        return found


def _kind(fault: BaseException) -> str:
    """What sort of fault it was: the driver's own words may hold a row."""
    cause = fault.orig if isinstance(fault, DBAPIError) else None
    return type(fault).__name__ if cause is None else type(cause).__name__


def _told(code: ExitCode, why: str) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"dispatcher: {why}\n")
    return code
