"""Reads tasks, and the word that they are over, from their topics into the desk's store: each record once.

One of the gateways that share a store does it. Positions move in the transaction that writes, from where they stood: who was
overtaken writes nothing.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import Connection as Transaction
from sqlalchemy import and_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from dispatcher.archive.duty import Duty, duty_of
from dispatcher.archive.starting import Place, Unfit, places
from dispatcher.engine.clients import Kafka, KafkaAway, Record
from dispatcher.engine.config import Connection
from dispatcher.engine.tail import RecordsGone, tail
from dispatcher.gateway.calls.arrivals import ERASED, Ended, end_of, erasure_of, forget_notes, take_in, take_out
from dispatcher.gateway.calls.tables import POSITIONS
from dispatcher.gateway.store.database import Store
from schemas import topics
from schemas.journal import TaskRecord, decode_journal, decode_task

FOLLOWED: Final = (topics.TASKS, topics.JOURNAL)
"""What is read, by names without prefix."""

DUTY: Final = 4_730_111_922
"""PostgreSQL's number of the lock of the gateway that reads."""

_LOOKED_AT: Final = (b'"call_task"', b'"task":', ERASED.encode())
"""What every record of the journal about a task, and every erasure, holds; the others are not looked at."""

_MOST: Final = 2_000
_POLL_S: Final = 0.5
_AGAIN_S: Final = 1.0
_UNFIT_S: Final = 60.0

_log = structlog.get_logger(__name__)


class Overtaken(Exception):
    """Another gateway has read the same records first; nothing was written."""


async def follow(store: Store, connection: Connection, prefix: str) -> None:
    """Read until cancelled. Where Kafka or the database is away, it begins anew from what stands written."""
    duty = duty_of(store.engine, DUTY)
    try:
        while True:
            try:
                if await asyncio.to_thread(duty.taken):
                    await _read(store, connection, prefix, duty)
            except (KafkaAway, RecordsGone, Overtaken) as why:
                _log.warning("desk_reads_again", why=str(why))
            except SQLAlchemyError as fault:  # its own words may hold a row
                _log.warning("desk_waits_for_database", fault=type(fault).__name__)
                await asyncio.to_thread(duty.released)
            await asyncio.sleep(_AGAIN_S)
    finally:
        duty.released()


async def _read(store: Store, connection: Connection, prefix: str, duty: Duty) -> None:
    standing = await store.reads(positions)
    begun = places(standing, await _extents(connection, prefix), accept_gap=True)
    if isinstance(begun, Unfit):
        _log.error("desk_does_not_fit_topics", why=begun.why)
        await asyncio.sleep(_UNFIT_S)  # somebody has to see to it
        return
    await store.writes(lambda at: begin(at, begun, standing))
    _log.info("desk_reads", partitions=len(begun))
    full = {(prefix + topic, partition): offset for (topic, partition), offset in begun.items()}
    read = dict(begun)
    async with tail(connection, full) as source:
        while await asyncio.to_thread(duty.taken):
            records = await source.poll(_MOST, _POLL_S)
            if records:
                read |= await store.writes(written(records, prefix, read))


def written(
    records: Iterable[Record], prefix: str, read: Mapping[Place, int]
) -> Callable[[Transaction], Mapping[Place, int]]:
    """The work of one turn: what `records` say, and how far they go; it returns the positions after them.

    Raises (when done):
        Overtaken: the positions have moved since `read`.
    """
    reached: dict[Place, int] = {}
    tasks: list[TaskRecord] = []
    ends: list[Ended] = []
    erased: list[str] = []
    for record in records:
        topic = record.topic.removeprefix(prefix)
        reached[topic, record.partition] = record.offset + 1
        try:
            match _said(topic, record.value or b""):
                case TaskRecord() as task:
                    tasks.append(task)
                case Ended() as ended:
                    ends.append(ended)
                case str() as customer_id:
                    erased.append(customer_id)
        except msgspec.DecodeError:
            _log.error("desk_cannot_read", topic=topic, partition=record.partition, offset=record.offset)

    def work(connection: Transaction) -> Mapping[Place, int]:
        for place, offset in sorted(reached.items()):
            _move(connection, place, read[place], offset)
        take_in(connection, tasks)
        take_out(connection, ends)
        forget_notes(connection, erased)
        return reached

    return work


def positions(connection: Transaction) -> dict[Place, int]:
    """The next offset of each partition that was ever begun."""
    rows = connection.execute(select(POSITIONS.c.topic, POSITIONS.c.partition, POSITIONS.c.next_offset))
    return {(row.topic, row.partition): row.next_offset for row in rows}


def begin(connection: Transaction, begun: Mapping[Place, int], standing: Mapping[Place, int]) -> None:
    """Partitions that are read from now on, each from an offset; `standing` is what was read before.

    Raises:
        Overtaken: another gateway has begun meanwhile.
    """
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for place, offset in sorted(begun.items()):
        if place not in standing:
            row = {"topic": place[0], "partition": place[1], "next_offset": offset}
            connection.execute(insert(POSITIONS).values(**row).on_conflict_do_nothing())
        _move(connection, place, standing.get(place, offset), offset)


def _said(topic: str, value: bytes) -> TaskRecord | Ended | str | None:
    """A task, the end of one, or the id of a customer who is to be forgotten."""
    if topic == topics.TASKS:
        return decode_task(value)
    if not any(each in value for each in _LOOKED_AT):
        return None
    record = decode_journal(value)
    return end_of(record) or erasure_of(record)


def _move(connection: Transaction, place: Place, before: int, after: int) -> None:
    topic, partition = place
    here = and_(POSITIONS.c.topic == topic, POSITIONS.c.partition == partition, POSITIONS.c.next_offset == before)
    if connection.execute(update(POSITIONS).where(here).values(next_offset=after)).rowcount != 1:
        raise Overtaken(f"{topic}[{partition}] has been read further by another gateway")


async def _extents(connection: Connection, prefix: str) -> dict[Place, tuple[int, int]]:
    """First and next offset of everything that is read, by names without prefix."""
    found: dict[Place, tuple[int, int]] = {}
    async with Kafka(connection) as kafka:
        for topic in FOLLOWED:
            ends = await kafka.ends(prefix + topic)
            found |= {(topic, partition): extent for partition, extent in ends.items()}
    return found
