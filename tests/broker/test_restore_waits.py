"""A lane that restores reads everything that was committed, also what stands behind a transaction that is still open."""

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from dispatcher.engine.restore import restore
from dispatcher.engine.transactions import PartitionTransactions
from schemas.state import Customer, encode
from tests.broker.installation import installation, new_prefix

pytestmark = pytest.mark.asyncio(loop_scope="module")

RECORD = encode(Customer(sequence=7), None, 0)
LONG_ENOUGH_S = 2.0


async def test_what_was_committed_behind_an_open_transaction_is_waited_for(broker: str, tmp_path: Path):
    async with installation(broker, new_prefix(), tmp_path, partitions=1) as installed:
        config = installed.config
        topic = config.topic("reminders.state")
        slow = AIOKafkaProducer(bootstrap_servers=broker, transactional_id=f"{installed.prefix}slow")
        await slow.start()
        await slow.begin_transaction()
        await slow.send_and_wait(topic, RECORD, b"slow", partition=0)
        quick = PartitionTransactions(config.connection, f"{installed.prefix}quick", 0, 30)
        await quick.start()
        await quick.write([(topic, [(b"quick", RECORD)])])

        restoring = asyncio.create_task(restore(config, 0))
        done, _ = await asyncio.wait([restoring], timeout=LONG_ENOUGH_S)
        ended_early = bool(done)
        await slow.abort_transaction()
        found = await asyncio.wait_for(restoring, 60)

        await slow.stop()
        await quick.close()
        assert (ended_early, found.records) == (False, {b"quick": RECORD})
