"""Rows about topics of our own that somebody damages: state records, the state topic, the inbox. Billing goes on.

Each damage must be refused aloud, with the exit code for it; once it is mended or accepted, nobody is lost or hears twice.
"""

import asyncio
from collections.abc import Mapping

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from dispatcher.engine.clients import Kafka, Record
from dispatcher.engine.config import Connection
from dispatcher.exit_codes import ExitCode
from schemas import inbox, topics
from schemas.inbox import PROGRESS_MARK_KEY, ProgressMark
from tests.broker.installation import Process, event
from tests.broker.operations import ended, eventually, ready
from tests.faults.scene import OPENED, PARTITIONS, Row, Scene

_DAMAGED = 3
_REFUSED_WITHIN_S = 60.0
_AT_WORK_S = 2.0
_OVER_S = 40.0
_MARKS = 20
_HEADER = 10
"""Bytes of a state record before its body: version, flags, wake-up."""


async def f21_state_damaged(scene: Scene) -> None:
    """Bytes of state records are turned round; then the whole topic is lost and comes back from a backup."""

    async def damaged() -> None:
        await _work(scene)
        good = [each for each in await _state(scene) if each.key and each.key[:1] != b"\0"]
        chosen = scene.rnd.sample(good, _DAMAGED)
        await _write(scene, [(each, _turned_round(each.value or b"")) for each in chosen])
        await scene.installed.publish([_touched(each) for each in chosen])
        await _refused(scene, "cannot be read")
        await _write(scene, [(each, each.value) for each in chosen])
        await _work(scene)
        backup = await _state(scene)
        await _recreate(scene, topics.STATE)
        await _refused(scene, "the state was lost")
        await _write(scene, [(each, each.value) for each in backup])
        scene.worker()

    await _with_traffic(scene, damaged())


async def f21c_state_lost(scene: Scene) -> None:
    """The state topic is lost for good. An operator accepts that: it is built anew from inbox and journal.

    The facts are journalled a second time then, which the checker notices; contacts are not made a second time.
    """
    scene.excused = "is told twice"

    async def damaged() -> None:
        await _work(scene)
        await _work(scene)
        await _recreate(scene, topics.STATE)
        await _refused(scene, "the state was lost")
        await ready(scene.worker("accepting_gap"))

    await _with_traffic(scene, damaged())


async def f21b_inbox_damaged(scene: Scene) -> None:
    """The inbox is cut off behind what was applied; then deleted and created anew. An operator accepts both gaps."""

    async def damaged() -> None:
        await _work(scene)
        await _cut_off(scene)
        await _refused(scene, "records are missing")
        await _work(scene, "accepting_gap")
        await _recreate(scene, topics.INBOX)
        await _refused(scene, "the inbox was recreated")
        await ready(scene.worker("accepting_gap"))

    await _with_traffic(scene, damaged())


async def _with_traffic(scene: Scene, damaged) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(scene.publish(_OVER_S))
        group.create_task(damaged)


async def _work(scene: Scene, way: str = "asking_soon") -> None:
    """A worker works for a moment and ends in order: what it took is applied."""
    worker = scene.worker(way)
    await ready(worker)
    await asyncio.sleep(_AT_WORK_S + scene.rnd.uniform(0.0, 1.0))  # ends at any phase of its work
    await worker.end()


async def _refused(scene: Scene, why: str) -> None:
    worker: Process = scene.worker()
    code = await ended(worker, timeout_s=_REFUSED_WITHIN_S)
    if code != ExitCode.REFUSED or why not in worker.output():
        raise AssertionError(
            f"expected a refusal with {why!r}, the worker ended with {code}: {worker.output()[-2000:]}"
        )


async def _state(scene: Scene) -> list[Record]:
    """The latest record of each key, as a backup has it."""
    latest = {(each.partition, each.key): each for each in await scene.installed.records(topics.STATE)}
    return list(latest.values())


async def _write(scene: Scene, records: list[tuple[Record, bytes | None]]) -> None:
    topic = scene.installed.prefix + topics.STATE
    async with Kafka(Connection(scene.installed.broker)) as kafka:
        for partition in range(PARTITIONS):
            mine = [(each.key, value or b"") for each, value in records if each.partition == partition]
            await kafka.publish_all(topic, mine, partition)


def _turned_round(record: bytes) -> bytes:
    """Header as it was; every bit of the body's first bytes the other way."""
    body = bytes(255 - each for each in record[_HEADER : _HEADER + 8])
    return record[:_HEADER] + body + record[_HEADER + 8 :]


def _touched(record: Record) -> tuple[str, bytes, bytes]:
    """Something that makes the dispatcher look at the customer."""
    return event("feedback.given", (record.key or b"").decode(), at=OPENED, score=4)


async def _recreate(scene: Scene, topic: str) -> None:
    name = scene.installed.prefix + topic
    admin = AIOKafkaAdminClient(bootstrap_servers=scene.installed.broker)
    await admin.start()
    try:
        await admin.delete_topics([name])

        async def gone() -> bool:
            return name not in await admin.list_topics()

        await eventually(gone, f"{topic} is deleted")
    finally:
        await admin.close()
    await scene.installed.create()


async def _cut_off(scene: Scene) -> None:
    """Marks that nobody has applied are appended to every partition, and the log is cut off behind them."""
    name = scene.installed.prefix + topics.INBOX
    mark = inbox.encode(ProgressMark(()))
    async with Kafka(Connection(scene.installed.broker)) as kafka:
        for partition in range(PARTITIONS):
            await kafka.publish_all(name, [(PROGRESS_MARK_KEY, mark)] * _MARKS, partition)
        ends = await kafka.ends(name)
    admin = AIOKafkaAdminClient(bootstrap_servers=scene.installed.broker)
    await admin.start()
    try:
        cut = {TopicPartition(name, p): RecordsToDelete(before_offset=end) for p, (_, end) in ends.items()}
        await admin.delete_records(cut)
    finally:
        await admin.close()


ROWS: Mapping[str, Row] = {"F21": f21_state_damaged, "F21b": f21b_inbox_damaged, "F21c": f21c_state_lost}
