"""The key under which a client seals what it writes for others to own: into the inbox, and what it sets aside.

Whoever writes there has not seen the customer's key, and may not make one: only the lane does. So each client has a random
key of its own, anew every day, which stands in `reminders.keys` before anything is sealed with it. It is destroyed when no
record that it sealed is kept any more (`dispatcher.engine.outworn`).
"""

import os
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from schemas import topics
from schemas.master_keys import (
    ID_BYTES,
    INBOX_WRITER,
    KEY_BYTES,
    NONCE_BYTES,
    REJECTED_WRITER,
    TEXTS_WRITER,
    MasterKeys,
    created_at,
    name_of,
    rewrapped,
    wrapped_by,
)
from schemas.sealed import BY_WRITER, SealingKey, seal, sealing_key

PARTITION: Final = 0
"""Where the keys of writers stand."""

OWNERS: Final = {topics.INBOX: INBOX_WRITER, topics.REJECTED: REJECTED_WRITER, topics.TEXTS: TEXTS_WRITER}

_LIFETIME_MS: Final = 24 * 60 * 60 * 1000
_MARK: Final = b"\0"

Publish = Callable[[str, bytes, bytes], Awaitable[object]]
"""Appends a record (topic, key, value) to partition `PARTITION` and waits until it stands."""


def new_key(masters: MasterKeys, owner: bytes, now_ms: int) -> tuple[SealingKey, bytes, bytes]:
    """A random key for an owner, and the record that keeps it: its key and value."""
    key_id, key = os.urandom(ID_BYTES), os.urandom(KEY_BYTES)
    name = name_of(owner, key_id)
    return sealing_key(key_id, key), name, masters.wrap(key, name, now_ms, os.urandom(NONCE_BYTES))


def rewrapped_by(masters: MasterKeys, keys: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """The records of keys that a former master key wrapped, wrapped by the present one."""
    return [
        (name, rewrapped(masters, name, record, os.urandom(NONCE_BYTES)))
        for name, record in keys.items()
        if wrapped_by(record) != masters.current
    ]


def named(topic: str) -> tuple[str, str] | None:
    """Prefix and name of a topic that writers seal; None: it is none of those."""
    return next(((topic.removesuffix(name), name) for name in BY_WRITER if topic.endswith(name)), None)


class OwnKey:
    """The present key of a client, by topic."""

    def __init__(self, masters: MasterKeys, publish: Publish) -> None:
        """Makes none before `ready`."""
        self._masters = masters
        self._publish = publish
        self._keys: dict[str, tuple[SealingKey, int]] = {}

    async def ready(self, topic: str) -> None:
        """Have a key for a topic (its full name), if its records are sealed at all."""
        found = named(topic)
        if found is None or self._is_good(topic):
            return
        prefix, name = found
        key, record, wrapped = new_key(self._masters, OWNERS[name], time.time_ns() // 1_000_000)
        await self._publish(prefix + topics.KEYS, record, wrapped)
        self._keys[topic] = key, created_at(wrapped)

    async def seal(self, topic: str, key: bytes | None, value: bytes) -> bytes:
        """One value as it may stand in a topic (its full name)."""
        if named(topic) is None or (key is not None and key.startswith(_MARK)):
            return value
        await self.ready(topic)
        return self.sealed(topic, key, value)

    def sealed(self, topic: str, key: bytes | None, value: bytes) -> bytes:
        """The value as it may stand in a topic that is `ready`; marks of the inbox name nobody, and stay plain."""
        if topic not in self._keys or (key is not None and key.startswith(_MARK)):
            return value
        return seal(self._keys[topic][0], _name(topic), key, value, os.urandom(NONCE_BYTES))

    def _is_good(self, topic: str) -> bool:
        known = self._keys.get(topic)
        return known is not None and time.time_ns() // 1_000_000 < known[1] + _LIFETIME_MS


def _name(topic: str) -> str:
    found = named(topic)
    return topic if found is None else found[1]
