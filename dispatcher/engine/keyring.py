"""Opens sealed records for whoever reads them: the one place where a client turns what stands in a topic into what was said.

The keys come from `reminders.keys`, a partition at a time, and again whenever a record names one that is not known yet. A
key that is not there then was destroyed: its records say nothing any more, and are handed on without a value.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dispatcher.engine.bare_reading import batches
from dispatcher.engine.config import Connection
from dispatcher.engine.own_key import PARTITION
from dispatcher.engine.record import Record
from schemas import topics
from schemas.master_keys import MasterKeyRefused, owner_of
from schemas.sealed import BY_CUSTOMER, SEALED, SealingKey, key_id_of, sealing_key, unseal

_MOST_OPEN: Final = 20_000
"""Keys that are kept unwrapped."""


class Keyring:
    """The keys of an installation, as far as a reader needs them. Costs nothing where nothing is sealed."""

    def __init__(self, connection: Connection, *, writers_only: bool = False) -> None:
        """Reads nothing before it has to; `writers_only` leaves the keys of customers out."""
        self._connection = connection
        self._writers_only = writers_only
        self._wrapped: dict[bytes, tuple[bytes, bytes]] = {}
        self._ready: dict[bytes, SealingKey] = {}
        self._read_to: dict[tuple[str, int], int] = {}

    async def opened(self, topic: str, records: Sequence[Record]) -> Sequence[Record]:
        """The records of one topic (its full name) as they were written; `value` None: the key was destroyed.

        Raises:
            MasterKeyRefused: they were sealed, and we do not have the master key.
            Damaged: a sealed record is not what was sealed.
        """
        name = next((each for each in SEALED if topic.endswith(each)), None)
        if name is None or not any(_key_id(name, each) for each in records):
            return records
        if self._connection.masters is None:
            raise MasterKeyRefused(
                f"{topic} is sealed, and DISPATCHER_MASTER_KEY_FILE is not set: name its master key's file"
            )
        await self._know(topic.removesuffix(name), name, records)
        return [self._open(name, each) for each in records]

    async def read_on(self, prefix: str, partition: int) -> None:
        """Take in what was written of keys since the last look, to the end of the log."""
        topic = prefix + topics.KEYS
        start = self._read_to.get((topic, partition), 0)
        async for batch in batches(self._connection, topic, partition, start):
            for each in batch:
                self._take(each.key, each.value)
                start = each.offset + 1
        self._read_to[topic, partition] = start

    def key(self, key_id: bytes) -> SealingKey | None:
        """A key that was read and not destroyed since."""
        ready = self._ready.get(key_id)
        if ready is not None:
            return ready
        found, masters = self._wrapped.get(key_id), self._connection.masters
        if found is None or masters is None:
            return None
        if len(self._ready) >= _MOST_OPEN:
            self._ready.clear()
        name, record = found
        ready = self._ready[key_id] = sealing_key(key_id, masters.unwrap(name, record))
        return ready

    @property
    def records(self) -> dict[bytes, bytes]:
        """What was read and not destroyed, by the records' own keys."""
        return dict(self._wrapped.values())

    def _take(self, name: bytes, record: bytes | None) -> None:
        owner, key_id = owner_of(name)
        if self._writers_only and not owner.startswith(b"\0"):
            return
        self._ready.pop(key_id, None)
        if record is None:
            self._wrapped.pop(key_id, None)
        else:
            self._wrapped[key_id] = name, record

    async def _know(self, prefix: str, name: str, records: Sequence[Record]) -> None:
        """Read on where a record names a key that is not known; once, however many there are."""
        missing = {
            each.partition if name in BY_CUSTOMER else PARTITION
            for each in records
            if (key_id := _key_id(name, each)) and key_id not in self._wrapped
        }
        for partition in missing:
            await self.read_on(prefix, partition)

    def _open(self, name: str, record: Record) -> Record:
        key_id = _key_id(name, record)
        if record.value is None or key_id is None:
            return record
        key = self.key(key_id)
        value = None if key is None else unseal(key, name, record.key, record.value)
        return replace(record, value=value)


def _key_id(name: str, record: Record) -> bytes | None:
    """The key that sealed a record; positions and marks, whose own keys begin with a NUL byte, are never sealed."""
    if not record.value or (record.key is not None and record.key.startswith(b"\0")):
        return None
    return key_id_of(name, record.value)
