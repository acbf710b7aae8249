"""Tests of this folder need a real Kafka; the mark says so for `-m "not broker"`. Many of them share one worker."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from tests.broker.installation import Installation, Process, installation, new_prefix
from tests.broker.operations import gates_open, ready
from tests.broker.providers import Providers, providers, starting_at

_HERE = Path(__file__).parent
_PARTITIONS = 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.broker)


@dataclass(frozen=True)
class House:
    """A worker that sends, since `opened`: a Wednesday in London, every channel may be used. Tests bring own customers."""

    installed: Installation
    worker: Process
    providers: Providers
    opened: datetime


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("house")
    opened = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=_PARTITIONS, settings=reachable.settings) as installed,
    ):
        worker = installed.worker("house", **starting_at(opened))
        await ready(worker)
        await gates_open(worker, _PARTITIONS)
        yield House(installed, worker, reachable, opened)
