"""Each test runs on both databases: a file of SQLite, and a database of a PostgreSQL that the run starts for itself."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from dispatcher.archive import schema
from dispatcher.archive.database import opened
from tests.archive.postgres import Cluster, running


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that all tests of the run share."""
    yield from running()


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """One that a test may stop and start."""
    yield from running()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "postgresql":
        return request.getfixturevalue("cluster").database()
    return f"sqlite:///{tmp_path / 'archive.sqlite'}"


@pytest.fixture(scope="session")
def tables_of_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables and nothing in them, to be copied: making them takes longer than most tests."""
    file = tmp_path_factory.mktemp("tables") / "archive.sqlite"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def tables_of_postgresql(cluster: Cluster) -> str:
    """The name of a database with the tables and nothing in them."""
    url = cluster.database()
    _migrate(url)
    return make_url(url).database or ""


@pytest.fixture
def engine(request: pytest.FixtureRequest, url: str) -> Iterator[Engine]:
    """A database with the tables."""
    here = make_url(url).database or ""
    if url.startswith("sqlite"):
        shutil.copy(request.getfixturevalue("tables_of_sqlite"), here)
    else:
        request.getfixturevalue("cluster").begin_as(here, request.getfixturevalue("tables_of_postgresql"))
    made = opened(url)
    yield made
    made.dispose()


def _migrate(url: str) -> None:
    made = opened(url)
    schema.migrate(made)
    made.dispose()
