"""`dispatcher demo`: the sample portfolio through a real Kafka and real workers to stand-ins; what must come of it is known.

Everything that is started here ends with it: servers in this process by their context, processes tied to this one.
"""

import asyncio
import logging
import os
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import Connection
from dispatcher.exit_codes import ExitCode
from dispatcher.local.demo_acts import ACTS, CHAINS, Act
from dispatcher.local.demo_command import CommandFailed
from dispatcher.local.demo_conclusion import conclude, write_papers
from dispatcher.local.demo_environment import without_sending
from dispatcher.local.demo_office import opened_office
from dispatcher.local.demo_play import Play, Surroundings
from dispatcher.local.demo_providers import providers
from dispatcher.local.demo_stay import stay_up
from dispatcher.local.demo_telling import Telling
from dispatcher.local.demo_tour import told_copies, toured
from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.portfolio import PortfolioUnfit
from dispatcher.local.scratch import Scratch
from dispatcher.local.unavailable import KafkaUnavailable
from dispatcher.settings import Settings, SettingsProblems, client_options, load

FOLDER: Final = Path("build/demo")
"""Where summary, outbox, journal and logs are written, from where the command was started."""


def run_demo(*, stay: bool) -> int:
    """Play all acts, tell and write what came of them; the exit code says whether it was what it had to be.

    With `stay`, the worker of the first act and the stand-ins then serve on until Ctrl-C.
    """
    environment = without_sending(os.environ)
    settings = load(environment)
    if isinstance(settings, SettingsProblems):
        return _told(ExitCode.SETTINGS, *map(str, settings.problems))
    try:
        return asyncio.run(_interruptible(_demonstration(settings, environment, stay=stay)))
    except KafkaUnavailable as missing:
        return _told(ExitCode.UNAVAILABLE, str(missing))
    except KafkaAway as away:
        return _told(ExitCode.NO_BROKER, str(away))
    except (CommandFailed, PortfolioUnfit) as failed:
        return _told(ExitCode.CRASH, str(failed))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _told(ExitCode.INTERRUPTED, "interrupted; everything that was started has been stopped")


async def _interruptible(work: Coroutine[object, object, int]) -> int:
    """SIGTERM ends the work as Ctrl-C does: what was started is stopped first."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


async def _demonstration(settings: Settings, shell: Mapping[str, str], *, stay: bool) -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for outdated in (*FOLDER.glob("*.log"), *FOLDER.glob("*.json*")):
        outdated.unlink()
    for outdated in (FOLDER / "pages", FOLDER / "data"):
        shutil.rmtree(outdated, ignore_errors=True)
    # Kafka's client warns where it tries again; the terminal is for what concerns its reader.
    logging.basicConfig(filename=FOLDER / "demo.log", level=logging.WARNING)
    telling = Telling()
    async with _surroundings(settings, shell, telling) as around, AsyncExitStack() as stage:
        plays = [await stage.enter_async_context(Play(act, around)) for act in ACTS]
        telling.step(f"topics are there, under the prefix {around.prefix}")
        with telling.bars():
            await _together(*(_chain(plays, chain, stay=stay) for chain in CHAINS))
        code = conclude(FOLDER, telling, plays, write_papers(FOLDER, plays, around.providers))
        if settings.is_given("DISPATCHER_BOOTSTRAP_SERVERS"):
            telling.lines([f"Its topics stay on your cluster; their names begin with {around.prefix}"])
        telling.step("an archive and a gateway start, over the topics of the first act")
        async with opened_office(plays[0], around, settings) as office:
            if not stay:
                telling.lines(told_copies(await toured(office, FOLDER / "pages"), FOLDER / "pages"))
                return code
            with suppress(asyncio.CancelledError):  # Ctrl-C is how this is meant to end
                papers = partial(write_papers, FOLDER, plays, around.providers)
                await office.while_open(stay_up(plays[0], around, office, telling, papers))
        return code


@asynccontextmanager
async def _surroundings(settings: Settings, shell: Mapping[str, str], telling: Telling) -> AsyncIterator[Surroundings]:
    data = Scratch("dispatcher-demo-")
    try:
        async with _cluster(settings, telling) as connection, Kafka(connection) as kafka, providers() as stand_ins:
            yield Surroundings(
                kafka=kafka,
                prefix=f"demo-{secrets.token_hex(3)}.",
                replication=settings.replication,
                environment={**shell, "DISPATCHER_BOOTSTRAP_SERVERS": connection.bootstrap_servers},
                providers=stand_ins,
                logs=FOLDER,
                data=data.path,
                told=telling.step,
                applied=telling.applied,
            )
    finally:
        data.remove()


@asynccontextmanager
async def _cluster(settings: Settings, telling: Telling) -> AsyncIterator[Connection]:
    """The cluster that the shell names, or one of our own."""
    if settings.is_given("DISPATCHER_BOOTSTRAP_SERVERS"):
        yield Connection(settings.bootstrap_servers, client_options(settings.kafka), settings.masters)
        return
    telling.step("Apache Kafka starts")
    async with EmbeddedKafka(log_path=FOLDER / "kafka.log") as kafka:
        telling.step(f"Apache Kafka serves {kafka.bootstrap_servers}")
        yield Connection(kafka.bootstrap_servers, masters=settings.masters)


async def _chain(plays: Sequence[Play], chain: Sequence[Act], *, stay: bool) -> None:
    """Play these acts, one after the other; the worker of the first of all stays if it is wanted further."""
    for play in plays:
        if play.act in chain:
            await play.perform(keep=stay and play is plays[0])


async def _together(*work: Coroutine[object, object, None]) -> None:
    """All at once; where one fails the others are ended, and its fault is raised as it is."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _told(code: ExitCode, *lines: str) -> int:
    for line in lines:
        sys.stderr.write(f"dispatcher: {line}\n")
    return code
