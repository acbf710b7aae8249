"""A worker of the settings' parts, and what its end means to a shell."""

import asyncio
import contextlib
import os
import signal
import sys
from datetime import UTC, datetime
from typing import NoReturn

import structlog
import uvloop

from dispatcher.core import calendars
from dispatcher.core.policy import Policy
from dispatcher.engine.admission import check_master_key
from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.ending import WorkerCrashed, WorkerStuck
from dispatcher.engine.gate import SourcePartition
from dispatcher.engine.inbox_writer import AppendFailed
from dispatcher.engine.lane_state import LaneRefused
from dispatcher.engine.parts import Parts
from dispatcher.engine.policy_at_start import NoPolicy, Unsupplied, policy_at_start
from dispatcher.engine.policy_switch import Objection
from dispatcher.engine.topology import TopicsChanged, Unsuited, stopping_sources
from dispatcher.engine.worker import Worker
from dispatcher.exit_codes import ExitCode
from dispatcher.messages import rendering
from dispatcher.messages.page_link import links_of
from dispatcher.messages.problems import TemplateProblems
from dispatcher.messages.rendering import Templates
from dispatcher.messages.review import review
from dispatcher.ops import interpreter, logs
from dispatcher.ops.clock import clock_for
from dispatcher.ops.health import Health
from dispatcher.ops.metrics import Metrics
from dispatcher.ops.serving import OperationsServer, PortTaken
from dispatcher.settings import Settings, client_options
from dispatcher.wiring.certificates import ends_of
from dispatcher.wiring.providers import objection_of, supplies
from dispatcher.wiring.unstartable import Unstartable
from schemas.master_keys import MasterKeyRefused

_log = structlog.get_logger(__name__)


def run_worker(settings: Settings, *, accept_gap: bool = False) -> int:
    """Run a worker until SIGTERM or SIGINT; returns the exit code, unless a crash or a refusal ends the process."""
    logs.configure(settings.log_level)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_start(settings, engine_config(settings, accept_gap=accept_gap)))
    except Unstartable as unstartable:
        return _told(unstartable.code, str(unstartable))
    except MasterKeyRefused as refused:
        return _told(ExitCode.SETTINGS, str(refused))
    except (KafkaAway, AppendFailed) as away:
        return _told(ExitCode.NO_BROKER, str(away))
    except PortTaken as taken:
        return _told(ExitCode.SETTINGS, str(taken))
    return ExitCode.OK


async def _start(settings: Settings, config: EngineConfig) -> None:
    sources = await sources_of(config)
    await check_master_key(config.connection, config.topic_prefix)
    parts = parts_of(settings, await policy_of(settings, config))
    await serve(settings, config, parts, sources)


async def serve(settings: Settings, config: EngineConfig, parts: Parts, sources: frozenset[SourcePartition]) -> None:
    """A worker of these parts beside its pages for operators; see `work`.

    Raises:
        KafkaAway, AppendFailed: Kafka does not answer.
        PortTaken: the pages' port cannot be listened on.
    """
    host, port = settings.metrics_host, settings.metrics_port
    with OperationsServer(parts.metrics, parts.health, host=host, port=port) as server:
        _log.info(
            "worker_started",
            policy=parts.policy.hash,
            sending=parts.sending,
            clock=parts.clock.marked,
            port=server.port,
            prefix=settings.topic_prefix,
        )
        await work(config, parts, sources)
    _log.info("worker_stopped")


async def work(config: EngineConfig, parts: Parts, sources: frozenset[SourcePartition]) -> None:
    """Run a worker until SIGTERM or SIGINT.

    A crash or a refusal does not return: it ends the process at once, with its exit code. Nothing of Faust is stopped then,
    because that would commit what crashed, and can wait without end; what was not flushed is read again by the next owner.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    calendars.load()  # else the first decision of a lane would
    interpreter.tune()
    try:
        await Worker(config, parts, sources).run(stop)
    except LaneRefused as refused:
        _leave_at_once(_told(ExitCode.REFUSED, str(refused)))
    except TopicsChanged as changed:
        _leave_at_once(_told(ExitCode.TOPICS, str(changed)))
    except WorkerStuck as stuck:
        _log.critical("worker_stuck", why=str(stuck))
        _leave_at_once(ExitCode.STUCK)
    except WorkerCrashed as crash:
        _log.critical("worker_crashed", why=str(crash), exc_info=crash)
        _leave_at_once(ExitCode.CRASH)


def _leave_at_once(code: int) -> NoReturn:
    logs.flush()
    sys.stderr.flush()
    os._exit(code)


def parts_of(settings: Settings, policy: Policy) -> Parts:
    """What the settings ask for; `policy` is in force at the start.

    Raises:
        Unstartable: templates or providers are wrong or missing.
    """
    metrics = Metrics(policy.stage_ids)
    metrics.sending(settings.sending)
    metrics.partitions(settings.partitions)
    for which, ends in ends_of(settings.kafka):
        metrics.certificate(which, ends)
    templates = read_templates(settings, policy, metrics)
    clock = clock_for(settings.clock)
    accounts = supplies(settings)
    metrics.accounts(each.name for each in accounts)
    return Parts(
        policy=policy,
        objection=_objection(settings, templates),
        supplies=accounts,
        compose=templates.render,
        script=templates.script,
        sending=settings.sending,
        allowlist=settings.allowlist,
        clock=clock,
        metrics=metrics,
        health=Health(sending=settings.sending, clock=clock.marked),
        datadir=settings.data_dir,
    )


def _objection(settings: Settings, templates: Templates) -> Objection:
    """Why a policy that is applied while a worker runs cannot be acted on: no provider, or own templates unfit for it."""
    unsupplied = objection_of(settings)

    def objection(policy: Policy) -> str | None:
        unfit = review(templates, policy) if settings.templates else ()
        return unsupplied(policy) or "; ".join(map(str, unfit)) or None

    return objection


async def sources_of(config: EngineConfig) -> frozenset[SourcePartition]:
    """The partitions that must be fresh before anything is sent.

    Raises:
        Unstartable: a topic is missing or not as it must be.
        KafkaAway: Kafka does not answer.
    """
    async with Kafka(config.connection) as kafka:
        sources = await stopping_sources(kafka, config)
    if isinstance(sources, Unsuited):
        raise Unstartable(ExitCode.TOPICS, sources.why)
    return sources


def engine_config(settings: Settings, *, accept_gap: bool = False) -> EngineConfig:
    """The engine's part of the settings."""
    return EngineConfig(
        connection=Connection(settings.bootstrap_servers, client_options(settings.kafka), settings.masters),
        app_id=settings.topic_prefix + settings.app_id,
        topic_prefix=settings.topic_prefix,
        partitions=settings.partitions,
        session_timeout_s=settings.session_timeout_s,
        accept_gap=accept_gap,
        point_key=settings.point_key,
    )


async def policy_of(settings: Settings, config: EngineConfig) -> Policy:
    """The policy in force; that of DISPATCHER_POLICY if there never was one.

    Raises:
        Unstartable: there is none, or it is wrong (every problem with its place), or no provider is there for it.
        KafkaAway: Kafka does not answer.
    """
    try:
        return await policy_at_start(config, settings.policy, datetime.now(UTC), objection_of(settings))
    except NoPolicy as missing:
        raise Unstartable(ExitCode.POLICY, str(missing)) from missing
    except Unsupplied as unsupplied:
        raise Unstartable(ExitCode.SETTINGS, str(unsupplied)) from unsupplied


def read_templates(settings: Settings, policy: Policy, metrics: Metrics) -> Templates:
    """All templates, compiled and tried; own ones also in what the policy asks of them. The built-in ones are tested.

    Raises:
        Unstartable: one is missing or broken, or says what must not be sent.
    """
    pages = links_of(settings.public_url, settings.secret)
    loaded = rendering.load(settings.templates, pages=pages, on_links_left_out=metrics.links_left_out)
    if isinstance(loaded, TemplateProblems):
        raise Unstartable(ExitCode.POLICY, str(loaded))
    if settings.templates and (unfit := review(loaded, policy)):
        raise Unstartable(ExitCode.POLICY, "\n".join(map(str, unfit)))
    return loaded


def _told(code: ExitCode, why: str) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"dispatcher: {why}\n")
    return code
