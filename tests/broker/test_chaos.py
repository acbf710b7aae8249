"""Two workers are killed and paused while events flow; then state and journal are compared with what was published."""

import asyncio
import random
import re
import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.local.process import LocalProcess
from schemas import journal
from schemas.journal import JournalRecord
from tests.broker.installation import PATIENCE_S, Installation, due, installation

EVENTS = 200_000
CUSTOMERS = 2_000
KILLS = 8
PAUSES = 4
INVOICE = "I-1"
START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
RATE = 5_000


def stated(number: int, customer: int) -> tuple[str, bytes, bytes]:
    """One statement of a customer's only invoice; later ones have a later time and another amount."""
    at = START + timedelta(milliseconds=number)
    return due(f"c{customer}", INVOICE, at=at, in_days=40, amount_due=number + 1, event_id=f"e{number}")


async def publish(installed: Installation, rnd: random.Random) -> dict[str, int]:
    """Events at a steady rate; returns each customer's last amount."""
    expected: dict[str, int] = {}
    async with AIOKafkaProducer(bootstrap_servers=installed.broker, linger_ms=5, acks="all") as producer:
        began = time.monotonic()
        for number in range(EVENTS):
            customer = rnd.randrange(CUSTOMERS)
            topic, key, value = stated(number, customer)
            expected[f"c{customer}"] = number + 1
            await producer.send(installed.prefix + topic, value, key)
            ahead = number / RATE - (time.monotonic() - began)
            if number % 200 == 0 and ahead > 0:
                await asyncio.sleep(ahead)  # the rate of the load, not a wait for anything
        await producer.flush()
    return expected


class Faults:
    """Kills and pauses one of two workers at a time, in an order that the seed decides."""

    def __init__(self, installed: Installation, rnd: random.Random) -> None:
        self._installed = installed
        self._rnd = rnd
        self.workers = [installed.worker(f"worker-{n}") for n in range(2)]
        self.generations = [0, 0]

    async def run(self) -> None:
        kinds = ["kill"] * KILLS + ["pause"] * PAUSES
        self._rnd.shuffle(kinds)
        await assigned_to_all(self.workers)
        for kind in kinds:
            which = self._rnd.randrange(2)
            if kind == "kill":
                await self._kill(which)
            else:
                await self._pause(which)
            await asyncio.sleep(self._rnd.uniform(0.2, 1.5))  # faults come at any phase of what they disturb

    async def _kill(self, which: int) -> None:
        await self.workers[which].end(signal.SIGKILL)
        self.generations[which] += 1
        worker = self._installed.worker(f"worker-{which}-{self.generations[which]}")
        self.workers[which] = worker
        await assigned_to_all([worker])

    async def _pause(self, which: int) -> None:
        """A zombie: silent for longer than its session, then awake with all its plans."""
        worker = self.workers[which]
        before = assignments(self.workers[1 - which])
        worker.pause()
        await until(lambda: assignments(self.workers[1 - which]) > before, "the other worker took over")
        worker.resume()


def assignments(worker: LocalProcess) -> int:
    return len(re.findall(r'"event": "assigned"', worker.output()))


async def assigned_to_all(workers: list[LocalProcess]) -> None:
    await until(lambda: all(assignments(worker) for worker in workers), "all workers got partitions")


async def until(done: object, what: str, timeout_s: float = PATIENCE_S) -> None:
    ends = time.monotonic() + timeout_s
    while not done():  # type: ignore[operator]
        assert time.monotonic() < ends, f"not within {timeout_s} s: {what}"
        await asyncio.sleep(0.1)


async def test_state_and_journal_are_exact_after_kills_and_pauses(
    broker: str, topic_prefix: str, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    rnd = random.Random(seed)
    async with installation(broker, topic_prefix, tmp_path) as installed:
        faults = Faults(installed, random.Random(seed + 1))
        publishing = asyncio.create_task(publish(installed, rnd))
        await faults.run()
        expected = await publishing
        await drained(installed)
        await installed.end()
        customers = await installed.customers()
        records = await installed.journal()
    amounts = {customer_id: customer.invoices[INVOICE].amount_due for customer_id, customer in customers.items()}
    assert amounts == expected, f"seed {seed}: {sum(amounts.get(c) != a for c, a in expected.items())} customers differ"
    assert journalled_wrongly(records) == (0, 0), f"seed {seed}: events never journalled, or twice"
    assert numbered_wrongly(records) == [], (
        f"seed {seed}: a gap in a customer's records is a loss, a repetition a double"
    )
    rebalances = sum(assignments(worker) for worker in installed.started)
    assert rebalances > KILLS + PAUSES, f"seed {seed}: faults without rebalances prove nothing ({rebalances})"


def journalled_wrongly(records: list[JournalRecord]) -> tuple[int, int]:
    """How many events have no fact in the journal, and how many have more than one."""
    facts = Counter(each.cause.id for each in records if each.kind == "fact" and each.cause is not None)
    return EVENTS - len(facts), sum(times > 1 for times in facts.values())


def numbered_wrongly(records: list[JournalRecord]) -> list[str]:
    """Customers whose journal records are not numbered 1, 2, 3, ..."""
    numbers: dict[str, list[int]] = {}
    for each in records:
        customer_id, _, number = each.record_id.rpartition(".")
        numbers.setdefault(customer_id, []).append(int(number))
    return [customer_id for customer_id, found in numbers.items() if found != list(range(1, len(found) + 1))]


async def drained(installed: Installation) -> None:
    """Until the last event of every customer is in the journal, or nothing more comes; what is missing is told later."""
    seen: set[str] = set()
    try:
        async with asyncio.timeout(PATIENCE_S), Kafka(Connection(installed.broker)) as kafka:
            async for each in kafka.read(installed.config.topic("reminders.journal"), follow=True):
                record = journal.decode_journal(each.value or b"")
                if record.kind == "fact" and record.cause is not None:
                    seen.add(record.cause.id)
                    if len(seen) == EVENTS:
                        return
    except TimeoutError:
        return


pytestmark = pytest.mark.asyncio
