"""The measurements of throughput and restore: each in processes of its own, by the broker's own clock."""

import asyncio
import json
import secrets
import sys
import time
from base64 import b64encode
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.engine.placement import partition_of
from dispatcher.local.process import LocalProcess
from tests.bench import load
from tests.bench.load import Published
from tests.bench.measure import Appended, appended, count_of
from tests.broker.installation import ROOT, Installation

PARTITIONS = 8
STOCK_EVENTS = 40_000
LIMIT_S = 300.0
SETTINGS = {
    "DISPATCHER_SESSION_TIMEOUT": "10",
    "DISPATCHER_SENDING": "shadow",
    "DISPATCHER_CLOCK": load.noon().isoformat(),
    "DISPATCHER_CLOCK_RATE": "1",
}


_FIELDS = {"latency": "latency_ms", "hooks": "hooks_ms", "silence": "silence_s", "texts": "sending", "mails": "sending"}
"""The figure of a measurement that has not its name."""


@dataclass
class Figures:
    """What `throughput.json` holds: events a second, records a second for restore, milliseconds for latency.

    `sending` has ratios to a bare loop around the same client, `silence_s` is p99 from a payment's append to its
    effect, `hooks_ms` how long callbacks of a provider waited for their answer, `partitions` has the ratio of pipeline and
    the latency by their number, `archive` records a second and the milliseconds of a timeline by database, `why` those of
    its page.
    """

    customers: int
    rounds: int
    bare: float = 0.0
    stock: float = 0.0
    pipeline: float = 0.0
    every_rule: float = 0.0
    sealed: float = 0.0
    end_to_end: float = 0.0
    restore: float = 0.0
    sending: dict[str, float] = field(default_factory=dict)
    silence_s: dict[str, float] = field(default_factory=dict)
    partitions: dict[str, float] = field(default_factory=dict)
    latency_ms: dict[str, float] = field(default_factory=dict)
    archive: dict[str, float] = field(default_factory=dict)
    why: dict[str, float] = field(default_factory=dict)
    hooks_ms: dict[str, float] = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)

    def of(self, name: str) -> object:
        """What is known of one measurement."""
        value = getattr(self, _FIELDS.get(name, name))
        return {name: value, "details": self.details.get(name)}


async def pipeline(broker: str, folder: Path, figures: Figures) -> None:
    """A backlog in the inbox: fold, plan, state, journal. Shadow mode: every decision is made, nobody is called.

    The time runs from the first restored lane to the last journal record, contacts that waited for the gate included.
    """
    figures.pipeline, figures.details["pipeline"] = await through(
        Installation(broker, "pipeline.", folder, PARTITIONS, SETTINGS), figures
    )


async def sealed(broker: str, folder: Path, figures: Figures) -> None:
    """The same, where inbox, state and tasks are sealed with a key of each customer."""
    file = folder / "master-key"
    file.write_text(b64encode(secrets.token_bytes(32)).decode(), "utf-8")
    settings = SETTINGS | {"DISPATCHER_MASTER_KEY_FILE": str(file)}
    figures.sealed, figures.details["sealed"] = await through(
        Installation(broker, "sealed.", folder, PARTITIONS, settings), figures
    )


async def every_rule(broker: str, folder: Path, figures: Figures) -> None:
    """The same with the policy that uses every key there is, presets of jurisdictions among them."""
    settings = SETTINGS | {"DISPATCHER_POLICY": str(ROOT / "deploy" / "policy.full.toml")}
    figures.every_rule, figures.details["every_rule"] = await through(
        Installation(broker, "rules.", folder, PARTITIONS, settings), figures
    )


async def through(installed: Installation, figures: Figures) -> tuple[float, dict[str, object]]:
    """Events a second of one worker with the partitions of this installation, and what there is to say about it."""
    broker = installed.broker
    await installed.create()
    await to_inbox(installed, list(load.known(figures.customers, load.noon())), 0)
    worker = installed.worker("known")
    await applied(installed, worker)
    await worker.end()
    before = await count_of(broker, installed.config.topic("reminders.journal"))
    already = await records_in_journal(installed)
    events = figures.customers * figures.rounds
    for number in range(figures.rounds):
        await to_inbox(installed, list(load.measured(figures.customers, load.noon(), number)), number + 1)
    worker = installed.worker("pipeline")
    await applied(installed, worker)
    await worker.end()
    seen = await appended(broker, installed.config.topic("reminders.journal"), skip=already)
    last = await last_append(broker, installed.config.topic("reminders.journal"))
    seconds = last - first_restored(worker)
    contacts = await contacts_in(installed)
    return events / seconds, {
        "events": events,
        "journal_records": seen.count,
        "seconds": round(seconds, 3),
        "contacts": contacts,
        "journal_before": before,
    }


async def bare(broker: str, folder: Path, figures: Figures) -> None:
    """The same inbox records: consume, send on, commit."""
    rate = await contender("bare", broker, "pipeline.reminders.inbox", folder, PARTITIONS)
    figures.bare = rate.rate
    figures.details["bare"] = asdict(rate)


async def stock(broker: str, folder: Path, figures: Figures) -> None:
    """The same kind of records, fewer of them: it is slow."""
    async with Kafka(Connection(broker)) as kafka:
        await kafka.create("stock-in", PARTITIONS, 1, {})
        records: list[tuple[bytes | None, bytes]] = []
        async for record in kafka.read("pipeline.reminders.inbox"):
            if record.key and record.value and record.key[:1] != b"\0":
                records.append((record.key, record.value))
            if len(records) == STOCK_EVENTS:
                break
        await kafka.publish_all("stock-in", records)
    rate = await contender("stock", broker, "stock-in", folder, PARTITIONS)
    figures.stock = rate.rate
    figures.details["stock"] = asdict(rate)


async def end_to_end(broker: str, folder: Path, figures: Figures) -> None:
    """A backlog in the billing topics: intake as well. From the first record in the inbox to the last in the journal."""
    installed = Installation(broker, "whole.", folder, PARTITIONS, SETTINGS)
    await installed.create()
    await installed.publish(list(load.known(figures.customers, load.noon())))
    worker = installed.worker("whole-known")
    await read_and_applied(installed, worker)
    await worker.end()
    already = await records_in_journal(installed)
    await installed.publish(list(load.measured(figures.customers, load.noon(), 0)))
    mark = time.time() * 1000
    worker = installed.worker("whole")
    await read_and_applied(installed, worker)
    await worker.end()
    seen = await appended(broker, installed.config.topic("reminders.journal"), skip=already)
    begun = await first_append(broker, installed.config.inbox, mark)
    seconds = (
        seen.seconds
        + max(0.0, (await first_append(broker, installed.config.topic("reminders.journal"), mark)) - begun) / 1000
    )
    figures.end_to_end = figures.customers / seconds
    figures.details["end_to_end"] = {"events": figures.customers, "seconds": seconds, "journal_records": seen.count}


async def to_inbox(installed: Installation, events: list[Published], round_number: int) -> None:
    """Write events where intake would have put them."""
    parts: dict[int, list[tuple[bytes | None, bytes]]] = {}
    for number, published in enumerate(events):
        key, value = load.as_arrival(published, round_number * 10_000_000 + number)
        parts.setdefault(partition_of(key.decode(), installed.partitions), []).append((key, value))
    async with Kafka(installed.connection) as kafka:
        for partition, records in parts.items():
            await kafka.publish_all(installed.config.inbox, records, partition)


async def contender(which: str, broker: str, source: str, folder: Path, partitions: int) -> Appended:
    """Run one of the others until it has sent everything on."""
    target = f"{source}-{which}-out"
    async with Kafka(Connection(broker)) as kafka:
        await kafka.create(target, partitions, 1, {"message.timestamp.type": "LogAppendTime"})
    count = await count_of(broker, source)
    command = [sys.executable, "-m", "tests.bench.contenders", which, broker, source, target, str(count)]
    process = LocalProcess(command, folder / f"{which}.log")
    ends = time.monotonic() + LIMIT_S
    while await count_of(broker, target) < count:
        if time.monotonic() > ends:
            raise TimeoutError(f"{which} did not finish: {process.output()[-2000:]}")
        await asyncio.sleep(0.5)
    await process.end()
    return await appended(broker, target)


async def applied(installed: Installation, worker: LocalProcess) -> None:
    """Until the worker's state has everything of the inbox, and nothing more is decided."""
    await quiet(installed, worker, lambda: at_the_end(installed))


async def read_and_applied(installed: Installation, worker: LocalProcess) -> None:
    """Until intake has read all billing topics too."""

    async def done() -> bool:
        async with Kafka(Connection(installed.broker)) as kafka:
            for topic in installed.config.inputs:
                ends = await kafka.ends(topic)
                positions = await kafka.group_position(installed.config.app_id, topic)
                if any(end > positions.get(partition, 0) for partition, (_, end) in ends.items()):
                    return False
        return await at_the_end(installed)

    await quiet(installed, worker, done)


async def at_the_end(installed: Installation) -> bool:
    """Whether the committed positions of the inbox have passed everything but the latest marks."""
    async with Kafka(Connection(installed.broker)) as kafka:
        ends = await kafka.ends(installed.config.inbox)
        positions = await kafka.group_position(installed.config.app_id, installed.config.inbox)
    return all(end - positions.get(partition, 0) < 200 for partition, (_, end) in ends.items())


async def quiet(installed: Installation, worker: LocalProcess, done: object) -> None:
    """`done`, and for three looks in a row nothing new in the journal."""
    ends = time.monotonic() + LIMIT_S
    topic = installed.config.topic("reminders.journal")
    last, same = -1, 0
    while same < 3:
        if time.monotonic() > ends or worker.exit_code is not None:
            raise TimeoutError(f"the worker did not get through: {worker.output()[-3000:]}")
        await asyncio.sleep(0.7)
        count = await count_of(installed.broker, topic)
        same = same + 1 if count == last and await done() else 0  # type: ignore[operator]
        last = count


async def records_in_journal(installed: Installation) -> int:
    """Journal records now, control records left out."""
    async with Kafka(Connection(installed.broker)) as kafka:
        return len([None async for _ in kafka.read(installed.config.topic("reminders.journal"))])


async def contacts_in(installed: Installation) -> int:
    """Contacts that were decided: in shadow mode they are suppressed with the reason `shadow`, or become call tasks."""
    count = 0
    async with Kafka(Connection(installed.broker)) as kafka:
        async for record in kafka.read(installed.config.topic("reminders.journal")):
            value = record.value or b""
            count += b'"code":"shadow"' in value or b'"result":"claimed"' in value
    return count


def first_restored(worker: LocalProcess) -> float:
    """When the first lane began to serve, in seconds since the epoch, by the worker's log."""
    told = (json.loads(line) for line in worker.output().splitlines() if '"lane_restored"' in line)
    return min(datetime.fromisoformat(each["timestamp"]).timestamp() for each in told)


async def last_append(broker: str, topic: str) -> float:
    """The broker's time of the latest record, in seconds since the epoch."""
    async with Kafka(Connection(broker)) as kafka:
        return max([record.timestamp async for record in kafka.read(topic)]) / 1000


async def first_append(broker: str, topic: str, after_ms: float) -> float:
    """The broker's time of the first record that is no mark and was appended after an instant, in milliseconds."""
    async with Kafka(Connection(broker)) as kafka:
        times = [
            record.timestamp
            async for record in kafka.read(topic)
            if record.timestamp >= after_ms and record.key and record.key[:1] != b"\0"
        ]
    return min(times)
