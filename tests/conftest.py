"""One real Kafka for the whole run, started when the first test asks for it."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatcher.local.kafka import EmbeddedKafka

_LOG = Path(__file__).parents[1] / "build" / "kafka" / "tests.log"


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
