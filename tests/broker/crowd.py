"""A million customers whose reminders fall due in the same minute, and payments that come in before and meanwhile.

The crowd is planted: its aggregates are what the core makes of a profile and an invoice (one is decided, the others are it
with other numbers), written to the state topic with a watermark, as a worker that had read it all would leave it.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import msgspec
from aiokafka import AIOKafkaProducer

from channels.accounts import SmtpConfig
from channels.email_smtp import SmtpEmail
from channels.protocol import Prepared
from dispatcher import __version__
from dispatcher.core.decide import Conditions, decide
from dispatcher.core.policy import Policy, parse
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.engine.log_position import WATERMARK_KEY, Watermark
from dispatcher.engine.placement import partition_of
from dispatcher.engine.transactions import PartitionTransactions
from dispatcher.local.smtp import SmtpSink
from dispatcher.messages.rendering import Templates
from schemas import codec, inbox, journal, state
from schemas.codec import Accepted
from schemas.inbox import Arrival, Cause, LogMark
from schemas.state import EMPTY
from schemas.values import Millis, to_millis
from tests.broker.installation import Installation, Process, due, event, profile
from tests.broker.operations import eventually, gates_open, ready

DAWN = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)
"""When the crowd's invoices were stated: a Wednesday on which nobody may be contacted yet."""

DUE = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
SENDS_A_SECOND = 100
PAYMENTS_A_SECOND = 100
_CALLS_AT_ONCE = 8
"""Calls that a worker makes to a mail server at a time: with the server's pause they make the rate."""

_AT_ONCE = 10_000
_NEXT = 400
"""Payments come from anybody, and every second one from the next so many in the queue: those may be claimed already."""

_ZERO = b"0000000"
_EVERYTHING = Conditions("on", frozenset(), gate_open=True, credits=frozenset({"sms", "email", "call_task"}))
_RESTORED_WITHIN_S = 120.0


Reached = Literal["sms", "email"]
"""By what the crowd is reached."""


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


def customer(number: int) -> str:
    """The id of one of the crowd."""
    return f"crowd-{number:07d}"


def address(number: int) -> str:
    """The address of one of the crowd."""
    return f"crowd-{number:07d}@example.com"


def all_at_once(policy_text: str) -> str:
    """The policy, but all channels open at eight and nobody is spread over the half hour after that."""
    return policy_text.replace("spread_minutes = 30", "spread_minutes = 0").replace("07:00-21:00", "08:00-21:00")


def quantile(values: Sequence[float], share: float) -> float:
    """The value that so large a share does not exceed; NaN of none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


async def plant(installed: Installation, policy: Policy, count: int, reached: Reached = "email") -> None:
    """Write the crowd's state, and positions that go with the inbox."""
    record = _planned(policy, reached)
    topic = installed.config.topic("reminders.state")
    parts: dict[int, list[tuple[bytes, bytes]]] = {}
    for number in range(count):
        digits = b"%07d" % number
        key = b"crowd-" + digits
        parts.setdefault(partition_of(key.decode(), installed.partitions), []).append(
            (key, record.replace(_ZERO, digits))
        )
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    for partition, identity in (await _identities(installed)).items():
        mark = Watermark(identity, 0, f"{policy.hash} {__version__}")
        writer = PartitionTransactions(
            Connection(installed.broker), f"crowd-{installed.prefix}{partition}", partition, 60
        )
        await writer.start()
        entries = [*parts.pop(partition, []), (WATERMARK_KEY, msgspec.msgpack.encode(mark))]
        for start in range(0, len(entries), _AT_ONCE):
            await writer.write([(topic, entries[start : start + _AT_ONCE])])
        await writer.close()


def _planned(policy: Policy, reached: Reached) -> bytes:
    """The record of number 0, who owes since dawn and is to be written to when the day begins."""
    told = decide(customer(0), EMPTY, _arrivals(reached), policy, to_millis(DAWN), _EVERYTHING)
    if told.wake_at != to_millis(DUE):
        raise AssertionError(f"the crowd would be due at {told.wake_at}, not at {to_millis(DUE)}")
    return state.encode(told.customer, told.wake_at, told.flags)


def mail_of(policy: Policy) -> bytes:
    """The mail that number 0 gets, as it goes over the line."""
    told = decide(customer(0), EMPTY, _arrivals("email"), policy, to_millis(DUE), _EVERYTHING)
    prepared = SmtpEmail(SmtpConfig("", 0, "none", "billing@energy.example")).prepare(
        Templates().render(told.claims[0], policy)
    )
    if not isinstance(prepared, Prepared) or not isinstance(prepared.payload, bytes):
        raise TypeError(str(prepared))
    return prepared.payload


def _arrivals(reached: Reached) -> list[Arrival]:
    phones = [{"number": f"+44770{0:07d}", "kind": "mobile"}] if reached == "sms" else []
    emails = [{"address": address(0), "kind": "private"}] if reached == "email" else []
    known: dict[str, object] = {"phones": phones, "emails": emails}
    published = [profile(customer(0), at=DAWN, **known), due(customer(0), f"I-{0:07d}", at=DAWN)]
    arrivals: list[Arrival] = []
    for offset, (topic, _, value) in enumerate(published):
        read = codec.read(topic, value)
        if not isinstance(read, Accepted):
            raise TypeError(str(read))
        arrivals.append(Arrival(read.at, Cause(topic, 0, offset, read.source, read.id), read.fact))
    return arrivals


async def _identities(installed: Installation) -> dict[int, str]:
    """The mark at the beginning of each inbox partition."""
    found: dict[int, str] = {}
    for each in await installed.records("reminders.inbox"):
        mark = inbox.decode_mark(each.value) if each.offset == 0 and each.value else None
        if isinstance(mark, LogMark):
            found[each.partition] = mark.identity
    return found


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
