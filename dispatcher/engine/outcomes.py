"""What came of an attempt goes back through the inbox, retried without end: an outcome must not be lost."""

import asyncio
import time

from dispatcher.engine.inbox_writer import AppendFailed, InboxWriter
from dispatcher.engine.placement import partition_of
from schemas import inbox
from schemas.inbox import (
    Arrival,
    AttemptAccepted,
    AttemptInDoubt,
    AttemptRejected,
    AttemptReleased,
    Cause,
)

OutcomeFact = AttemptAccepted | AttemptRejected | AttemptInDoubt | AttemptReleased

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
SENDER = "dispatcher/sender"
"""The `source` of outcomes that senders report."""


class Outcomes:
    """Writes outcomes and waits until they stand."""

    def __init__(self, writer: InboxWriter, partitions: int) -> None:
        """`partitions` is the configured number of inbox partitions."""
        self._writer = writer
        self._partitions = partitions
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Outcomes that do not stand yet."""
        return self._waiting

    async def report(self, customer_id: str, fact: OutcomeFact) -> None:
        """Append the outcome; returns only when it stands. A repetition is harmless: attempts know their state."""
        kind = type(fact).__name__
        cause = Cause("", -1, -1, SENDER, f"{fact.attempt_id}/{kind}/{time.time_ns()}")
        arrival = Arrival(time.time_ns() // 1000, cause, fact)
        entry = (customer_id.encode(), inbox.encode(arrival))
        self._waiting += 1
        try:
            await self._until_it_stands(partition_of(customer_id, self._partitions), entry)
        finally:
            self._waiting -= 1

    async def _until_it_stands(self, partition: int, entry: tuple[bytes, bytes]) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            try:
                for future in await self._writer.append([(partition, [entry])]):
                    await future
            except AppendFailed:
                pass
            except Exception:  # the broker's answer to a batch: any of aiokafka's errors
                await self._writer.discard()
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
