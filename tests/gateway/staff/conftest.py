"""Each test of the store runs on both databases."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatcher.gateway.store.database import Store, store_at
from tests.archive.postgres import Cluster, NoPostgres, started


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that all tests of the run share."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path must be short
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


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "postgresql":
        return request.getfixturevalue("cluster").database()
    return f"sqlite:///{tmp_path / 'desk.sqlite'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A database with the tables of this release."""
    made = store_at(url)
    yield made
    made.close()
