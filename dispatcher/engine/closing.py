"""Closes a consumer also where Kafka does not answer, and lets go of what it had fetched."""

import asyncio

from aiokafka import AIOKafkaConsumer


async def close(consumer: AIOKafkaConsumer) -> None:
    """Stop it, and leave nothing open or kept.

    A closed consumer is garbage in a circle, which is found by a full collection alone, and those are seldom: what it had
    fetched and nobody read (up to tens of MiB of a restore) would stay until then.

    A fetch that waits to be repeated, because Kafka did not answer, is cancelled by `stop`, which then takes that for a
    cancellation of its own: it raises, leaves its connections open, and hides why it was called. Only a cancellation of the
    caller is raised here.
    """
    fetcher = consumer._fetcher  # None where it never started
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        fetches = () if fetcher is None else fetcher._pending_tasks
        for each in fetches:
            each.cancel()
        await asyncio.gather(*fetches, return_exceptions=True)
        await consumer._client.close()
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
    finally:
        if fetcher is not None:
            fetcher._records.clear()
