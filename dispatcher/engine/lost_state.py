"""Beginning anew where an operator accepts that a partition's state was lost: with the contacts that the journal tells of.

This is the only place where the engine reads the journal: nothing is decided from it, it fills an empty state, once.
"""

import asyncio

import msgspec

from dispatcher.core.remembrance import remembered
from dispatcher.engine.bare_reading import batches
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.keeping import Keeper
from dispatcher.engine.log_position import WATERMARK_KEY, Watermark
from dispatcher.engine.transactions import Entry, PartitionTransactions
from schemas import journal, topics
from schemas.journal import JournalRecord
from schemas.state import HAS_OPEN_CLAIM

_AT_ONCE = 5_000
_LOOK_AROUND = 256


async def begin_anew(
    config: EngineConfig, partition: int, transactions: PartitionTransactions, watermark: Watermark, keeper: Keeper
) -> dict[bytes, bytes]:
    """Write a state record for each customer of whom the journal knows, the position last; returns the records."""
    entries = [(key, _record(key, told, keeper)) for key, told in (await _journal(config, partition)).items()]
    keys = keeper.take_keys()
    for start in range(0, len(keys), _AT_ONCE):
        await transactions.write([(config.topic(topics.KEYS), keys[start : start + _AT_ONCE])])
    mark: Entry = (WATERMARK_KEY, msgspec.msgpack.encode(watermark))
    topic = config.topic(topics.STATE)
    for start in range(0, len(entries), _AT_ONCE):
        await transactions.write([(topic, entries[start : start + _AT_ONCE])])
    await transactions.write([(topic, [mark])])
    return dict(entries)


def _record(key: bytes, told: list[JournalRecord], keeper: Keeper) -> bytes:
    customer = remembered(told)
    return keeper.record(key, customer, None, HAS_OPEN_CLAIM if customer.attempts else 0)


async def _journal(config: EngineConfig, partition: int) -> dict[bytes, list[JournalRecord]]:
    """What the journal says of each customer of a partition, in order."""
    told: dict[bytes, list[JournalRecord]] = {}
    async for batch in batches(config.connection, config.topic(topics.JOURNAL), partition):
        for number, record in enumerate(batch):
            if record.key is not None and record.value is not None:
                told.setdefault(record.key, []).append(journal.decode_journal(record.value))
            if number % _LOOK_AROUND == 0:
                await asyncio.sleep(0)
    return told
