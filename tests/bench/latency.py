"""From the append of an event to the call of the provider's adapter, at half of what the worker gets through when it sends.

In shadow mode (the throughput figures) a contact ends with its decision; here it is rendered, called, and its outcome comes
back through the inbox. So the load is half of a capacity measured in the same run, by a burst before it.
"""

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
from tests.bench.runs import PARTITIONS, SETTINGS, Figures, first_append, last_append, read_and_applied
from tests.broker.installation import Installation

SECONDS = 15
WARM_UP_S = 3
CUSTOMERS = 100_000
BURST = 30_000


async def latency(broker: str, folder: Path, figures: Figures) -> None:
    """A worker with adapters that only note the time; events at a steady rate; the later seconds count."""
    installed = Installation(broker, "latency.", folder, PARTITIONS, SETTINGS | {"DISPATCHER_SENDING": "on"})
    figures.latency_ms, figures.details["latency"] = await waits_of(installed, min(CUSTOMERS, figures.customers))


async def waits_of(installed: Installation, customers: int) -> tuple[dict[str, float], dict[str, object]]:
    """Milliseconds of one worker with the partitions of this installation, and what there is to say about it."""
    broker, folder = installed.broker, installed.folder
    await installed.create()
    await installed.publish(list(load.known(customers, load.noon())))
    calls = folder / f"{installed.prefix}calls.jsonl"
    command = [sys.executable, "-m", "tests.bench.noting_worker", broker, installed.prefix]
    command += [str(installed.partitions), str(calls)]
    worker = LocalProcess(command, folder / f"{installed.prefix}latency.log")
    await read_and_applied(installed, worker)
    capacity = await burst(installed, worker, customers)
    rate = int(capacity / 2)
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
    return {
        "p50": round(waits[len(waits) // 2], 1),
        "p99": round(waits[int(len(waits) * 0.99)], 1),
        "max": round(waits[-1], 1),
        "rate": rate,
        "calls": len(waits),
    }, {"seconds": SECONDS, "capacity": round(capacity)}


async def burst(installed: Installation, worker: LocalProcess, customers: int) -> float:
    """Events a second, from the first record in the inbox to the last in the journal, when many come at once."""
    mark = time.time() * 1000
    events = list(load.measured(customers, load.noon(), 3))[:BURST]
    await installed.publish(events)
    await read_and_applied(installed, worker)
    begun = await first_append(installed.broker, installed.config.inbox, mark)
    ended = await last_append(installed.broker, installed.config.topic("reminders.journal"))
    return len(events) / (ended - begun / 1000)


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
