"""Closes a consumer also where Kafka does not answer."""

import asyncio

from aiokafka import AIOKafkaConsumer


async def close(consumer: AIOKafkaConsumer) -> None:
    """Stop it, and leave nothing open.

    A fetch that waits to be repeated, because Kafka did not answer, is cancelled by `stop`, which then takes that for a
    cancellation of its own: it raises, leaves its connections open, and hides why it was called. Only a cancellation of the
    caller is raised here.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        fetches = consumer._fetcher._pending_tasks
        for each in fetches:
            each.cancel()
        await asyncio.gather(*fetches, return_exceptions=True)
        await consumer._client.close()
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
