"""Restoring lanes: real aggregates of the load, many of them, read back with their index of wake-ups.

usage as a process: python -m tests.bench.restoring BROKER PREFIX PARTITIONS
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import uvloop

from dispatcher.core.decide import Conditions, decide
from dispatcher.core.policy import Policy, parse
from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.lane_state import LaneState
from dispatcher.engine.placement import partition_of
from dispatcher.engine.transactions import PartitionTransactions
from dispatcher.local.process import LocalProcess
from schemas import inbox, state
from schemas.state import EMPTY
from schemas.values import to_millis
from tests.bench import load
from tests.bench.runs import LIMIT_S, PARTITIONS, Figures
from tests.broker.installation import POLICY, Installation

CUSTOMERS = 400_000
SHAPES = 1_000


async def restore(broker: str, folder: Path, figures: Figures) -> None:
    """Write the state of many customers, then restore all partitions in one process."""
    installed = Installation(broker, "restore.", folder, PARTITIONS)
    await installed.create()
    records = shapes()
    by_partition: dict[int, list[tuple[bytes, bytes]]] = {}
    for number in range(CUSTOMERS):
        key = f"customer-{number:07d}"
        by_partition.setdefault(partition_of(key, PARTITIONS), []).append((key.encode(), records[number % SHAPES]))
    for partition, entries in by_partition.items():
        writer = PartitionTransactions(Connection(broker), f"seed-{partition}", partition, 60.0)
        await writer.start()
        for start in range(0, len(entries), 10_000):
            await writer.write([(installed.config.topic("reminders.state"), entries[start : start + 10_000])])
        await writer.close()
    command = [sys.executable, "-m", "tests.bench.restoring", broker, installed.prefix, str(PARTITIONS)]
    process = LocalProcess(command, folder / "restoring.log")
    ends = time.monotonic() + LIMIT_S
    while process.exit_code is None:
        if time.monotonic() > ends:
            raise TimeoutError(process.output()[-2000:])
        await asyncio.sleep(0.2)
    told = json.loads(process.output().strip().splitlines()[-1])
    figures.restore = told["customers"] / told["seconds"]
    figures.details["restore"] = told


def shapes() -> list[bytes]:
    """State records as the load makes them, profile and open invoice, with a wake-up."""
    policy = parse(POLICY.read_text("utf-8"))
    if not isinstance(policy, Policy):
        raise TypeError(str(policy))
    nobody = Conditions("shadow", frozenset(), gate_open=True, credits=frozenset())
    events = list(load.known(SHAPES, load.noon()))
    made = []
    for number in range(SHAPES):
        pair = [inbox.decode_arrival(load.as_arrival(each, number)[1]) for each in events[2 * number : 2 * number + 2]]
        told = decide(f"customer-{number:07d}", EMPTY, pair, policy, to_millis(load.noon()), nobody)
        made.append(state.encode(told.customer, told.wake_at, told.flags))
    return made


async def measure(broker: str, prefix: str, partitions: int) -> None:
    """Restore all partitions at once, as a worker that gets all of them does."""
    config = EngineConfig(Connection(broker), f"{prefix}dispatcher", prefix, partitions, accept_gap=True)
    before = resident()
    began = time.monotonic()
    lanes = await asyncio.gather(*(LaneState.restore(config, partition, None, None) for partition in range(partitions)))
    seconds = time.monotonic() - began
    grown = resident() - before
    customers = sum(len(lane.records) for lane in lanes)
    told = {
        "customers": customers,
        "seconds": round(seconds, 3),
        "wake_ups": sum(len(lane.wake_ups) for lane in lanes),
        "bytes_a_customer": round(grown / customers),
        "record_bytes": round(sum(len(r) for lane in lanes for r in lane.records.values()) / customers),
    }
    print(json.dumps(told))
    for lane in lanes:
        await lane.close()


def resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096


if __name__ == "__main__":
    uvloop.run(measure(sys.argv[1], sys.argv[2], int(sys.argv[3])))
