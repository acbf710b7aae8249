"""`dispatcher up`: one machine, everything on it: Kafka unless one is named, missing topics, worker, gateway and archive."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import Connection
from dispatcher.exit_codes import ExitCode
from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.tether import tethered
from dispatcher.local.unavailable import KafkaUnavailable
from dispatcher.ops import logs
from dispatcher.ops.topic_plan import Create, Unfit, Wanted, apply, plan
from dispatcher.settings import Settings, client_options

_BOOTSTRAP: Final = "DISPATCHER_BOOTSTRAP_SERVERS"
_COMMANDS: Final = ("worker", "gateway", "archive")
_DRAIN_S: Final = 40.0
"""A worker that was told to stop needs at most 30 seconds, a gateway 10, an archive as long as a turn."""


def run_up(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit code is that of the process that ended first, or says why none was started.

    An embedded Kafka listens where other commands look for one by default, and keeps its topics in the data folder, so that
    the next `up` goes on where this one ended.
    """
    logs.configure(settings.log_level)
    try:
        return asyncio.run(_up(settings))
    except KafkaUnavailable as missing:
        return _told(ExitCode.UNAVAILABLE, str(missing))
    except KafkaAway as away:
        return _told(ExitCode.NO_BROKER, str(away))


async def _up(settings: Settings) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _cluster(settings) as connection:
        unfit = await _topics(settings, connection)
        if unfit:
            return _told(ExitCode.TOPICS, *unfit)
        if settings.staff.pages != "off":
            _say(_pages(settings))
        return await _serve({**os.environ, _BOOTSTRAP: connection.bootstrap_servers}, stop)


@asynccontextmanager
async def _cluster(settings: Settings) -> AsyncIterator[Connection]:
    if settings.is_given(_BOOTSTRAP):
        yield Connection(settings.bootstrap_servers, client_options(settings.kafka), settings.masters)
        return
    folder = settings.data_dir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    port = int(settings.bootstrap_servers.rpartition(":")[2])
    async with EmbeddedKafka(data=folder / "kafka", log_path=folder / "kafka.log", port=port) as kafka:
        _say(f"Apache Kafka serves {kafka.bootstrap_servers} and keeps its topics in {_shown(folder)}")
        yield Connection(kafka.bootstrap_servers, masters=settings.masters)


async def _topics(settings: Settings, connection: Connection) -> list[str]:
    """Create what is missing; what cannot be used is named, and nothing is created then."""
    async with Kafka(connection) as kafka:
        steps = await plan(kafka, Wanted(settings.topic_prefix, settings.partitions, settings.replication))
        unfit = [f"{step.name} {step.why}: {step.advice}" for step in steps if isinstance(step, Unfit)]
        if unfit:
            return unfit
        await apply(kafka, steps)
        created = sum(isinstance(step, Create) for step in steps)
        if created:
            _say(f"{created} topics created")
    return []


async def _serve(environment: Mapping[str, str], stop: asyncio.Event) -> int:
    """Run all processes, their output on ours, until one ends or we are told to stop; then the others end too.

    The code is that of the first to end, or of the first that does not end well.
    """
    processes = [await _started(command, environment) for command in _COMMANDS]
    ends = [asyncio.ensure_future(process.wait()) for process in processes]
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({*ends, stopping}, return_when=asyncio.FIRST_COMPLETED)
        first = next((end.result() for end in ends if end.done()), ExitCode.OK)
        for process, end in zip(processes, ends, strict=True):
            if not end.done():
                process.terminate()
        await asyncio.wait(ends, timeout=_DRAIN_S)
    finally:
        stopping.cancel()
        for process, end in zip(processes, ends, strict=True):
            if not end.done():
                process.kill()
        codes = await asyncio.gather(*ends)
    code = next((code for code in (first, *codes) if code), ExitCode.OK)
    return code if code >= 0 else ExitCode.CRASH


async def _started(command: str, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    # A session of its own: Ctrl-C reaches us, and each drains while Kafka still serves.
    return await asyncio.create_subprocess_exec(
        *tethered([sys.executable, "-P", "-m", "dispatcher", command]), env=environment, start_new_session=True
    )


def _pages(settings: Settings) -> str:
    """Where the staff pages will be, and how somebody comes to see them."""
    url = settings.staff_url or f"http://{settings.gateway.host}:{settings.gateway.port}"
    entry = (
        "`dispatcher desk account add NAME --role agent|supervisor|auditor` makes an account"
        if settings.staff.proxy_secret is None
        else "the proxy before it signs people in"
    )
    return f"pages at {url}: /desk, /why, /reports; {entry}"


def _shown(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


def _say(what: str) -> None:
    sys.stderr.write(f"dispatcher: {what}\n")


def _told(code: ExitCode, *lines: str) -> int:
    for line in lines:
        _say(line)
    return code
