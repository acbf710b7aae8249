"""The office of the demonstration: archive and gateway over the topics of an act, and who may sign in there."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final, TypeVar

from aiohttp import ClientConnectionError, ClientSession

from dispatcher.archive.serving import migrated
from dispatcher.local.demo_accounts import Login, made_up_accounts
from dispatcher.local.demo_command import RunningCommand
from dispatcher.local.demo_environment import of_office
from dispatcher.local.demo_play import Play, Surroundings
from dispatcher.local.ports import free_ports
from dispatcher.settings import Settings

_T = TypeVar("_T")
_READY_S: Final = 120.0
_LOOK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Office:
    """Both processes, serving. `url` is the gateway's address, on this machine alone."""

    url: str
    logins: tuple[Login, ...]
    archive: RunningCommand
    gateway: RunningCommand

    async def while_open(self, waiting: Awaitable[_T], *, what: str = "its end", timeout_s: float = math.inf) -> _T:
        """What `waiting` gives, awaited for at most `timeout_s` seconds and as long as both run.

        Raises:
            CommandFailed: one of them ended, or time was up; `what` says what was waited for.
        """
        archived = self.archive.while_running(waiting, what=lambda: what, timeout_s=timeout_s)
        return await self.gateway.while_running(archived, what=lambda: what, timeout_s=timeout_s)


@asynccontextmanager
async def opened_office(play: Play, around: Surroundings, settings: Settings) -> AsyncIterator[Office]:
    """The office of an act, while entered: its archive has everything that the act's topics hold.

    Both databases are new, in a folder of their own beside the logs.

    Raises:
        CommandFailed: archive or gateway ended, or did not get ready.
    """
    data = around.logs / "data"
    logins = await asyncio.to_thread(_furnished, replace(settings, data_dir=data))
    archive_port, gateway_port = free_ports(2)
    environment = of_office(around.environment, play.act, play.clock, data.resolve()) | {
        "DISPATCHER_TOPIC_PREFIX": play.prefix,
        "DISPATCHER_ARCHIVE_METRICS_PORT": str(archive_port),
        "DISPATCHER_GATEWAY_PORT": str(gateway_port),
    }
    archive = RunningCommand("archive", environment, around.logs / "archive.log")
    gateway = RunningCommand("gateway", environment, around.logs / "gateway.log")
    office = Office(f"http://127.0.0.1:{gateway_port}", logins, archive, gateway)
    try:
        ready = _all_ready(office.url, f"http://127.0.0.1:{archive_port}")
        await office.while_open(ready, what="that both are ready", timeout_s=_READY_S)
        yield office
    finally:
        await asyncio.gather(gateway.abandon(), archive.abandon())


def _furnished(settings: Settings) -> tuple[Login, ...]:
    """The tables of both databases: a gateway looks for an archive when it starts, and accounts come before their use."""
    settings.data_dir.mkdir()
    engine, _ = migrated(settings)
    engine.dispose()
    return made_up_accounts(settings)


async def _all_ready(*urls: str) -> None:
    async with ClientSession() as session:
        for url in urls:
            while not await _is_ready(session, url):  # noqa: ASYNC110 - another process gets ready
                await asyncio.sleep(_LOOK_S)


async def _is_ready(session: ClientSession, url: str) -> bool:
    """An archive is ready when it has caught up, a gateway when Kafka answers it."""
    try:
        async with session.get(f"{url}/readyz") as answer:
            return answer.status == HTTPStatus.OK
    except ClientConnectionError:
        return False
