"""What was sent, word for word, on its way to the archive: beside the outcomes, and never in their way.

Texts wait in memory until they stand. So many of them only: where their topic is missing, or Kafka takes nothing for long,
they are dropped and counted, while messages go on. Of a process that is killed the texts of its last moment are lost.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import islice
from typing import Final, Protocol

import structlog

from channels.protocol import Message
from dispatcher.engine.inbox_writer import AppendFailed
from dispatcher.engine.placement import partition_of
from dispatcher.engine.transactions import Entry
from dispatcher.ops.labels import TextFate
from schemas import texts
from schemas.texts import SentText

_MOST_BYTES: Final = 32 * 1024 * 1024
"""Of texts that wait: at 1,000 messages a second about a minute's."""

_ONCE: Final = 1_000
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 10.0
_LOOK_S: Final = 60.0

_log = structlog.get_logger(__name__)


class TextWriter(Protocol):
    """As much of `dispatcher.engine.inbox_writer` as this needs."""

    async def append_texts(self, batches: Iterable[tuple[int, Sequence[Entry]]]) -> Sequence[Awaitable[object]]:
        """Hand over entries by partition; each is awaited until they stand."""

    async def discard(self) -> None:
        """Give the producer up."""


class SentTexts:
    """Those of one worker. `there` tells whether their topic exists; `counted` what became of so many."""

    def __init__(
        self,
        writer: TextWriter,
        partitions: int,
        there: Callable[[], Awaitable[bool]],
        counted: Callable[[TextFate, int], None],
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        """Nothing is written before `run`."""
        self._writer = writer
        self._partitions = partitions
        self._there = there
        self._counted = counted
        self._most_bytes = most_bytes
        self._waiting: deque[tuple[int, Entry]] = deque()
        self._bytes = 0
        self._missing = False
        self._some = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def note(self, customer_id: str, message: Message) -> None:
        """A message was sent, or may have been. Returns at once, whatever becomes of its text."""
        value = texts.encode(SentText(message.attempt_id, message.channel, message.text, message.subject))
        if self._missing or self._bytes + len(value) > self._most_bytes:
            self._counted("dropped", 1)
            return
        self._bytes += len(value)
        self._waiting.append((partition_of(customer_id, self._partitions), (customer_id.encode(), value)))
        self._idle.clear()
        self._some.set()

    async def run(self) -> None:
        """Write what is noted until cancelled; while the topic is missing, look for it once a minute."""
        while True:
            self._missing = not await self._looked()
            if not self._missing:
                break
            self._drop()
            _log.warning("texts_are_not_kept", advice="`dispatcher topics apply` creates their topic")
            await asyncio.sleep(_LOOK_S)
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                await self._write(list(islice(self._waiting, _ONCE)))
            self._idle.set()

    async def drain(self, timeout_s: float) -> None:
        """Wait until what was noted stands, so long at most."""
        try:
            await asyncio.wait_for(self._idle.wait(), timeout_s)
        except TimeoutError:
            self._drop()

    async def _looked(self) -> bool:
        try:
            return await self._there()
        except Exception as fault:  # Kafka is away, in any of its client's ways: the topic may well be there
            _log.warning("texts_wait", fault=type(fault).__name__)
            return True

    async def _write(self, batch: list[tuple[int, Entry]]) -> None:
        by_partition: dict[int, list[Entry]] = {}
        for partition, entry in batch:
            by_partition.setdefault(partition, []).append(entry)
        pause = _FIRST_PAUSE_S
        while True:
            try:
                for standing in await self._writer.append_texts(by_partition.items()):
                    await standing
            except AppendFailed as fault:
                _log.warning("texts_wait", fault=str(fault))
            except Exception as fault:  # the broker's answer to a batch: any of aiokafka's errors
                _log.warning("texts_wait", fault=type(fault).__name__)
                await self._writer.discard()
            else:
                break
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        for _, (_, value) in batch:
            self._bytes -= len(value)
            self._waiting.popleft()
        self._counted("written", len(batch))

    def _drop(self) -> None:
        self._counted("dropped", len(self._waiting))
        self._waiting.clear()
        self._bytes = 0
        self._idle.set()
