"""Each test runs on both databases: a file of SQLite, and a database of a PostgreSQL that the run starts for itself."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dispatcher.archive import schema
from dispatcher.archive.database import opened
from tests.archive.postgres import Cluster, NoPostgres, started


def _running() -> Iterator[Cluster]:
    # Not under pytest's own folder, which only we may enter; and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        running = started(folder)
    except NoPostgres as none:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(str(none))
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that all tests of the run share."""
    yield from _running()


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """One that a test may stop and start."""
    yield from _running()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "postgresql":
        return request.getfixturevalue("cluster").database()
    return f"sqlite:///{tmp_path / 'archive.sqlite'}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """A database with the tables."""
    made = opened(url)
    schema.migrate(made)
    yield made
    made.dispose()
