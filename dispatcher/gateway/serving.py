"""The gateway as a process: from the settings to a server that answers, and its end on SIGTERM."""

import asyncio
import contextlib
import secrets
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Generator, Sequence
from dataclasses import replace
from typing import Final

import structlog
import uvicorn
import uvloop
from litestar.handlers import HTTPRouteHandler

from channels.accounts import DeskConfig
from dispatcher.archive.database import DatabaseUnsuitable
from dispatcher.archive.opening import archive_of
from dispatcher.archive.queries import Archive
from dispatcher.engine.admission import check_master_key
from dispatcher.engine.appender import Appender
from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.topology import Unsuited, stopping_sources
from dispatcher.exit_codes import ExitCode
from dispatcher.gateway.api_keys import ApiKey
from dispatcher.gateway.app import gateway
from dispatcher.gateway.buckets import Buckets
from dispatcher.gateway.calls.working import working
from dispatcher.gateway.kafka_append import KafkaAppend
from dispatcher.gateway.metrics import GatewayMetrics
from dispatcher.gateway.page import page_routes
from dispatcher.gateway.parts import Parts, TwilioHooks
from dispatcher.gateway.peers import behind
from dispatcher.gateway.proofs import Unstartable, known_keys, receipt_readers, twilio_hooks
from dispatcher.gateway.staffing import check_staff, staffed
from dispatcher.gateway.task_posting import desk_of, post_tasks
from dispatcher.ops import interpreter, logs
from dispatcher.ops.clock import clock_for
from dispatcher.ops.loop_lag import watch_loop
from dispatcher.settings import Settings, client_options
from schemas.links import Seal
from schemas.master_keys import MasterKeyRefused

_BURST_S: Final = 2.0
"""A caller may save up so many seconds of its rate."""

_STRANGERS_BURST: Final = 40.0
"""A page and what belongs to it, opened by several customers behind one address."""

_PROBE_S: Final = 1.0
_DRAIN_S: Final = 10
_BACKLOG: Final = 2048

_log = structlog.get_logger(__name__)


def run_gateway(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    logs.configure(settings.log_level)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings))
    except Unstartable as unstartable:
        return _told(unstartable.code, str(unstartable))
    except KafkaAway as away:
        return _told(ExitCode.NO_BROKER, str(away))
    return ExitCode.OK


async def _serve(settings: Settings) -> None:
    keys = known_keys(settings)
    check_staff(settings)
    twilio, receipts = twilio_hooks(settings), receipt_readers(settings)
    desk = desk_of(settings)
    listening = _listen(settings)
    connection = Connection(settings.bootstrap_servers, client_options(settings.kafka), settings.masters)
    await _check_topics(settings, connection)
    appender = Appender(connection)
    try:
        await appender.start()
        bare = replace(_parts(settings, appender, keys, twilio), readers=receipts)
        watching = asyncio.create_task(watch_loop(bare.metrics.loop_lag))
        async with (
            staffed(settings, bare) as peopled,
            working(settings, peopled, connection) as parts,
            _posting(settings, desk, connection, parts),
        ):
            await _answer(settings, parts, listening, posts_tasks=desk is not None)
        watching.cancel()
    finally:
        await appender.close()
    _log.info("gateway_stopped")


async def _answer(settings: Settings, parts: Parts, listening: socket.socket, *, posts_tasks: bool) -> None:
    server = _Server(_config(settings, parts), parts.leaving)
    interpreter.tune()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.leave)
    _log.info(
        "gateway_started",
        port=listening.getsockname()[1],
        callers=len(parts.keys),
        twilio=parts.twilio is not None,
        adapters=sorted(parts.readers),
        desk=bool(parts.desk),
        posts_tasks=posts_tasks,
        staff=parts.staff is not None,
        calls=parts.calls is not None,
        prefix=settings.topic_prefix,
    )
    await server.serve(sockets=[listening])


@contextlib.asynccontextmanager
async def _posting(
    settings: Settings, desk: DeskConfig | None, connection: Connection, parts: Parts
) -> AsyncIterator[None]:
    """Beside serving, tasks are posted to a desk, where there is one."""
    if desk is None:
        yield
        return
    posting = asyncio.create_task(post_tasks(settings, desk, connection, parts.metrics.meters))
    try:
        yield
    finally:
        posting.cancel()
        await asyncio.wait([posting], timeout=_DRAIN_S)


def _parts(settings: Settings, appender: Appender, keys: tuple[ApiKey, ...], twilio: TwilioHooks | None) -> Parts:
    clock = clock_for(settings.clock)
    metrics = GatewayMetrics()
    limits = settings.gateway
    if settings.secret is None:
        _log.warning(
            "gateway_has_no_secret",
            advice="DISPATCHER_SECRET: until then digests can be guessed, and customers have no page",
        )

    async def kafka_answers() -> bool:
        return await appender.answers(_PROBE_S)

    return Parts(
        append=KafkaAppend(appender, settings.topic_prefix, metrics, time.monotonic),
        now=lambda: clock.now() * 1000,
        random_id=lambda: secrets.token_hex(16),
        partitions=settings.partitions,
        point_key=settings.point_key,
        keys=keys,
        callers=Buckets(limits.caller_rate, max(1.0, limits.caller_rate * _BURST_S), time.monotonic),
        strangers=Buckets(limits.stranger_rate, max(_STRANGERS_BURST, limits.stranger_rate), time.monotonic),
        metrics=metrics,
        kafka_answers=kafka_answers,
        twilio=twilio,
        desk=limits.desk_secrets,
        public_url=settings.public_url,
        bounces=limits.bounces,
        archive=_archive(settings),
        reports=settings.reports,
    )


def _archive(settings: Settings) -> Archive | None:
    try:
        return archive_of(settings)
    except DatabaseUnsuitable as unsuitable:
        raise Unstartable(ExitCode.SETTINGS, str(unsuitable)) from unsuitable


async def _check_topics(settings: Settings, connection: Connection) -> None:
    config = EngineConfig(connection, settings.app_id, settings.topic_prefix, settings.partitions)
    async with Kafka(connection) as kafka:
        found = await stopping_sources(kafka, config)
    if isinstance(found, Unsuited):
        raise Unstartable(ExitCode.TOPICS, found.why)
    try:
        await check_master_key(connection, settings.topic_prefix)
    except MasterKeyRefused as refused:
        raise Unstartable(ExitCode.SETTINGS, str(refused)) from refused


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.gateway.host, settings.gateway.port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as fault:
        why = f"cannot listen on {host}:{port} ({fault.strerror}): free it, or set DISPATCHER_GATEWAY_PORT and _HOST"
        raise Unstartable(ExitCode.SETTINGS, why) from fault


def _config(settings: Settings, parts: Parts) -> uvicorn.Config:
    return uvicorn.Config(
        behind(settings.gateway.proxies, gateway(parts, more=_pages(settings, parts))),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `behind` reads them, and remembers who brought them
        ws="none",
        timeout_graceful_shutdown=_DRAIN_S,
    )


def _pages(settings: Settings, parts: Parts) -> Sequence[HTTPRouteHandler]:
    """Customers' pages, where there is a secret that their links were sealed with."""
    return () if settings.secret is None else page_routes(parts, Seal(settings.secret.reveal()))


class _Server(uvicorn.Server):
    """Told by us when to leave: uvicorn's own way ends the process by the signal, whatever it was about to say."""

    def __init__(self, config: uvicorn.Config, leaving: asyncio.Event) -> None:
        super().__init__(config)
        self._leaving = leaving

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are the loop's business."""
        yield

    def leave(self) -> None:
        """Accept nothing more, let go of lines that are held open, answer what was asked, end; asked twice, end at once."""
        self._leaving.set()
        self.force_exit = self.should_exit
        self.should_exit = True


def _told(code: ExitCode, why: str) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"dispatcher: {why}\n")
    return code
