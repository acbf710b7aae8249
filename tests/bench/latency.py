"""From the append of an event to the call of the provider's adapter, at half of the end-to-end throughput."""

import asyncio
import json
import sys
import time
from pathlib import Path

from aiokafka import AIOKafkaProducer

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.local.process import LocalProcess
from tests.bench import load
from tests.bench.runs import LIMIT_S, PARTITIONS, SETTINGS, Figures, read_and_applied
from tests.broker.installation import Installation

SECONDS = 15
WARM_UP_S = 3
CUSTOMERS = 100_000
FALLBACK_RATE = 5_000


async def latency(broker: str, folder: Path, figures: Figures) -> None:
    """A worker with adapters that only note the time; events at a steady rate; the later seconds count."""
    rate = int((figures.end_to_end or FALLBACK_RATE) / 2)
    customers = min(CUSTOMERS, figures.customers)
    installed = Installation(broker, "latency.", folder, PARTITIONS, SETTINGS | {"DISPATCHER_SENDING": "on"})
    await installed.create()
    await installed.publish(list(load.known(customers, load.noon())))
    calls = folder / "calls.jsonl"
    command = [sys.executable, "-m", "tests.bench.noting_worker", broker, installed.prefix, str(PARTITIONS), str(calls)]
    worker = LocalProcess(command, folder / "latency.log")
    await read_and_applied(installed, worker)
    began = time.time()
    await publish(installed, customers, rate)
    await read_and_applied(installed, worker)
    await worker.end()
    appends = await append_times(installed)
    waits = []
    for line in calls.read_text("utf-8").splitlines():
        call = json.loads(line)
        at = appends.get((call["topic"], call["partition"], call["offset"]))
        if at is not None and at / 1000 > began + WARM_UP_S:
            waits.append(call["at"] * 1000 - at)
    waits.sort()
    if not waits:
        raise RuntimeError(f"no adapter was called: {worker.output()[-3000:]}")
    figures.latency_ms = {
        "p50": round(waits[len(waits) // 2], 1),
        "p99": round(waits[int(len(waits) * 0.99)], 1),
        "max": round(waits[-1], 1),
        "rate": rate,
        "calls": len(waits),
    }
    figures.details["latency"] = {"limit_s": LIMIT_S, "seconds": SECONDS}


async def publish(installed: Installation, customers: int, rate: int) -> None:
    """The measured mix at a steady rate, a hundred times a second."""
    events = iter([each for seed in range(3) for each in load.measured(customers, load.noon(), seed)])
    async with AIOKafkaProducer(bootstrap_servers=installed.broker, linger_ms=2, acks="all") as producer:
        began, sent = time.monotonic(), 0
        while sent < rate * SECONDS:
            wanted = int((time.monotonic() - began) * rate)
            while sent < min(wanted, rate * SECONDS):
                topic, key, value = next(events)
                await producer.send(installed.prefix + topic, value, key)
                sent += 1
            await asyncio.sleep(0.01)
        await producer.flush()


async def append_times(installed: Installation) -> dict[tuple[str, int, int], int]:
    """The broker's time of every input record, by coordinates."""
    times: dict[tuple[str, int, int], int] = {}
    async with Kafka(Connection(installed.broker)) as kafka:
        for topic in ("billing.due", "billing.overdue"):
            async for record in kafka.read(installed.prefix + topic):
                times[topic, record.partition, record.offset] = record.timestamp
    return times
