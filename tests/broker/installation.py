"""One installation on the test broker: topics of its own, events to publish, workers as processes, records to read."""

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dispatcher.engine.clients import Appended, Headers, Kafka, Record
from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.log_position import WATERMARK_KEY
from dispatcher.local.process import LocalProcess
from dispatcher.ops import topic_plan
from schemas import journal, master_keys, points, state
from schemas.events import EVENT_TYPES
from schemas.journal import JournalRecord
from schemas.state import Customer
from tests.broker.nursery import ForkedProcess, Nursery, nursery

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "deploy" / "policy.example.toml"
SESSION_S = 2.0
PATIENCE_S = 120.0
"""How long a test waits for what must come: far beyond what it takes on a busy machine."""


Process = LocalProcess | ForkedProcess

Published = tuple[str, bytes, bytes]
"""Topic (without prefix), key and value of one published event."""


def event(
    event_type: str,
    customer_id: str,
    *,
    at: datetime,
    event_id: str | None = None,
    fields: Mapping[str, object] | None = None,
    **data: object,
) -> Published:
    """One event as a billing system publishes it; `fields`: those of its data that are called like an argument here."""
    body = {
        "specversion": "1.0",
        "id": event_id or f"{event_type}-{customer_id}-{at.timestamp()}",
        "source": "/tests/billing",
        "type": event_type,
        "subject": customer_id,
        "time": at.isoformat(),
        "data": {"customer_id": customer_id, **data, **(fields or {})},
    }
    return EVENT_TYPES[event_type][0], customer_id.encode(), json.dumps(body).encode()


def profile(customer_id: str, *, at: datetime, **more: object) -> Published:
    """A customer in London who can be reached by SMS and e-mail."""
    known: dict[str, object] = {
        "name": "Pat Example",
        "locale": "en",
        "country": "GB",
        "timezone": "Europe/London",
        "phones": [{"number": "+447700900123", "kind": "mobile"}],
        "emails": [{"address": "pat@example.com", "kind": "private"}],
    }
    return event("customer.updated", customer_id, at=at, **(known | more))


def due(customer_id: str, invoice_id: str, *, at: datetime, in_days: int = 0, **more: object) -> Published:
    """An invoice that is due so many days after `at`."""
    stated: dict[str, object] = {
        "invoice_id": invoice_id,
        "due_on": (at + timedelta(days=in_days)).date().isoformat(),
        "amount_due": 12_500,
        "currency": "GBP",
    }
    kind = "invoice.due" if in_days >= 0 else "invoice.overdue"
    return event(kind, customer_id, at=at, **(stated | more))


@dataclass
class Installation:
    """Topics under one prefix; `settings` are added to every worker's environment. Workers come from `nursery`, if given."""

    broker: str
    prefix: str
    folder: Path
    partitions: int = 8
    settings: dict[str, str] = field(default_factory=dict)
    started: list[Process] = field(default_factory=list)
    nursery: Nursery | None = None
    replication: int = 1

    @property
    def connection(self) -> Connection:
        """With the master key of the settings, if they have one."""
        file = self.settings.get("DISPATCHER_MASTER_KEY_FILE")
        masters = master_keys.read(Path(file).read_text("utf-8")) if file else None
        assert not isinstance(masters, master_keys.Unsuitable)
        return Connection(self.broker, masters=masters)

    @property
    def config(self) -> EngineConfig:
        return EngineConfig(
            self.connection,
            f"{self.prefix}dispatcher",
            self.prefix,
            self.partitions,
            session_timeout_s=SESSION_S,
            point_key=points.point_key("dispatcher:dispatcher"),
        )

    async def create(self) -> None:
        """All topics, ours and billing's."""
        async with Kafka(self.connection) as kafka:
            wanted = topic_plan.Wanted(self.prefix, self.partitions, self.replication)
            await topic_plan.apply(kafka, await topic_plan.plan(kafka, wanted))

    async def publish(self, events: Sequence[Published]) -> None:
        """As a billing system would, in order by topic."""
        by_topic: dict[str, list[tuple[bytes | None, bytes]]] = {}
        for topic, key, value in events:
            by_topic.setdefault(topic, []).append((key, value))
        async with Kafka(self.connection) as kafka:
            for topic, records in by_topic.items():
                await kafka.publish_all(self.prefix + topic, records)

    async def append(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None = None,
        *,
        partition: int | None = None,
        headers: Headers = (),
    ) -> Appended:
        """One record as it is, on the partition of the caller's choice."""
        async with Kafka(self.connection) as kafka:
            return await kafka.publish(self.prefix + topic, key, value, headers, partition)

    async def records(self, topic: str) -> list[Record]:
        """All committed records of a topic (its name without prefix)."""
        async with Kafka(self.connection) as kafka:
            return [each async for each in kafka.read(self.prefix + topic)]

    def worker(
        self, name: str = "worker", *, program: Sequence[str] = ("dispatcher", "worker"), **settings: str
    ) -> Process:
        """Start a worker, or another `program` (module and arguments) with its settings; its log is in the folder."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("DISPATCHER_")} | {
            "DISPATCHER_BOOTSTRAP_SERVERS": self.broker,
            "DISPATCHER_TOPIC_PREFIX": self.prefix,
            "DISPATCHER_PARTITIONS": str(self.partitions),
            "DISPATCHER_POLICY": str(POLICY),
            "DISPATCHER_METRICS_PORT": "0",
            "DISPATCHER_METRICS_HOST": "127.0.0.1",
            "DISPATCHER_SESSION_TIMEOUT": str(SESSION_S),
            "DISPATCHER_DATA_DIR": str(self.folder / name),
            **self.settings,
            **settings,
        }
        log = self.folder / f"{name}.log"
        if self.nursery is not None:
            process: Process = self.nursery.fork(program, environment, log)
        else:
            process = LocalProcess([sys.executable, "-m", *program], log, environment=environment)
        self.started.append(process)
        return process

    async def end(self) -> None:
        """End every worker that still runs."""
        await asyncio.gather(*(each.end() for each in self.started if each.exit_code is None))

    async def journal(self) -> list[JournalRecord]:
        """All committed journal records, in the order of their partitions."""
        async with Kafka(self.connection) as kafka:
            topic = self.config.topic("reminders.journal")
            return [journal.decode_journal(each.value or b"") async for each in kafka.read(topic)]

    async def customers(self) -> dict[str, Customer]:
        """The aggregates as the state topic holds them."""
        found: dict[str, Customer] = {}
        async with Kafka(self.connection) as kafka:
            async for each in kafka.read(self.config.topic("reminders.state")):
                if each.key is not None and each.key != WATERMARK_KEY and each.value is not None:
                    found[each.key.decode()] = state.decode(each.value)
        return found

    async def until(
        self, done: Callable[[list[JournalRecord]], bool], *, timeout_s: float = PATIENCE_S
    ) -> list[JournalRecord]:
        """Follow the journal until what was read satisfies `done`; the failure shows the workers' last words."""
        records: list[JournalRecord] = []
        try:
            async with asyncio.timeout(timeout_s), Kafka(self.connection) as kafka:
                async for each in kafka.read(self.config.topic("reminders.journal"), follow=True):
                    records.append(journal.decode_journal(each.value or b""))
                    if done(records):
                        return records
        except TimeoutError:
            tails = "\n".join(each.output()[-3000:] for each in self.started)
            told = "\n".join(_short(each) for each in records[-40:])
            raise AssertionError(
                f"not within {timeout_s} s; journal ends with\n{told}\nworkers said\n{tails}"
            ) from None
        raise AssertionError("the journal ended")


def each_of(customers: Iterable[str], wanted: Callable[[JournalRecord], bool]) -> Callable[[list[JournalRecord]], bool]:
    """For `until`: each of these customers has a record like that."""
    missing = set(customers)

    def done(records: list[JournalRecord]) -> bool:
        last = records[-1]
        if last.customer_id in missing and wanted(last):
            missing.remove(last.customer_id)
        return not missing

    return done


def facts_of(event_ids: Iterable[str]) -> Callable[[list[JournalRecord]], bool]:
    """For `until`: each of these events has been journalled."""
    missing = set(event_ids)

    def done(records: list[JournalRecord]) -> bool:
        last = records[-1]
        if last.kind == "fact" and last.cause is not None:
            missing.discard(last.cause.id)
        return not missing

    return done


def mentions_of(event_ids: Iterable[str]) -> Callable[[list[JournalRecord]], bool]:
    """For `until`: each of these events has caused a record of any kind; what moves an attempt is no fact besides."""
    missing = set(event_ids)

    def done(records: list[JournalRecord]) -> bool:
        cause = records[-1].cause
        if cause is not None:
            missing.discard(cause.id)
        return not missing

    return done


def ids_of(events: Iterable[Published]) -> list[str]:
    """The ids of published events."""
    return [json.loads(value)["id"] for _, _, value in events]


def codes(record: JournalRecord) -> list[str]:
    """The reason codes of a record."""
    return [reason.code for reason in record.reasons]


def _short(record: JournalRecord) -> str:
    codes = ",".join(reason.code for reason in record.reasons)
    return f"{record.record_id} {record.kind} {record.result} {record.stage} {record.channel} [{codes}]"


@asynccontextmanager
async def installation(
    broker: str,
    prefix: str,
    folder: Path,
    *,
    partitions: int = 8,
    settings: Mapping[str, str] | None = None,
    replication: int = 1,
) -> AsyncIterator[Installation]:
    """An installation with its topics; its workers end with it."""
    given = dict(settings or {})
    made = Installation(broker, prefix, folder, partitions, given, nursery=nursery(), replication=replication)
    await made.create()
    try:
        yield made
    finally:
        await made.end()


def new_prefix() -> str:
    """A prefix that no other installation has, for topics, groups and transactional ids."""
    return f"t{secrets.token_hex(4)}."


def now() -> datetime:
    """The real time: what a billing system would write."""
    return datetime.fromtimestamp(time.time(), UTC)
