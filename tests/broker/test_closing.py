"""A consumer is closed also where Kafka went silent under it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from dispatcher.engine.clients import Kafka
from dispatcher.engine.closing import close
from dispatcher.engine.config import Connection
from dispatcher.local.kafka import EmbeddedKafka

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOON_MS = 500
NEVER_MS = 3_600_000
TOPIC = "closing"


@asynccontextmanager
async def waiting_to_fetch_again() -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer whose fetch was not answered, and waits for its next turn."""
    async with EmbeddedKafka() as kafka:
        async with Kafka(Connection(kafka.bootstrap_servers)) as client:
            await client.create(TOPIC, 1, 1, {})
        consumer = AIOKafkaConsumer(
            bootstrap_servers=kafka.bootstrap_servers, request_timeout_ms=SOON_MS, retry_backoff_ms=NEVER_MS
        )
        await consumer.start()
        place = TopicPartition(TOPIC, 0)
        consumer.assign([place])
        consumer.seek(place, 0)
        await consumer.getmany(timeout_ms=SOON_MS)
        kafka.pause()
        try:
            with pytest.raises(KafkaError):
                await consumer.end_offsets([place])
            yield consumer
        finally:
            kafka.resume()


async def test_closing_a_consumer_of_a_silent_kafka_is_no_cancellation():
    async with waiting_to_fetch_again() as consumer:
        await close(consumer)


async def test_who_is_cancelled_while_closing_one_is_cancelled():
    async with waiting_to_fetch_again() as consumer:
        closing = asyncio.create_task(close(consumer))
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
