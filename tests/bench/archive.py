"""The archive: how fast it takes what stands in Kafka, and how fast it tells one customer's timeline out of millions.

Both on SQLite and on PostgreSQL; without the latter's programs its figures are left out, and it is said why.
"""

import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select, text

from dispatcher.archive import journal_rows, schema
from dispatcher.archive.database import opened
from dispatcher.archive.queries import Archive
from dispatcher.archive.tables import POSITIONS, RECORDS
from dispatcher.archive.writing import append
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.engine.placement import partition_of
from schemas import inbox, journal, topics
from schemas.inbox import Arrival, Cause, InvoiceStated, PromiseMade
from schemas.journal import CauseRecord, JournalRecord, Reason, cause_record
from schemas.values import to_micros
from tests.archive.postgres import Cluster, NoPostgres, started
from tests.bench import load
from tests.bench.runs import LIMIT_S, PARTITIONS, Figures
from tests.broker.installation import Installation

RECORDS_MEASURED = 200_000
ROWS = 2_000_000
A_CUSTOMER = 40
LOOKS = 200
BARS = {"sqlite": 10_000, "postgresql": 10_000}
TIMELINE_MS = 100
_POLICY = "7" * 64


async def archive(broker: str, folder: Path, figures: Figures) -> None:
    """Records a second, from the first look at Kafka to the last commit; and p99 of one customer's timeline."""
    installed = Installation(broker, "archive.", folder, PARTITIONS, {})
    await installed.create()
    published = await publish(installed)
    async with databases(folder) as urls:
        for name, url in urls.items():
            seconds = await written(installed, name, url)
            figures.archive[name] = published / seconds
            figures.archive[f"{name}_timeline_ms"] = await asyncio.to_thread(timeline_ms, url)
    figures.details["archive"] = {"records": published, "rows": ROWS, "records_of_a_customer": A_CUSTOMER}


@asynccontextmanager
async def databases(folder: Path) -> AsyncIterator[dict[str, str]]:
    """Empty ones, by their kind."""
    urls = {"sqlite": f"sqlite:///{folder / 'archive.sqlite'}"}
    place = Path(tempfile.mkdtemp(prefix="pg"))
    cluster: Cluster | None = None
    try:
        cluster = started(place)
        urls["postgresql"] = cluster.database()
    except NoPostgres as none:
        print(f"archive on PostgreSQL is not measured: {none}", file=sys.stderr)
    try:
        yield urls
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(place, ignore_errors=True)


async def publish(installed: Installation) -> int:
    """Fill journal and inbox; returns the number of records."""
    records: dict[tuple[str, int], list[tuple[bytes | None, bytes]]] = {}
    for topic, customer, value in mixed(RECORDS_MEASURED):
        place = (topic, partition_of(customer, PARTITIONS))
        records.setdefault(place, []).append((customer.encode(), value))
    async with Kafka(Connection(installed.broker)) as kafka:
        for (topic, partition), some in records.items():
            await kafka.publish_all(installed.prefix + topic, some, partition)
    return sum(map(len, records.values()))


def mixed(count: int) -> Iterator[tuple[str, str, bytes]]:
    """Four of the journal and one of the inbox in turn: a fact and its record, a plan, a claim and what came of it."""
    chance = random.Random(3)
    at = load.noon()
    for number in range(count // 5):
        customer = f"customer-{chance.randrange(50_000):07d}"
        at += timedelta(milliseconds=40)
        cause = Cause("billing.due", number % 4, number, "/billing", f"e-{number}")
        stated = InvoiceStated(f"I-{number}", 739_700, 12_900, "EUR", overdue=True)
        promised = PromiseMade(f"P-{number}", (f"I-{number}",), 12_900, "EUR", 739_720)
        fact = promised if number % 20 == 0 else stated
        yield topics.INBOX, customer, inbox.encode(Arrival(to_micros(at), cause, fact))
        for record in of_one_event(customer, number, at, cause_record(cause)):
            yield topics.JOURNAL, customer, journal.encode(record)


def of_one_event(customer: str, number: int, at: object, cause: CauseRecord) -> Iterator[JournalRecord]:
    """What the journal says of an invoice that is overdue."""
    known = {
        "at": at,
        "customer_id": customer,
        "invoice_ids": (f"I-{number}",),
        "policy": _POLICY,
        "creditor_id": "default",
        "cause": cause,
    }
    staged = known | {"phase": "overdue", "stage": "overdue_3", "tier": "standard", "tier_rule": "tiers.standard"}
    ids = {"contact_id": f"ct-{number:020x}", "attempt_id": f"ct-{number:020x}.1", "channel": "sms"}
    due = (Reason("due", "stages.overdue_3"),)
    yield JournalRecord(
        f"{customer}.{number}1",
        kind="fact",
        result="recorded",
        reasons=(Reason("recorded", "invoice.overdue"),),
        **known,
    )
    yield JournalRecord(
        f"{customer}.{number}2", kind="decision", result="planned", reasons=due, planned_for=at, next_at=at, **staged
    )
    yield JournalRecord(f"{customer}.{number}3", kind="decision", result="claimed", reasons=due, **staged | ids)
    yield JournalRecord(f"{customer}.{number}4", kind="attempt", result="accepted", reasons=due, **known | ids)


async def written(installed: Installation, name: str, url: str) -> float:
    """Seconds from the start of writing to the last position."""
    process = installed.worker(
        f"archive-{name}",
        program=("dispatcher", "archive"),
        DISPATCHER_DATABASE_URL=url,
        DISPATCHER_ARCHIVE_METRICS_PORT="0",
    )
    ends = await wanted(installed)
    engine = opened(url)
    limit, began = time.monotonic() + LIMIT_S, 0.0
    while not (began and reached(engine, ends)):
        if time.monotonic() > limit or process.exit_code is not None:
            raise TimeoutError(f"the archive did not get through: {process.output()[-3000:]}")
        await asyncio.sleep(0.05)
        if not began and '"archive_writes"' in process.output():
            began = time.monotonic()
    seconds = time.monotonic() - began
    await process.end()
    engine.dispose()
    return seconds


async def wanted(installed: Installation) -> dict[tuple[str, int], int]:
    async with Kafka(Connection(installed.broker)) as kafka:
        return {
            (topic, partition): end
            for topic in (topics.JOURNAL, topics.INBOX)
            for partition, (_, end) in (await kafka.ends(installed.prefix + topic)).items()
        }


def reached(engine: Engine, ends: dict[tuple[str, int], int]) -> bool:
    with engine.connect().execution_options(reads=True) as connection:
        rows = connection.execute(select(POSITIONS.c.topic, POSITIONS.c.partition, POSITIONS.c.next_offset))
        at = {(row.topic, row.partition): row.next_offset for row in rows}
    return all(at.get(place, 0) >= end for place, end in ends.items())


def timeline_ms(url: str) -> float:
    """p99 of a customer's timeline where the archive has two million rows, each customer's scattered over all of it."""
    engine = opened(url)
    schema.migrate(engine)
    columns = (*journal_rows.LASTING, *journal_rows.PERSONAL, "seal", "link")
    customers = ROWS // A_CUSTOMER
    at = load.noon()
    for start in range(0, ROWS, 50_000):
        with engine.begin() as connection:
            append(
                connection, RECORDS, columns, [row(number, customers, at) for number in range(start, start + 50_000)]
            )
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE records"))
    asked, chance, spent = Archive(engine), random.Random(5), []
    for _ in range(LOOKS):
        customer = f"filler-{chance.randrange(customers):07d}"
        began = time.perf_counter()
        found = asked.timeline(customer)
        spent.append((time.perf_counter() - began) * 1000)
        assert len(found) == A_CUSTOMER
    engine.dispose()
    return sorted(spent)[int(LOOKS * 0.99) - 1]


def row(number: int, customers: int, at: object) -> tuple[object, ...]:
    """A row as the archiver writes it, but for its seals."""
    partition, customer = 100 + number % PARTITIONS, f"filler-{number % customers:07d}"
    record = JournalRecord(
        record_id=f"{customer}.{number}",
        at=at,
        kind="decision",
        customer_id=customer,
        invoice_ids=(f"I-{customer}",),
        result="deferred",
        reasons=(Reason("quiet_hours", "windows.default"),),
        policy=_POLICY,
        creditor_id="default",
        stage="overdue_3",
        tier="standard",
        next_at=at,
        cause=CauseRecord("billing.due", partition, number, "/billing", f"e-{number}"),
    )
    seals = (b"s" * 32, b"l" * 32)
    return (*journal_rows.lasting(record, partition, number, number, 0), *journal_rows.personal(record), *seals)
