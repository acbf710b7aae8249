"""A store of its own for each test, copied from one that was made once: pages and desk share it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatcher.gateway.store.database import Store, store_at


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store with the tables of this release."""
    file = tmp_path_factory.mktemp("store") / "desk.sqlite"
    store_at(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> Iterator[Store]:
    for each in empty_store.parent.iterdir():
        shutil.copy(each, tmp_path / each.name)
    made = store_at(f"sqlite:///{tmp_path / empty_store.name}")
    yield made
    made.close()
