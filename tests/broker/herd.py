"""The minute in which the whole crowd falls due at a mail server that takes a hundred a second, while people pay."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer

from dispatcher.core.policy import Policy, parse
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.local.smtp import SmtpSink
from schemas import journal
from schemas.values import Millis, to_millis
from tests.broker.crowd import DAWN, DUE, address, customer, plant
from tests.broker.installation import Installation, Process, event
from tests.broker.operations import eventually, gates_open, ready

SENDS_A_SECOND = 100
PAYMENTS_A_SECOND = 100
_CALLS_AT_ONCE = 8
"""Calls that a worker makes to a mail server at a time: with the server's pause they make the rate."""

_NEXT = 400
"""Payments come from anybody, and every second one from the next so many in the queue: those may be claimed already."""

_RESTORED_WITHIN_S = 120.0


class PacedSink(SmtpSink):
    """A mail server that takes a hundred mails a second from a worker, and no more."""

    async def read_whole(self) -> None:
        """Each mail takes its time."""
        await super().read_whole()
        await asyncio.sleep(_CALLS_AT_ONCE / SENDS_A_SECOND)


@dataclass
class Herd:
    """What was measured. `pending` and `falling_due` are seconds from a payment's append to its being journalled.

    `paid` holds the broker's time (ms) of each payer's payment, `mails` (ms, address) what the mail server took.
    """

    crowd: int
    restored_s: float = 0.0
    pending: list[float] = field(default_factory=list)
    falling_due: list[float] = field(default_factory=list)
    paid: dict[str, int] = field(default_factory=dict)
    mails: list[tuple[int, str]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Mails a second, from the first to the last."""
        times = [at for at, _ in self.mails]
        return (len(times) - 1) * 1000 / max(1, max(times) - min(times)) if len(times) > 1 else 0.0

    @property
    def after_payment(self) -> list[float]:
        """Seconds after the append of their payment at which people were still written to."""
        return [(at - self.paid[to]) / 1000 for at, to in self.mails if at > self.paid.get(to, at)]

    @property
    def twice(self) -> int:
        """People who were written to more than once."""
        return sum(times > 1 for times in Counter(to for _, to in self.mails).values())


def quantile(values: Sequence[float], share: float) -> float:
    """The value that so large a share does not exceed; NaN of none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


async def herd(
    installed: Installation,
    start: Callable[[Millis], Process],
    sink: PacedSink,
    policy_text: str,
    *,
    count: int,
    rnd: random.Random,
    pending_s: float,
    due_s: float,
) -> Herd:
    """Plant, start a worker (`start` gets its clock) before the minute, and let payments come before and during it."""
    policy = parse(policy_text)
    if not isinstance(policy, Policy):
        raise TypeError(str(policy))
    await plant(installed, policy, count)
    found = Herd(count)
    began = time.monotonic()
    clock = to_millis(DUE) - int((_RESTORED_WITHIN_S + pending_s) * 1000)
    worker = start(clock)
    await ready(worker, timeout_s=_RESTORED_WITHIN_S)
    await gates_open(worker, installed.partitions)
    found.restored_s = time.monotonic() - began
    await worker.end()
    worker = start(
        to_millis(DUE) - int((found.restored_s + pending_s) * 1000)
    )  # now it is known how long a start takes
    await ready(worker, timeout_s=_RESTORED_WITHIN_S)
    async with _heard(installed) as heard:
        payers = _Payers(installed, found, sink, rnd)
        await payers.pay_until(lambda: bool(sink.messages), at_most_s=pending_s + found.restored_s)
        before = set(found.paid)
        await payers.pay_until(lambda: False, at_most_s=due_s)
        await eventually(lambda: len(heard) >= len(found.paid), "every payment is journalled", timeout_s=20.0)
    for to, appended in found.paid.items():
        waited = (heard[to] - appended) / 1000
        (found.pending if to in before else found.falling_due).append(waited)
    await worker.end()
    found.mails = [(each.at, each.recipient) for each in sink.messages]
    return found


class _Payers:
    """People of the crowd who pay, one after the other, each once."""

    def __init__(self, installed: Installation, found: Herd, sink: PacedSink, rnd: random.Random) -> None:
        self._installed = installed
        self._found = found
        self._sink = sink
        self._rnd = rnd

    async def pay_until(self, enough: Callable[[], bool], *, at_most_s: float) -> None:
        began, sent = time.monotonic(), 0
        waiting: list[asyncio.Task[None]] = []
        async with AIOKafkaProducer(bootstrap_servers=self._installed.broker, linger_ms=0, acks="all") as producer:
            while (passed := time.monotonic() - began) < at_most_s and not enough():
                while sent < passed * PAYMENTS_A_SECOND:
                    sent += 1
                    waiting.append(asyncio.create_task(self._pay(producer, self._somebody(sent))))
                await asyncio.sleep(0.01)
            await asyncio.gather(*waiting)

    def _somebody(self, turn: int) -> int:
        written = len(self._sink.messages)
        last = min(self._found.crowd, written + _NEXT) if turn % 2 else self._found.crowd
        return self._rnd.randrange(min(written, last - 1), last)

    async def _pay(self, producer: AIOKafkaProducer, number: int) -> None:
        if address(number) in self._found.paid:
            return
        paid: dict[str, object] = {"invoice_id": f"I-{number:07d}", "amount_due": 0, "currency": "GBP"}
        paid |= {"reason": "payment", "settled_at": DAWN.isoformat()}
        topic, key, value = event("invoice.settled", customer(number), at=DUE, event_id=f"pays-{number}", **paid)
        self._found.paid[address(number)] = 0
        done = await producer.send_and_wait(self._installed.prefix + topic, value, key)
        self._found.paid[address(number)] = done.timestamp


@asynccontextmanager
async def _heard(installed: Installation) -> AsyncIterator[dict[str, float]]:
    """When each payment was seen in the journal (ms, by the payer's address)."""
    seen: dict[str, float] = {}

    async def follow() -> None:
        async with Kafka(Connection(installed.broker)) as kafka:
            async for each in kafka.read(installed.config.topic("reminders.journal"), follow=True):
                if b'"pays-' in (each.value or b""):
                    record = journal.decode_journal(each.value or b"")
                    if record.kind == "fact":
                        seen.setdefault(f"{record.customer_id}@example.com", time.time() * 1000)

    task = asyncio.create_task(follow())
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
