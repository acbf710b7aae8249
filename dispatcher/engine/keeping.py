"""How a lane keeps what it knows: plain, or sealed with a key of each customer, which the lane makes and destroys.

The lane is the only writer of its partition of `reminders.keys`, so a customer never has two keys, and a key is destroyed in
the transaction that writes what is left of its customer. Other writers' keys stand in the first partition beside them.
"""

import os
from collections.abc import Callable
from typing import Final, Protocol

from dispatcher.engine.arrivals import arrival_of
from dispatcher.engine.carriers import ConsumerRecord
from dispatcher.engine.own_key import new_key, rewrapped_by
from dispatcher.engine.transactions import Written
from schemas import state, topics
from schemas.inbox import Arrival
from schemas.master_keys import NONCE_BYTES, MasterKeys, name_of, owner_of
from schemas.sealed import SealingKey, key_id_of, seal, sealing_key, unseal
from schemas.state import Customer
from schemas.values import Millis

_MOST_READY: Final = 10_000
"""Keys of customers that a lane keeps unwrapped: to unwrap one again takes two microseconds."""

OpenInbox = Callable[[bytes], SealingKey | None]
"""The key of a writer by its id, as far as it is known."""


class KeyLost(Exception):
    """A record names a key that `reminders.keys` does not hold."""


class Keeper(Protocol):
    """What stands between the records of a lane and what they say."""

    def customer(self, key: bytes, record: bytes) -> Customer:
        """The aggregate in a state record."""

    def record(self, key: bytes, customer: Customer, wake_at: Millis | None, flags: int) -> bytes:
        """The state record of an aggregate."""

    def arrival(self, record: ConsumerRecord) -> Arrival:
        """What an inbox record says."""

    def handed_over(self, topic: str, key: bytes, plain: bytes) -> bytes:
        """A record about a customer for one of the topics in `schemas.sealed.BY_CUSTOMER`."""

    def erase(self, key: bytes) -> None:
        """Destroy the customer's key: whatever was written of the customer says nothing from then on."""

    def take_keys(self) -> list[Written]:
        """Keys that were made and destroyed since the last time: they belong into the transaction of what they seal."""


class Plain:
    """Nothing is sealed."""

    def customer(self, _: bytes, record: bytes) -> Customer:
        """As it stands."""
        return state.decode(record)

    def record(self, _: bytes, customer: Customer, wake_at: Millis | None, flags: int) -> bytes:
        """As it stands."""
        return state.encode(customer, wake_at, flags)

    def arrival(self, record: ConsumerRecord) -> Arrival:
        """As it stands."""
        return arrival_of(record, record.value)

    def handed_over(self, _topic: str, _key: bytes, plain: bytes) -> bytes:
        """As it is."""
        return plain

    def erase(self, _: bytes) -> None:
        """There is no key."""

    def take_keys(self) -> list[Written]:
        """There are none."""
        return []


PLAIN: Final = Plain()


class Sealed:
    """Everything that is written is sealed; what was written before that is read as it stands."""

    def __init__(
        self, masters: MasterKeys, keys: dict[bytes, bytes], writers: OpenInbox, now: Callable[[], Millis]
    ) -> None:
        """`keys`: the records of this partition of the key topic; `writers` finds the keys of those who write the inbox."""
        self._masters = masters
        self._writers = writers
        self._now = now
        self._wrapped: dict[bytes, tuple[bytes, bytes]] = {}
        self._ready: dict[bytes, SealingKey] = {}
        self._changed: list[Written] = []
        for name, record in keys.items():
            owner, key_id = owner_of(name)
            if not owner.startswith(b"\0"):
                self._wrapped[owner] = key_id, record

    def customer(self, key: bytes, record: bytes) -> Customer:
        """Opened, if it is sealed."""
        key_id = key_id_of(topics.STATE, record)
        if key_id is None:
            return state.decode(record)
        return state.decode(unseal(self._known(key, key_id), topics.STATE, key, record))

    def record(self, key: bytes, customer: Customer, wake_at: Millis | None, flags: int) -> bytes:
        """Sealed."""
        return self.handed_over(topics.STATE, key, state.encode(customer, wake_at, flags))

    def arrival(self, record: ConsumerRecord) -> Arrival:
        """Opened, if it is sealed."""
        key_id = key_id_of(topics.INBOX, record.value)
        if key_id is None:
            return arrival_of(record, record.value)
        writer = self._writers(key_id)
        if writer is None:
            raise KeyLost(f"a record of the inbox names the key {key_id.hex()}")
        return arrival_of(record, unseal(writer, topics.INBOX, record.key, record.value))

    def handed_over(self, topic: str, key: bytes, plain: bytes) -> bytes:
        """Sealed with the customer's key; made now, if this is the first that is written of the customer."""
        return seal(self._ready.get(key) or self._key_of(key), topic, key, plain, os.urandom(NONCE_BYTES))

    def erase(self, key: bytes) -> None:
        """The next record has another key."""
        self._ready.pop(key, None)
        destroyed = self._wrapped.pop(key, None)
        if destroyed is not None:
            self._changed.append((name_of(key, destroyed[0]), None))

    def take_keys(self) -> list[Written]:
        """In the order in which they were made and destroyed."""
        changed, self._changed = self._changed, []
        return changed

    def holds(self, key: bytes, record: bytes) -> bool:
        """Whether the key of a state record is there."""
        key_id = key_id_of(topics.STATE, record)
        return key_id is None or (key in self._wrapped and self._wrapped[key][0] == key_id)

    def wrap_anew(self) -> None:
        """Have keys that a former master key wrapped written again under the present one."""
        named = {name_of(key, key_id): record for key, (key_id, record) in self._wrapped.items()}
        for name, record in rewrapped_by(self._masters, named):
            key, key_id = owner_of(name)
            self._wrapped[key] = key_id, record
            self._changed.append((name, record))

    def _known(self, key: bytes, key_id: bytes) -> SealingKey:
        known = self._ready.get(key) or self._key_of(key, make=False)
        if known.id != key_id:
            raise KeyLost(f"the state record names the key {key_id.hex()}")
        return known

    def _key_of(self, key: bytes, *, make: bool = True) -> SealingKey:
        found = self._wrapped.get(key)
        if found is not None:
            key_id, record = found
            known = sealing_key(key_id, self._masters.unwrap(name_of(key, key_id), record))
        elif make:
            known, name, record = new_key(self._masters, key, self._now())
            self._wrapped[key] = known.id, record
            self._changed.append((name, record))
        else:
            raise KeyLost("the state record names a key")
        if len(self._ready) >= _MOST_READY:
            self._ready.clear()
        self._ready[key] = known
        return known
