"""After an erasure: nothing of the person in any file of ours, and nothing with which what is left could be opened."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from dispatcher.engine.bare_reading import batches
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.engine.placement import partition_of
from dispatcher.local.kafka import EmbeddedKafka
from schemas import topics
from schemas.master_keys import MasterKeys, read
from tests.broker.installation import (
    Installation,
    Published,
    due,
    each_of,
    event,
    facts_of,
    ids_of,
    installation,
    new_prefix,
    profile,
)
from tests.broker.operations import eventually, gates_open, logged, ready
from tests.broker.providers import number, providers, starting_at
from tests.broker.test_sealed import master_key

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
ERASED, STAYS = "erased-customer", "staying-customer"
PERSON = ("Slartibartfast Magrathea", "3 Fjord Lane", number(660), "slarti@fjords.example", "award for Norway")
OTHER = "Lunkwill Stays"
QUICKLY = {
    "cleanup.policy": "compact",
    "segment.ms": "500",
    "min.cleanable.dirty.ratio": "0.001",
    "max.compaction.lag.ms": "1000",
    "delete.retention.ms": "100",
    "file.delete.delay.ms": "100",
}
"""What takes a day in production."""


@dataclass(frozen=True)
class Left:
    """What is left: the bytes of every file of ours by its name; what the customer's key and task were before the erasure.

    `opened` are the values of the customer's tasks as whoever has the master key reads them.
    """

    files: dict[str, bytes]
    wrapped: bytes
    key: bytes
    task: bytes
    opened: list[bytes | None]
    others: list[bytes | None]

    def where(self, what: bytes) -> list[str]:
        return sorted(name for name, content in self.files.items() if what in content)


async def raw(installed: Installation, topic: str, customer: str) -> list[tuple[bytes, bytes | None]]:
    """Keys and values of a customer's records as they stand in their partition."""
    found: list[tuple[bytes, bytes | None]] = []
    partition = partition_of(customer, installed.partitions)
    async for batch in batches(Connection(installed.broker), installed.prefix + topic, partition):
        found += [(each.key, each.value) for each in batch if each.key.partition(b"\0")[0] == customer.encode()]
    return found


def said_of(customer: str, name: str, point: str) -> list[Published]:
    known: dict[str, object] = {"address": PERSON[1], "phones": [{"number": point, "kind": "mobile"}], "emails": []}
    objection = {"contact_point": PERSON[3], "channel": "email", "allowed": False, "source": "letter"}
    return [
        profile(customer, at=OPENED, name=name, tier="vip", **known),
        event("feedback.given", customer, at=OPENED, score=5, comment=PERSON[4]),
        event("consent.changed", customer, at=OPENED, fields=objection),
        due(customer, "I-1", at=OPENED, in_days=-3),
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    folder = tmp_path_factory.mktemp("erased")
    data, ours = folder / "kafka", folder / "ours"
    ours.mkdir()
    file = master_key(folder)
    masters = read(Path(file).read_text("utf-8"))
    assert isinstance(masters, MasterKeys)
    prefix = new_prefix()
    async with (
        EmbeddedKafka(data=data, overrides={"log.cleaner.backoff.ms": "200"}) as kafka,
        providers() as reachable,
    ):
        broker = kafka.bootstrap_servers
        async with Kafka(Connection(broker)) as client:
            for topic in (topics.KEYS, topics.STATE):
                await client.create(prefix + topic, 2, 1, QUICKLY)
        settings = reachable.settings | {"DISPATCHER_MASTER_KEY_FILE": file, "DISPATCHER_LOG_LEVEL": "debug"}
        async with installation(broker, prefix, ours, partitions=2, settings=settings) as installed:
            worker = installed.worker("sending", **starting_at(OPENED))
            archive = installed.worker(
                "archive", program=("dispatcher", "archive"), DISPATCHER_ARCHIVE_METRICS_PORT="0"
            )
            await ready(worker)
            await gates_open(worker, 2)
            events = [*said_of(ERASED, PERSON[0], PERSON[2]), *said_of(STAYS, OTHER, number(661))]
            await installed.publish(events)
            await installed.until(facts_of(ids_of(events)))
            await installed.until(each_of([ERASED, STAYS], lambda each: each.result == "accepted"))
            ((name, wrapped),) = await raw(installed, topics.KEYS, ERASED)
            ((_, task),) = await raw(installed, topics.TASKS, ERASED)
            assert wrapped is not None
            assert task is not None
            await eventually(lambda: archived(installed), "the archive has the task's words", worker=archive)
            await installed.publish([event("customer.erased", ERASED, at=OPENED + timedelta(seconds=1))])
            await installed.until(each_of([ERASED], lambda each: each.reasons[0].rule == "customer.erased"))
            await eventually(lambda: bool(logged(archive, "archive_erased")), "the archive erased", worker=archive)
            await until_it_is_gone(installed, data, wrapped)
            async with Kafka(Connection(broker, masters=masters)) as client:
                tasks = [each async for each in client.read(prefix + topics.TASKS)]
            for each in (worker, archive):
                await each.end()
    files = {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    inputs = tuple(prefix + topic for topic in topics.INPUTS)
    return Left(
        {name: content for name, content in files.items() if not any(each in name for each in inputs)},
        wrapped,
        masters.unwrap(name, wrapped),
        task,
        [each.value for each in tasks if each.key == ERASED.encode()],
        [each.value for each in tasks if each.key == STAYS.encode()],
    )


def archived(installed: Installation) -> bool:
    """Whether the archive has read both tasks: its file holds them by their customers."""
    kept = b"".join(each.read_bytes() for each in (installed.folder / "archive").glob("archive.sqlite*"))
    return ERASED.encode() in kept and STAYS.encode() in kept


async def until_it_is_gone(installed: Installation, data: Path, wrapped: bytes) -> None:
    """Other customers come, so that segments end and are compacted; until the key is in none of them."""
    number_of = 0

    async def gone() -> bool:
        nonlocal number_of
        number_of += 1
        newcomers = [f"newcomer-{number_of}-{n}" for n in range(8)]
        events = [profile(each, at=OPENED, name=OTHER) for each in newcomers]
        await installed.publish(events)
        await installed.until(facts_of(ids_of(events)))
        return not any(wrapped in each.read_bytes() for each in data.rglob("*.log*"))

    await eventually(gone, "compaction has taken the wrapped key out of every segment")


async def test_nothing_of_the_person_is_in_any_file_of_ours(left: Left):
    assert {each: left.where(each.encode()) for each in PERSON} == {each: [] for each in PERSON}


async def test_the_search_sees_what_is_there(left: Left):
    assert left.where(ERASED.encode()) != []


async def test_the_task_is_still_there_sealed(left: Left):
    assert [name for name in left.where(left.task) if "reminders.tasks" in name] != []


async def test_its_key_is_nowhere_wrapped_or_plain(left: Left):
    assert (left.where(left.wrapped), left.where(left.key)) == ([], [])


async def test_whoever_has_the_master_key_cannot_open_it(left: Left):
    assert left.opened == [None]


async def test_those_of_others_are_opened(left: Left):
    assert [each is not None and OTHER.split(maxsplit=1)[0].encode() in each for each in left.others] == [True]
