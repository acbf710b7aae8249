"""What a lane keeps in memory, and its way to the log and back: the records, the wake-ups, the watermark, the producer."""

import asyncio
import struct
from collections.abc import Awaitable, Mapping

import msgspec
from aiokafka.errors import CorruptRecordException

from dispatcher.engine.bare_reading import batches
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.keeping import PLAIN, Keeper, Sealed
from dispatcher.engine.log_position import WATERMARK_KEY, Continue, LogBounds, Refused, Watermark, position
from dispatcher.engine.lost_state import begin_anew
from dispatcher.engine.restore import Restored, log_bounds, restore
from dispatcher.engine.transactions import PartitionTransactions
from dispatcher.engine.turn import Turn
from dispatcher.engine.wake_ups import Instants, WakeUps
from dispatcher.engine.worker_keys import WorkerKeys
from schemas import topics
from schemas.sealed import key_id_of
from schemas.state import HAS_IN_DOUBT, HAS_OPEN_CALL, URGENT, WAITING_FOR_PROFILE, Customer, flags_of, wake_of
from schemas.values import Channel

_KEYS_AT_ONCE = 5_000


class LaneRefused(Exception):
    """The lane must not start; the message says why and what to do."""


def unreadable(config: EngineConfig, partition: int, why: Exception) -> str:
    """What an operator is told of a state that cannot be read."""
    return (
        f"{config.topic(topics.STATE)}[{partition}] holds what cannot be read ({why}): it is damaged, or of a later "
        "release. Write the last good record of that key again, from a backup or from an older offset, or start that release"
    )


class LaneState:
    """Records by customer, the index of wake-ups, and the transactional producer that alone may change them.

    `doubtful` are the customers with an attempt in doubt, `waiting_for_profile` counts those who wait for one,
    `open_calls` those about whom people have a call task.
    """

    def __init__(
        self,
        config: EngineConfig,
        transactions: PartitionTransactions,
        restored: Restored,
        watermark: Watermark,
        keeper: Keeper,
    ) -> None:
        """Use `restore`."""
        self.keeper = keeper
        self._keys_topic = config.topic(topics.KEYS)
        self._state_topic = config.topic(topics.STATE)
        self._journal_topic = config.topic(topics.JOURNAL)
        self._tasks_topic = config.topic(topics.TASKS)
        self._transactions = transactions
        self.records: dict[bytes, bytes] = restored.records
        self.wake_ups: WakeUps = restored.wake_ups
        self.instants = Instants(self.records)
        self.watermark = watermark
        self.doubtful = restored.doubtful
        self.waiting_for_profile = restored.waiting_for_profile
        self.open_calls = restored.open_calls

    @classmethod
    async def restore(
        cls, config: EngineConfig, partition: int, committed: int | None, keys: WorkerKeys | None
    ) -> "LaneState":
        """Fence the previous owner, read keys and state, and check that the inbox continues it.

        Raises:
            LaneRefused: it does not, or the state cannot be read.
        """
        name = f"{config.app_id}-{config.topic_prefix}{partition}"
        transactions = PartitionTransactions(config.connection, name, partition, config.flush_timeout_s)
        try:
            await transactions.start()
            await transactions.settle(
                *map(config.topic, (topics.STATE,) if keys is None else (topics.KEYS, topics.STATE))
            )
            keeper = PLAIN if keys is None else keys.keeper(await _key_records(config, partition))
            restored = await _readable(config, partition)
            _openable(config, partition, restored.records, keeper)
            found = position(
                restored.watermark,
                await _in_time(config, log_bounds(config, partition)),
                committed,
                partition=f"{config.inbox}[{partition}]",
                accept_gap=config.accept_gap,
            )
            watermark = _accepted(found)
            if restored.watermark is None and committed:  # and the operator accepts it
                restored.records |= await begin_anew(config, partition, transactions, watermark, keeper)
            if isinstance(keeper, Sealed):
                await _wrap_anew(config, transactions, keeper)
        except BaseException:
            await transactions.close()
            raise
        return cls(config, transactions, restored, watermark, keeper)

    def customer(self, key: bytes) -> Customer | None:
        """What is known of a customer."""
        record = self.records.get(key)
        return None if record is None else self.keeper.customer(key, record)

    async def flush(self, turn: Turn, applied: int, planned: str, hour: int, made: dict[Channel, int]) -> None:
        """Write a turn and the position in one transaction; `FlushFailed` if it is not certain that it stands.

        `planned` is the policy by which all customers were planned, this turn's among them; `made` are the contacts of the
        hour, this turn's among them.
        """
        if self._transactions.spent:
            await self._transactions.close()
            await self._transactions.start()
        watermark = Watermark(self.watermark.identity, applied, planned, hour, made)
        mark = (WATERMARK_KEY, msgspec.msgpack.encode(watermark))
        await self._transactions.write(
            (
                (self._state_topic, [*turn.state, mark]),
                (self._journal_topic, turn.journal),
                (self._tasks_topic, turn.tasks),
                (self._keys_topic, [*self.keeper.take_keys(), *turn.keys]),
            )
        )
        self.watermark = watermark

    def apply(self, turn: Turn) -> None:
        """Take over what stands now."""
        records = self.records
        wakes = turn.wakes
        add = self.wake_ups.add
        for key, record in turn.state:
            before = records.get(key)
            records[key] = record
            self._count(key, before, record)
            at, urgent = wakes.pop(key), flags_of(record) & URGENT
            if at and (before is None or at != wake_of(before) or at <= turn.now or urgent > flags_of(before) & URGENT):
                add(key, at, urgent=urgent)
        for key, at in wakes.items():  # looked at, and left as they were: what came up has left the index
            if at and at <= turn.now:
                add(key, at, urgent=flags_of(records[key]) & URGENT)

    def _count(self, key: bytes, before: bytes | None, after: bytes) -> None:
        was, now = 0 if before is None else flags_of(before), flags_of(after)
        if was != now:
            (self.doubtful.add if now & HAS_IN_DOUBT else self.doubtful.discard)(key)
            self.open_calls += bool(now & HAS_OPEN_CALL) - bool(was & HAS_OPEN_CALL)
            self.waiting_for_profile += bool(now & WAITING_FOR_PROFILE) - bool(was & WAITING_FOR_PROFILE)

    async def close(self) -> None:
        """Give the producer up."""
        await self._transactions.close()


async def _key_records(config: EngineConfig, partition: int) -> dict[bytes, bytes]:
    """The records of a partition of the key topic."""
    records: dict[bytes, bytes] = {}
    async for batch in batches(config.connection, config.topic(topics.KEYS), partition):
        for each in batch:
            if each.value is None:
                records.pop(each.key, None)
            else:
                records[each.key] = each.value
    return records


def _openable(config: EngineConfig, partition: int, records: Mapping[bytes, bytes], keeper: Keeper) -> None:
    """A state whose keys are not there is not a lost state: nothing may begin anew in its place.

    Raises:
        LaneRefused: records are sealed, and their keys are not known.
    """
    where = f"{config.topic(topics.STATE)}[{partition}]"
    for key, record in records.items():
        if isinstance(keeper, Sealed):
            if not keeper.holds(key, record):
                raise LaneRefused(
                    f"{where} is sealed with keys that {config.topic(topics.KEYS)}[{partition}] does not hold: restore "
                    "that topic from a backup; without it these customers' states cannot be read by anybody"
                )
        elif key_id_of(topics.STATE, record) is not None:
            raise LaneRefused(f"{where} is sealed: set DISPATCHER_MASTER_KEY_FILE to the file with its master key")


async def _wrap_anew(config: EngineConfig, transactions: PartitionTransactions, keeper: Sealed) -> None:
    """After the master key was replaced: every key of the partition under the new one, some thousand at a time."""
    keeper.wrap_anew()
    keys = keeper.take_keys()
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        await transactions.write([(config.topic(topics.KEYS), keys[start : start + _KEYS_AT_ONCE])])


def _accepted(found: Continue | Refused) -> Watermark:
    if isinstance(found, Refused):
        raise LaneRefused(found.why)
    return found.watermark


async def _readable(config: EngineConfig, partition: int) -> Restored:
    try:
        return await restore(config, partition)
    except (CorruptRecordException, msgspec.DecodeError, IndexError, struct.error) as damage:
        raise LaneRefused(unreadable(config, partition, damage)) from damage


async def _in_time(config: EngineConfig, question: Awaitable[LogBounds]) -> LogBounds:
    """A broker that does not answer must not hold a place among the restoring lanes for ever."""
    async with asyncio.timeout(config.flush_timeout_s):
        return await question
