"""The archive as a process: from the settings to an archiver that writes, and its end on SIGTERM."""

import asyncio
import contextlib
import signal
import sys
import time
from typing import Final

import structlog
import uvloop
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from dispatcher.archive import schema
from dispatcher.archive.archiver import Archiver
from dispatcher.archive.database import DatabaseUnsuitable, address, opened
from dispatcher.archive.emptying import Caretaker
from dispatcher.archive.figure_gauges import FigureGauges, WithGauges
from dispatcher.archive.kafka_topics import KafkaTopics
from dispatcher.archive.keeping import NoSuchPreset, Retention, retention_of
from dispatcher.archive.metrics import ArchiveMetrics
from dispatcher.archive.schema import NewerSchema
from dispatcher.archive.shift import Shift
from dispatcher.archive.store import Store
from dispatcher.archive.unstartable import Unstartable, kind_of
from dispatcher.engine.clients import KafkaAway
from dispatcher.engine.config import Connection
from dispatcher.exit_codes import ExitCode
from dispatcher.ops import logs
from dispatcher.ops.clock import clock_for
from dispatcher.ops.health import Health, keep_beating
from dispatcher.ops.loop_lag import watch_loop
from dispatcher.ops.serving import OperationsServer, PortTaken
from dispatcher.settings import Settings, client_options

_ON_DUTY: Final = "waiting for the duty, or reading what was missed"

_log = structlog.get_logger(__name__)


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
            f"the archive's database cannot be used ({kind_of(fault)}): "
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
    topics = KafkaTopics(settings.topic_prefix, connection)
    shift = Shift(topics, engine, store, archiver, metrics, accept_gap=accept_gap)
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


def _told(code: ExitCode, why: str) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"dispatcher: {why}\n")
    return code
