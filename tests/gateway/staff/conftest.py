"""Staff pages over a store: a file of SQLite, and where it matters a PostgreSQL that the run starts for itself too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from dispatcher.archive.sealing import ROOT
from dispatcher.gateway.staff.tables import CHAIN
from dispatcher.gateway.store.database import Store, store_at
from dispatcher.gateway.store.metadata import METADATA
from tests.archive.postgres import Cluster, running
from tests.gateway.staff.front import Front


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that all tests of the run share."""
    yield from running()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "postgresql":
        return request.getfixturevalue("cluster").database()
    return f"sqlite:///{tmp_path / 'desk.sqlite'}"


@pytest.fixture(scope="session")
def served_store(cluster: Cluster) -> Iterator[Store]:
    """One database of that PostgreSQL for all tests that leave its tables as they are: making one takes a second."""
    made = store_at(cluster.database())
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database with the tables of this release and nothing in them."""
    if request.param == "postgresql":
        shared: Store = request.getfixturevalue("served_store")
        _empty(shared)
        yield shared
    else:
        yield from _file(tmp_path)


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[Store]:
    """A file, for what no kind of database changes, and for tests that break tables."""
    yield from _file(tmp_path)


@pytest.fixture
def front(file_store: Store) -> Front:
    """Staff pages, where nobody has an account yet."""
    return Front(file_store)


def _file(folder: Path) -> Iterator[Store]:
    made = store_at(f"sqlite:///{folder / 'desk.sqlite'}")
    yield made
    made.close()


def _empty(store: Store) -> None:
    beginning = {"root_number": 0, "root": ROOT, "number": 0, "link": ROOT}
    with store.engine.begin() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(update(table).values(beginning) if table is CHAIN else delete(table))
