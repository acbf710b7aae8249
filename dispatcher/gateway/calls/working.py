"""The call desk of a gateway that runs: where staff work in it, and no address says that another desk has the tasks."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Final

import structlog

from dispatcher.engine.config import Connection
from dispatcher.gateway.asking import AskLane
from dispatcher.gateway.calls.desk import CallDesk
from dispatcher.gateway.calls.following import follow
from dispatcher.gateway.calls.metrics import CallMetrics
from dispatcher.gateway.calls.tending import tend
from dispatcher.gateway.listening import listening
from dispatcher.gateway.parts import Parts
from dispatcher.settings import Settings
from schemas.topics import JOURNAL

_AGAIN_S: Final = 2.0

_log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def working(settings: Settings, parts: Parts, connection: Connection) -> AsyncIterator[Parts]:
    """The parts with a call desk, for as long as this lasts: it reads its topics, listens to lanes and publishes."""
    if parts.staff is None or settings.gateway.desk_url is not None:
        yield parts
        return
    store = parts.staff.store
    dial = AskLane(parts.append, parts.here_and_now, parts.random_id, time.monotonic)
    desk = CallDesk(store, dial, parts.append, parts.here_and_now, CallMetrics(parts.metrics.meters))
    async with listening(dial, connection, settings.topic(JOURNAL)):
        beside = [
            asyncio.create_task(_kept_up(lambda: follow(store, connection, settings.topic_prefix))),
            asyncio.create_task(_kept_up(lambda: tend(desk, store))),
        ]
        try:
            yield replace(parts, calls=desk)
        finally:
            for each in beside:
                each.cancel()
            await asyncio.wait(beside)


async def _kept_up(work: Callable[[], Awaitable[None]]) -> None:
    """Begin again after a fault of ours: it must not end what else the gateway does."""
    while True:
        try:
            await work()
        except Exception as fault:  # noqa: BLE001 - see above
            _log.error("desk_fault", exc_info=fault)
        await asyncio.sleep(_AGAIN_S)
