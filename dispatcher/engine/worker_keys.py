"""A worker's keys: those of everybody who writes the inbox, to open it, and when such a key has had its time.

A key that sealed records of a topic is destroyed when the topic can hold none of them any more: after its retention, one
more segment (Kafka deletes whole segments), and a day. Until then an erased customer's inbox records can be opened, by
whoever has the master key; after that by nobody.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Final

from dispatcher.engine.carriers import ConsumerRecord
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.keeping import Sealed
from dispatcher.engine.keyring import Keyring
from dispatcher.engine.own_key import OWNERS, PARTITION, rewrapped_by
from dispatcher.engine.transactions import Written
from schemas import topics
from schemas.master_keys import MasterKeys, created_at, owner_of
from schemas.sealed import key_id_of
from schemas.values import Millis

_DAY_MS: Final = 24 * 60 * 60 * 1000
_FOR_EVER: Final = 2**62


class WorkerKeys:
    """One for all lanes of a worker that seals."""

    def __init__(self, config: EngineConfig, masters: MasterKeys) -> None:
        """Knows none before `load`."""
        self._config = config
        self._masters = masters
        self._ring = Keyring(config.connection, writers_only=True)
        self._kept: dict[bytes, Millis] = {}

    async def load(self) -> None:
        """Read the writers' keys, and how long what they seal is kept.

        Raises:
            MasterKeyRefused: some were wrapped by a master key that we do not have.
            KafkaAway: Kafka does not answer.
        """
        await self._ring.read_on(self._config.topic_prefix, PARTITION)
        async with Kafka(self._config.connection) as kafka:
            for topic, owner in OWNERS.items():
                name = self._config.topic(topic)
                if await kafka.partitions(name) is not None:
                    self._kept[owner] = _kept_for(await kafka.settings(name))

    async def know(self, records: Iterable[ConsumerRecord]) -> None:
        """Read on if one of these records of the inbox was sealed with a key that is not known yet."""
        named = {key_id_of(topics.INBOX, each.value) for each in records}
        if any(each is not None and self._ring.key(each) is None for each in named):
            await self._ring.read_on(self._config.topic_prefix, PARTITION)

    def keeper(self, keys: dict[bytes, bytes]) -> Sealed:
        """For a lane, of the records of its partition of the key topic."""
        return Sealed(self._masters, keys, self._ring.key, _now)

    async def tended(self) -> list[Written]:
        """What the owner of the first partition writes of the writers' keys: the end of some, others wrapped anew."""
        await self._ring.read_on(self._config.topic_prefix, PARTITION)
        known = self._ring.records
        gone: list[Written] = [(name, None) for name in outworn(known, self._kept, _now())]
        ended = {name for name, _ in gone}
        return gone + [each for each in rewrapped_by(self._masters, known) if each[0] not in ended]


def outworn(keys: Mapping[bytes, bytes], kept: Mapping[bytes, Millis], now: Millis) -> list[bytes]:
    """The writers' keys, by the names of their records, of which nothing that they sealed is kept any more."""
    return [
        name
        for name, record in keys.items()
        if (owner := owner_of(name)[0]) in kept and created_at(record) + kept[owner] < now
    ]


def _kept_for(settings: Mapping[str, str]) -> Millis:
    """How long after a key was made a topic can hold what it sealed: it seals for a day."""
    retention, segment = int(settings.get("retention.ms", "-1")), int(settings.get("segment.ms", "0"))
    return _FOR_EVER if retention < 0 else retention + segment + 2 * _DAY_MS


def _now() -> Millis:
    return time.time_ns() // 1_000_000
