"""An archive that cannot begin says so; one that has begun waits for Kafka, in its first shift too."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from dispatcher.archive import schema
from dispatcher.archive.archiver import Source
from dispatcher.archive.metrics import ArchiveMetrics
from dispatcher.archive.shift import Shift
from dispatcher.archive.starting import Place
from dispatcher.archive.store import Store
from dispatcher.engine.clients import KafkaAway


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'archive.sqlite'}")
    schema.migrate(made)
    yield made
    made.dispose()


class FailingTopics:
    """Empty topics, of a Kafka that tells so often how far they reach and is away then. It can never be followed."""

    def __init__(self, answers: int, stop: asyncio.Event) -> None:
        self.answers, self.followings, self.stop = answers, 0, stop

    async def extents(self) -> Mapping[Place, tuple[int, int]]:
        if not self.answers:
            self.stop.set()  # one that went on nevertheless would end here
            raise KafkaAway("it does not answer")
        self.answers -= 1
        return {}

    async def check_master_key(self) -> None:
        """Nothing is sealed."""

    @asynccontextmanager
    async def followed(self, _: Mapping[Place, int]) -> AsyncIterator[Source]:
        self.followings += 1
        if self.followings > 1:
            self.stop.set()
        raise KafkaAway("it does not answer any more")
        yield


class NothingFollowed:
    """An archiver who never gets to work."""

    async def follow(self, *_: object) -> None:
        raise AssertionError("there is nothing to follow")


def works(engine: Engine, topics: FailingTopics) -> None:
    """A shift, until it ends or is told to end."""
    store = Store(engine, b"k" * 32)
    shift = Shift(topics, engine, store, NothingFollowed(), ArchiveMetrics(), accept_gap=False)
    asyncio.run(shift.serve(topics.stop))


def test_an_archive_that_cannot_begin_says_so(engine):
    with pytest.raises(KafkaAway):
        works(engine, FailingTopics(0, asyncio.Event()))


def test_an_archive_that_has_begun_waits_for_kafka(engine):
    topics = FailingTopics(2, asyncio.Event())

    works(engine, topics)

    assert topics.followings == 2
