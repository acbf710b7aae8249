"""What this worker is measured against, each in a process of its own: bare aiokafka, and an ordinary Faust program.

usage: python -m tests.bench.contenders bare|stock BROKER IN OUT COUNT
"""

import asyncio
import logging
import sys

import faust
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def bare(broker: str, source: str, target: str, count: int) -> None:
    """Consume, send on, commit: what Kafka costs in Python before anything is decided."""
    consumer = AIOKafkaConsumer(
        source,
        bootstrap_servers=broker,
        group_id=f"{target}-bare",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=2 * 1024 * 1024,
    )
    producer = AIOKafkaProducer(bootstrap_servers=broker, max_batch_size=262_144, linger_ms=5, acks="all")
    await consumer.start()
    await producer.start()
    done = 0
    while done < count:
        polled = await consumer.getmany(timeout_ms=500)
        sends = [
            await producer.send(target, record.value, record.key, tp.partition)
            for tp, records in polled.items()
            for record in records
        ]
        await asyncio.gather(*sends)
        done += len(sends)
        await consumer.commit()
    await producer.stop()
    await consumer.stop()


def stock(broker: str, source: str, target: str) -> None:
    """An ordinary Faust program with one table and one send, as its documentation teaches; ends by a signal."""
    app = faust.App(
        f"{target}-stock",
        broker=f"kafka://{broker}",
        store="memory://",
        topic_partitions=8,
        topic_replication_factor=1,
        web_enabled=False,
        broker_commit_interval=0.5,
    )
    events = app.topic(source, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    out = app.topic(target, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    counts = app.Table("counts", partitions=8, key_type=bytes, value_type=int, default=int)

    @app.agent(events)
    async def count(stream):
        async for key, value in stream.items():
            counts[key] += 1
            await out.send(key=key, value=value)

    faust.Worker(app, loglevel="error", quiet=True).execute_from_commandline()


def main() -> None:
    logging.disable(logging.ERROR)
    which, broker, source, target, count = sys.argv[1:]
    if which == "bare":
        uvloop.run(bare(broker, source, target, int(count)))
    else:
        stock(broker, source, target)


if __name__ == "__main__":
    main()
