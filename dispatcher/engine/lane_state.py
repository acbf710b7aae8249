"""What a lane keeps in memory, and its way to the log and back: the records, the wake-ups, the watermark, the producer."""

import asyncio
from collections.abc import Awaitable

import msgspec

from dispatcher.engine.config import EngineConfig
from dispatcher.engine.log_position import WATERMARK_KEY, LogBounds, Refused, Watermark, position
from dispatcher.engine.restore import Restored, log_bounds, restore
from dispatcher.engine.transactions import PartitionTransactions
from dispatcher.engine.turn import Turn
from dispatcher.engine.wake_ups import Instants, WakeUps
from schemas import topics
from schemas.state import HAS_IN_DOUBT, WAITING_FOR_PROFILE, flags_of


class LaneRefused(Exception):
    """The lane must not start; the message says why and what to do."""


class LaneState:
    """Records by customer, the index of wake-ups, and the transactional producer that alone may change them.

    `in_doubt` and `waiting_for_profile` count customers.
    """

    def __init__(
        self,
        config: EngineConfig,
        transactions: PartitionTransactions,
        restored: Restored,
        watermark: Watermark,
    ) -> None:
        """Use `restore`."""
        self._state_topic = config.topic(topics.STATE)
        self._journal_topic = config.topic(topics.JOURNAL)
        self._tasks_topic = config.topic(topics.TASKS)
        self._transactions = transactions
        self.records: dict[bytes, bytes] = restored.records
        self.wake_ups: WakeUps = restored.wake_ups
        self.instants = Instants(self.records)
        self.watermark = watermark
        self.in_doubt = restored.in_doubt
        self.waiting_for_profile = restored.waiting_for_profile

    @classmethod
    async def restore(cls, config: EngineConfig, partition: int, committed: int | None) -> "LaneState":
        """Fence the previous owner, read the state, and check that the inbox continues it.

        Raises:
            LaneRefused: it does not.
        """
        name = f"{config.app_id}-{config.topic_prefix}{partition}"
        transactions = PartitionTransactions(config.connection, name, partition, config.flush_timeout_s)
        try:
            await transactions.start()
            restored = await restore(config, partition)
            found = position(
                restored.watermark,
                await _in_time(config, log_bounds(config, partition)),
                committed,
                partition=f"{config.inbox}[{partition}]",
                accept_gap=config.accept_gap,
            )
        except BaseException:
            await transactions.close()
            raise
        if isinstance(found, Refused):
            await transactions.close()
            raise LaneRefused(found.why)
        return cls(config, transactions, restored, found.watermark)

    async def flush(self, turn: Turn, applied: int) -> None:
        """Write a turn and the position in one transaction; `FlushFailed` if it is not certain that it stands."""
        if self._transactions.spent:
            await self._transactions.close()
            await self._transactions.start()
        watermark = Watermark(self.watermark.identity, applied)
        mark = (WATERMARK_KEY, msgspec.msgpack.encode(watermark))
        await self._transactions.write(
            (
                (self._state_topic, [*turn.state, mark]),
                (self._journal_topic, turn.journal),
                (self._tasks_topic, turn.tasks),
            )
        )
        self.watermark = watermark

    def apply(self, turn: Turn) -> None:
        """Take over what stands now."""
        records = self.records
        before = {key: self.instants(key) for key in turn.wakes}
        for key, record in turn.state:
            self._count(records.get(key), -1)
            self._count(record, 1)
            records[key] = record
        add = self.wake_ups.add
        for key, at in turn.wakes.items():
            if at and (at != before[key] or at <= turn.now):
                add(key, at)

    def _count(self, record: bytes | None, change: int) -> None:
        flags = 0 if record is None else flags_of(record)
        if flags & (HAS_IN_DOUBT | WAITING_FOR_PROFILE):
            self.in_doubt += change * bool(flags & HAS_IN_DOUBT)
            self.waiting_for_profile += change * bool(flags & WAITING_FOR_PROFILE)

    async def close(self) -> None:
        """Give the producer up."""
        await self._transactions.close()


async def _in_time(config: EngineConfig, question: Awaitable[LogBounds]) -> LogBounds:
    """A broker that does not answer must not hold a place among the restoring lanes for ever."""
    async with asyncio.timeout(config.flush_timeout_s):
        return await question
