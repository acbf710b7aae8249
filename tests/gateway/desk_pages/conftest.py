"""A store of its own for each test: pages and desk share it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatcher.gateway.store.database import Store, store_at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = store_at(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    yield made
    made.close()
