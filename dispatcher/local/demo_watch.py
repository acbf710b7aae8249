"""What an installation has done so far, read from its own topics; and when nothing is left for it to do now.

State and journal are flushed in one transaction but read by two readers: a customer is settled only where both stand at the
same record.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final

from dispatcher.engine.clients import Kafka, Record
from dispatcher.engine.log_position import WATERMARK_KEY
from schemas import journal, state, topics
from schemas.journal import JournalRecord, TaskRecord
from schemas.reasons import ReasonCode
from schemas.values import Millis, to_millis

_IMMINENT: Final[Millis] = 15_000
"""A wake-up that is nearer than this is still part of what goes on; what the portfolio puts off, it puts off for longer."""

Identity = tuple[str, str]
"""CloudEvents source and id."""


class Watch:
    """Follows journal, state, tasks and rejected records of one prefix."""

    def __init__(self, kafka: Kafka, prefix: str) -> None:
        """Reads nothing before `following`."""
        self.records: list[JournalRecord] = []
        self.lines: list[bytes] = []
        self.tasks: dict[str, TaskRecord] = {}
        self.rejected = 0
        self._kafka = kafka
        self._prefix = prefix
        self._causes: set[Identity] = set()
        self._issued: set[str] = set()
        self._told: dict[str, int] = {}
        self._customers: dict[str, tuple[int, Millis, int]] = {}
        self._latest: Millis = 0
        self._news = asyncio.Event()
        self._readers: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Read all four topics from their beginning, as records come, while entered."""
        readers = {
            topics.JOURNAL: self._journal,
            topics.STATE: self._state,
            topics.TASKS: self._task,
            topics.REJECTED: self._reject,
        }
        loop = asyncio.get_running_loop()
        self._readers = [loop.create_task(self._read(topic, take)) for topic, take in readers.items()]
        for reader in self._readers:
            reader.add_done_callback(lambda _: self._news.set())
        try:
            yield
        finally:
            for reader in self._readers:
                reader.cancel()
            await asyncio.gather(*self._readers, return_exceptions=True)

    @property
    def codes(self) -> frozenset[ReasonCode]:
        """Every reason code that the journal has named."""
        return frozenset(reason.code for record in self.records for reason in record.reasons)

    def applied(self, events: Iterable[Identity]) -> int:
        """How many of these events the journal names."""
        return sum(each in self._causes for each in events)

    def claimed(self, customer: str) -> bool:
        """Whether a contact with the customer was claimed."""
        return any(record.customer_id == customer and record.result == "claimed" for record in self.records)

    def begin_day(self, at: Millis) -> None:
        """The worker's clock starts anew at `at`: what was put off until before then is due."""
        self._latest = max(self._latest, at)

    async def until(self, is_over: Callable[[], bool]) -> None:
        """Wait until what was read satisfies `is_over`; it is asked after every record. `KafkaAway`: reading failed."""
        while not is_over():
            for reader in self._readers:
                if reader.done():
                    reader.result()
            self._news.clear()
            await self._news.wait()

    def unfinished(self, events: Iterable[Identity], rejected: int) -> tuple[str, ...]:
        """What is still to be done now that these events and so many rejected records were published."""
        waits = []
        if behind := sorted(event_id for source, event_id in events if (source, event_id) not in self._causes):
            waits.append(f"{len(behind)} events are not in the journal yet: {_some(behind)}")
        if self.rejected < rejected:
            waits.append(f"{rejected - self.rejected} records are not rejected yet")
        if unwritten := sorted(self._issued - self.tasks.keys()):
            waits.append(f"{len(unwritten)} tasks are not written yet: {_some(unwritten)}")
        if busy := sorted(customer for customer in self._told.keys() | self._customers.keys() if self._busy(customer)):
            waits.append(f"{len(busy)} customers have something left to do: {_some(busy)}")
        return tuple(waits)

    def _busy(self, customer: str) -> bool:
        sequence, wake_at, flags = self._customers.get(customer, (0, 0, 0))
        if sequence != self._told.get(customer, 0) or flags & state.HAS_OPEN_CLAIM:
            return True
        return 0 < wake_at <= self._latest + _IMMINENT

    async def _read(self, topic: str, take: Callable[[Record], None]) -> None:
        async for record in self._kafka.read(self._prefix + topic, follow=True):
            take(record)
            self._news.set()

    def _journal(self, record: Record) -> None:
        if record.value is None:
            return
        entry = journal.decode_journal(record.value)
        self.records.append(entry)
        self.lines.append(record.value)
        self._told[entry.customer_id] = int(entry.record_id.rpartition(".")[2])
        self._latest = max(self._latest, to_millis(entry.at))
        if entry.channel == "call_task" and entry.result == "accepted" and entry.attempt_id is not None:
            self._issued.add(entry.attempt_id)
        if entry.cause is not None:
            self._causes.add((entry.cause.source, entry.cause.id))

    def _state(self, record: Record) -> None:
        if record.key is not None and record.key != WATERMARK_KEY and record.value is not None:
            wake_at, flags = state.wake_of(record.value), state.flags_of(record.value)
            self._customers[record.key.decode()] = (state.decode(record.value).sequence, wake_at, flags)

    def _task(self, record: Record) -> None:
        if record.value is not None:
            task = journal.decode_task(record.value)
            self.tasks[task.task_id] = task

    def _reject(self, _: Record) -> None:
        self.rejected += 1


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= len(names[:5]) else f"{shown}, ..."
