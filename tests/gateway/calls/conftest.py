"""Each test of the desk runs on both databases; they are made once for the run, and emptied for each test."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from dispatcher.gateway.calls.tables import ESCALATIONS, PEOPLE, POSITIONS, REPORTS, STEPS, TASKS
from dispatcher.gateway.store.database import Store, store_at
from tests.gateway.staff.conftest import cluster

_NO_WAIT = "SET synchronous_commit = off"
__all__ = ["cluster"]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kept_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database with the tables of this release."""
    if request.param == "postgresql":
        made = store_at(request.getfixturevalue("cluster").database())
    else:
        made = store_at(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'desk.sqlite'}")
    event.listen(made.engine, "connect", _hurried)
    made.engine.dispose()
    yield made
    made.close()


def _hurried(connection: Any, _: object) -> None:
    """No test here is about a power cut."""
    connection.execute("PRAGMA synchronous = OFF" if isinstance(connection, sqlite3.Connection) else _NO_WAIT)
    connection.commit()


@pytest.fixture
def store(kept_store: Store) -> Store:
    """The same, empty."""
    empty(kept_store)
    return kept_store


def empty(store: Store) -> None:
    """Forget every task and whatever was done with it."""
    with store.engine.begin() as connection:
        for table in (TASKS, REPORTS, STEPS, ESCALATIONS, PEOPLE, POSITIONS):
            connection.execute(table.delete())
