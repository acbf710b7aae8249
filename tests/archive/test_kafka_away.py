"""An archive that cannot begin says so; one that has begun waits for Kafka, in its first shift too."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from dispatcher.archive import schema, serving
from dispatcher.archive.metrics import ArchiveMetrics
from dispatcher.archive.serving import _Shift
from dispatcher.archive.store import Store
from dispatcher.engine.clients import KafkaAway
from dispatcher.engine.config import Connection

KEY = b"k" * 32


class House:
    """A shift on a database of its own; Kafka answers so often and is away then. It ends after the second time."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, answers: int) -> None:
        self.engine = create_engine(f"sqlite:///{folder / 'archive.sqlite'}")
        schema.migrate(self.engine)
        self.answers, self.asked = answers, 0
        self.stop = asyncio.Event()
        store, nowhere = Store(self.engine, KEY), Connection("127.0.0.1:1")
        self.shift = _Shift("", nowhere, self.engine, store, None, ArchiveMetrics(), accept_gap=False)
        monkeypatch.setattr(self.shift, "_extents", self.extents)
        monkeypatch.setattr(serving, "tail", self.tail)
        monkeypatch.setattr(serving, "check_master_key", self.nothing_is_sealed)

    async def extents(self):
        if not self.answers:
            raise KafkaAway("it does not answer")
        self.answers -= 1
        return {}

    async def nothing_is_sealed(self, *_):
        """No key is asked for."""

    @contextlib.asynccontextmanager
    async def tail(self, *_):
        self.asked += 1
        if self.asked > 1:
            self.stop.set()
        raise KafkaAway("it does not answer any more")
        yield

    def works(self) -> None:
        try:
            asyncio.run(self.shift.serve(self.stop))
        finally:
            self.engine.dispose()


def test_an_archive_that_cannot_begin_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(KafkaAway):
        House(tmp_path, monkeypatch, answers=0).works()


def test_an_archive_that_has_begun_waits_for_kafka(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    house = House(tmp_path, monkeypatch, answers=2)

    house.works()

    assert house.asked == 2
