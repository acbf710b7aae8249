"""Killed at any step, together or one after the other: what the archive says in the end is what a clean one says."""

import asyncio
import random
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Engine, event, func, select

from dispatcher.archive import schema
from dispatcher.archive.checking import check
from dispatcher.archive.database import opened
from dispatcher.archive.rebuilding import rebuild
from dispatcher.archive.tables import POSITIONS, RECORDS
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.settings import load
from schemas import topics
from schemas.inbox import (
    ConsentChanged,
    CustomerErased,
    FeedbackGiven,
    HoldPlaced,
    InstalmentDue,
    InvoiceStated,
    PlanAgreed,
    PromiseMade,
)
from schemas.texts import SentText
from tests.archive.journal import PARTITIONS, Topics, archived, contents, task
from tests.broker.installation import Installation, Process, installation, new_prefix
from tests.broker.operations import eventually, logged

KEY = load({}).archive_key
CUSTOMERS = 400


def story(customers: int) -> Topics:
    """Every sort of record, and some who are erased."""
    told = Topics()
    for number in range(customers):
        customer = f"C-{number}"
        told.said(customer, InvoiceStated(f"I-{number}", 739_700, 12_900 + number, "EUR", overdue=True))
        told.noted(customer, "invoice.overdue")
        told.claimed(customer, f"ct-{number}.1", minutes=1)
        told.attempted(customer, f"ct-{number}.1", "accepted", minutes=2)
        told.sent(customer, SentText(f"ct-{number}.1", "sms", f"{customer}, please pay."), minutes=2)
        told.said(customer, PlanAgreed("N", (), "EUR", (InstalmentDue(739_720, 500),)), minutes=3)
        told.said(customer, ConsentChanged("a", "sms", allowed=True, source="desk"), minutes=3)
        told.handed_over(task(customer, f"ct-{number}.2"), minutes=3)
        told.said(customer, PromiseMade("P", (f"I-{number}",), 500, "EUR", 739_720), minutes=4)
        told.said(customer, HoldPlaced("H", "customer", "complaint", note="She was rude."), minutes=5)
        told.said(customer, FeedbackGiven(4, comment="Thank you."), minutes=6)
        told.attempted(customer, f"ct-{number}.1", "delivered", minutes=7)
        told.noted(customer, "promises.P", "promise_broken", minutes=8)
        if number % 10 == 0:
            told.said(customer, CustomerErased(), minutes=9)
            told.noted(customer, "customer.erased", minutes=9)
    return told


def figures(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Everything but where the topics are read up to, which markers of transactions move, and when somebody was erased."""
    said = contents(engine, without=lambda table: table == "positions")
    said["erasures"] = [row[:-1] for row in said["erasures"]]
    return said


def test_a_turn_that_dies_at_any_statement_is_written_once_by_the_next(engine):
    told = story(6)
    statements = [0]

    def dies(_connection, _cursor, _statement, _parameters, _context, _many):
        statements[0] -= 1
        if statements[0] == 0:
            raise SystemExit

    event.listen(engine, "before_cursor_execute", dies)
    steps = 0
    for dies_at in range(1, 1_000):
        statements[0] = dies_at
        try:
            archived(engine, told.records)
        except SystemExit:
            steps += 1
            continue
        break
    event.remove(engine, "before_cursor_execute", dies)
    killed = contents(engine)
    rebuild(engine, dict.fromkeys(told.ends, 0))
    archived(engine, told.records)
    assert steps > 15
    assert contents(engine) == killed


@pytest_asyncio.fixture
async def installed(broker: str, tmp_path: Path):
    """Topics with a story in them; the processes that a test starts end with it."""
    async with installation(broker, new_prefix(), tmp_path, partitions=PARTITIONS) as made:
        await publish(made, story(CUSTOMERS))
        yield made


async def publish(made: Installation, told: Topics) -> None:
    by_place: dict[tuple[str, int], list[tuple[bytes | None, bytes]]] = {}
    for each in told.records:
        by_place.setdefault((each.topic, each.partition), []).append((each.key, each.value or b""))
    async with Kafka(Connection(made.broker)) as kafka:
        for (topic, partition), records in by_place.items():
            await kafka.publish_all(made.prefix + topic, records, partition)


def archive(made: Installation, url: str, name: str, *options: str) -> Process:
    return made.worker(
        name,
        program=("dispatcher", "archive", *options),
        DISPATCHER_DATABASE_URL=url,
        DISPATCHER_ARCHIVE_METRICS_PORT="0",
    )


def records(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(RECORDS)).scalar_one()


async def all_written(made: Installation, engine: Engine, process: Process) -> None:
    """Up to the ends of all topics."""
    async with Kafka(Connection(made.broker)) as kafka:
        ends = {
            (topic, partition): end
            for topic in (topics.JOURNAL, topics.INBOX, topics.TASKS, topics.TEXTS)
            for partition, (_, end) in (await kafka.ends(made.prefix + topic)).items()
        }

    def done() -> bool:
        assert process.exit_code is None, process.output()[-3000:]
        with engine.connect() as connection:
            rows = connection.execute(select(POSITIONS.c.topic, POSITIONS.c.partition, POSITIONS.c.next_offset))
            at = {(row.topic, row.partition): row.next_offset for row in rows}
            waiting = connection.exec_driver_sql("SELECT count(*) FROM erasures WHERE done_at IS NULL").scalar_one()
        return waiting == 0 and all(at.get(place, 0) >= end for place, end in ends.items())

    await eventually(done, "everything is archived", worker=process)


async def clean(made: Installation, tmp_path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What an archiver writes that nobody disturbs."""
    engine = opened(f"sqlite:///{tmp_path / 'clean.sqlite'}")
    schema.migrate(engine)
    process = archive(made, str(engine.url), "clean")
    await all_written(made, engine, process)
    await process.end()
    said = figures(engine)
    engine.dispose()
    return said


@pytest.mark.broker
@pytest.mark.asyncio
@pytest.mark.slow
async def test_killing_it_again_and_again_changes_no_figure(installed, url, engine, tmp_path):
    chance = random.Random(11)
    for number in range(8):
        process = archive(installed, url, f"killed-{number}")
        await eventually(lambda p=process: bool(logged(p, "archive_writes")), "it writes", worker=process)
        await asyncio.sleep(chance.uniform(0, 0.15))
        await process.end(9)
        told = story(20)
        await publish(installed, told)
    process = archive(installed, url, "last")
    await all_written(installed, engine, process)
    await process.end()
    assert check(engine, KEY).findings == ()
    assert figures(engine) == await clean(installed, tmp_path)


@pytest.mark.broker
@pytest.mark.asyncio
async def test_a_second_archiver_stands_by_and_takes_over(installed, url, engine, tmp_path):
    first = archive(installed, url, "first")
    await eventually(lambda: bool(logged(first, "archive_writes")), "the first writes", worker=first)
    second = archive(installed, url, "second")
    await eventually(lambda: bool(logged(second, "archive_stands_by")), "the second stands by", worker=second)
    assert logged(second, "archive_writes") == []
    await first.end(9)
    await publish(installed, story(30))
    await all_written(installed, engine, second)
    await second.end()
    assert figures(engine) == await clean(installed, tmp_path)


@pytest.mark.broker
@pytest.mark.asyncio
async def test_a_rebuild_changes_no_figure(installed, url, engine, tmp_path):
    first = archive(installed, url, "first")
    await all_written(installed, engine, first)
    await first.end()
    before = figures(engine)
    again = archive(installed, url, "again", "--rebuild")
    await eventually(lambda: bool(logged(again, "archive_writes")), "it writes", worker=again)
    await all_written(installed, engine, again)
    await again.end()
    assert (logged(again, "archive_rebuilds")[0]["records"], figures(engine)) == (len(before["records"]), before)


@pytest.mark.broker
@pytest.mark.asyncio
async def test_it_goes_on_when_the_database_was_away(installed, own_cluster, tmp_path):
    url = own_cluster.database()
    process = archive(installed, url, "patient")
    await eventually(lambda: bool(logged(process, "archive_writes")), "it writes", worker=process)
    own_cluster.stop()
    await publish(installed, story(30))
    await eventually(lambda: bool(logged(process, "archive_waits_for_database")), "it waits", worker=process)
    own_cluster.start()
    engine = opened(url)
    await all_written(installed, engine, process)
    await process.end()
    said = figures(engine)
    engine.dispose()
    assert said == await clean(installed, tmp_path)


@pytest.mark.broker
@pytest.mark.asyncio
async def test_it_does_not_write_into_the_archive_of_another_installation(installed, url, engine, tmp_path):
    first = archive(installed, url, "first")
    await all_written(installed, engine, first)
    await first.end()
    async with installation(installed.broker, new_prefix(), tmp_path, partitions=PARTITIONS) as another:
        process = archive(another, url, "stranger")
        await eventually(lambda: process.exit_code is not None, "it ends", worker=process)
    assert (process.exit_code, "another topic of the same name" in process.output()) == (7, True)
