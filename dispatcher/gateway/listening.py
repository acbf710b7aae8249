"""The gateway's ear at the journal: one reader a process follows all of it, from its end, read committed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import msgspec
import structlog

from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import Connection
from dispatcher.engine.tail import RecordsGone, tail
from dispatcher.gateway.asking import AskLane

_AGAIN_S: Final = 1.0
_MOST: Final = 2_000
_POLL_S: Final = 0.5

_log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def listening(dial: AskLane, connection: Connection, journal: str) -> AsyncIterator[None]:
    """The journal (its full name) is followed for as long as this lasts."""
    task = asyncio.create_task(_follow(dial, connection, journal))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _follow(dial: AskLane, connection: Connection, journal: str) -> None:
    """Until cancelled. Where Kafka is away it begins anew, from the end: what was said meanwhile is answered by nobody."""
    while True:
        try:
            await _listen(dial, connection, journal)
        except (KafkaAway, RecordsGone) as away:
            _log.warning("dialling_waits_for_kafka", why=str(away))
        except msgspec.DecodeError as fault:
            _log.error("journal_not_understood", why=str(fault))
        finally:
            dial.listens(listening=False)
        await asyncio.sleep(_AGAIN_S)


async def _listen(dial: AskLane, connection: Connection, journal: str) -> None:
    async with Kafka(connection) as kafka:
        ends = await kafka.ends(journal)
    async with tail(connection, {(journal, partition): end for partition, (_, end) in ends.items()}) as reader:
        dial.listens(listening=True)
        while True:
            for record in await reader.poll(_MOST, _POLL_S):
                dial.hears(record.value)
