"""What came of an attempt goes back through the inbox, retried without end: an outcome must not be lost.

Outcomes that arrive while others are being written are written together: one request for many.
"""

import asyncio
import time
from dataclasses import dataclass

import structlog

from dispatcher.engine.inbox_writer import AppendFailed, InboxWriter
from dispatcher.engine.placement import partition_of
from dispatcher.engine.transactions import Entry
from schemas import inbox
from schemas.inbox import (
    Arrival,
    AttemptAccepted,
    AttemptInDoubt,
    AttemptLooked,
    AttemptRejected,
    AttemptReleased,
    AttemptResolved,
    Cause,
)

OutcomeFact = AttemptAccepted | AttemptRejected | AttemptInDoubt | AttemptReleased | AttemptLooked | AttemptResolved

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
SENDER = "dispatcher/sender"
"""The `source` of outcomes that senders report."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class _Pending:
    partition: int
    entry: Entry
    said: Entry | None
    stands: asyncio.Future[None]


class Outcomes:
    """Writes outcomes; whoever reports one waits until it stands."""

    def __init__(self, writer: InboxWriter, partitions: int) -> None:
        """`partitions` is the configured number of inbox partitions."""
        self._writer = writer
        self._partitions = partitions
        self._pending: list[_Pending] = []
        self._some = asyncio.Event()

    async def report(self, customer_id: str, fact: OutcomeFact, said: Entry | None = None) -> None:
        """Append the outcome; returns only when it stands. A repetition is harmless: attempts know their state.

        `said` is what the outcome says of the number or address itself; it stands first.
        """
        stated = time.time_ns()
        cause = Cause("", -1, -1, SENDER, f"{fact.attempt_id}/{type(fact).__name__}/{stated}")
        entry = (customer_id.encode(), inbox.encode(Arrival(stated // 1000, cause, fact)))
        stands: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append(_Pending(partition_of(customer_id, self._partitions), entry, said, stands))
        self._some.set()
        await stands

    async def run(self) -> None:
        """Write what is reported until cancelled."""
        while True:
            await self._some.wait()
            self._some.clear()
            batch, self._pending = self._pending, []
            by_partition: dict[int, list[Entry]] = {}
            for each in batch:
                by_partition.setdefault(each.partition, []).append(each.entry)
            await self._until_they_stand(by_partition, [each.said for each in batch if each.said is not None])
            for each in batch:
                if not each.stands.done():
                    each.stands.set_result(None)

    async def _until_they_stand(self, by_partition: dict[int, list[Entry]], said: list[Entry]) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            try:
                for future in await self._writer.state_points(said) if said else ():
                    await future
                for future in await self._writer.append(by_partition.items()):
                    await future
            except AppendFailed as fault:
                _log.warning("outcomes_wait", fault=str(fault))
            except Exception as fault:  # the broker's answer to a batch: any of aiokafka's errors
                _log.warning("outcomes_wait", fault=type(fault).__name__)
                await self._writer.discard()
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
