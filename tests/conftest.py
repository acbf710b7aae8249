"""One real Kafka for the whole run, or for each of its processes, started when the first test asks for it."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from dispatcher.local.kafka import EmbeddedKafka

# How long an example takes says what else the machine does.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

_LOG = Path(__file__).parents[1] / "build" / "kafka" / f"tests{os.environ.get('PYTEST_XDIST_WORKER', '')}.log"


_APART = "tests/broker/test_faults.py"
"""Each test of this module sets up everything for itself, and takes most of a minute."""


class ByModule(LoadScopeScheduling):
    """Where several processes share a run (`-n`), the tests of a module stay together: they share what it sets up."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return nodeid if module == _APART else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByModule:
    return ByModule(config, log)


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """Bootstrap servers of a Kafka that all tests share: pause or kill one of your own instead."""
    if given := os.environ.get("DISPATCHER_BOOTSTRAP_SERVERS"):
        yield given
        return
    kafka = EmbeddedKafka(log_path=_LOG)
    asyncio.run(kafka.start())
    try:
        yield kafka.bootstrap_servers
    finally:
        asyncio.run(kafka.stop())


@pytest.fixture
def topic_prefix() -> str:
    """A prefix that no other test has, for topics, groups and transactional ids."""
    return f"t{secrets.token_hex(4)}."
