"""Whoever waits because Kafka takes nothing is not stuck: the writer remembers that it failed."""

import pytest

from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.inbox_writer import AppendFailed, InboxWriter
from dispatcher.local.ports import free_ports

pytestmark = pytest.mark.asyncio


async def test_a_writer_that_has_not_failed_says_so():
    assert not InboxWriter(EngineConfig(Connection("nowhere.example:1"), "a", "", 1)).failed_lately


async def test_a_writer_that_cannot_connect_has_failed_lately():
    writer = InboxWriter(EngineConfig(Connection(f"127.0.0.1:{free_ports(1)[0]}"), "a", "", 1))
    with pytest.raises(AppendFailed):
        await writer.append([(0, [(b"k", b"v")])])
    assert writer.failed_lately
