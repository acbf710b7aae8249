"""Master keys, and the keys that they wrap: records of `reminders.keys`.

Every key of a customer, and every key of a process that writes what it does not own, is random and stands in that topic,
wrapped. So a key is destroyed by a tombstone and the compaction after it, and nobody who has the master key alone can open
what it sealed. A record's key is the owner, a NUL byte and the key's id.
"""

import binascii
import struct
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.values import Millis

KEY_BYTES: Final = 32
ID_BYTES: Final = 8
NONCE_BYTES: Final = 12

INBOX_WRITER: Final = b"\0inbox"
REJECTED_WRITER: Final = b"\0rejected"
TEXTS_WRITER: Final = b"\0texts"
"""Owners of keys that are no customers: whoever writes into the inbox, sets input aside, or tells what was sent."""

_VERSION: Final = 1
_HEAD: Final = struct.Struct(">B4sQ")
_PURPOSE: Final = b"reminders.keys\0"


class MasterKeyRefused(Exception):
    """Records were sealed under a master key that we do not have; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Unsuitable:
    """A file that holds no master keys; `line` counts from 1, 0: the file as a whole."""

    line: int
    expected: str


class MasterKeys:
    """The first wraps, all of them unwrap: a new one is put before the old one while it takes over."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Each of `KEY_BYTES`."""
        self._ciphers = {fingerprint(key): AESGCM(key) for key in keys}
        self.current: bytes = fingerprint(keys[0])

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What may be said of the keys: enough to tell them apart."""
        return tuple(each.hex() for each in self._ciphers)

    def wrap(self, key: bytes, name: bytes, created: Millis, nonce: bytes) -> bytes:
        """The record of a key; `name` is the record's own key, and binds the two together."""
        head = _HEAD.pack(_VERSION, self.current, created)
        return head + nonce + self._ciphers[self.current].encrypt(nonce, key, _PURPOSE + name + head)

    def unwrap(self, name: bytes, record: bytes) -> bytes:
        """The key in a record.

        Raises:
            MasterKeyRefused: none of ours wrapped it, or the record is damaged.
        """
        used = wrapped_by(record)
        cipher = self._ciphers.get(used)
        if cipher is None:
            raise MasterKeyRefused(
                f"reminders.keys holds keys that the master key {used.hex()} wrapped, and DISPATCHER_MASTER_KEY_FILE has "
                f"{', '.join(self.fingerprints)}: put that key into the file, behind the one in use"
            )
        nonce, sealed = record[_HEAD.size : _HEAD.size + NONCE_BYTES], record[_HEAD.size + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, _PURPOSE + name + record[: _HEAD.size])
        except InvalidTag as damage:
            raise MasterKeyRefused(
                f"a record of reminders.keys is damaged, or was put there by somebody else (master key {used.hex()}): "
                "restore the topic from a backup"
            ) from damage


def rewrapped(masters: MasterKeys, name: bytes, record: bytes, nonce: bytes) -> bytes:
    """The same key, wrapped by the present master key."""
    return masters.wrap(masters.unwrap(name, record), name, created_at(record), nonce)


def read(text: str) -> MasterKeys | Unsuitable:
    """The keys of a file: one line each, base64 of 32 random bytes; empty lines and those that begin with # do not count."""
    keys: list[bytes] = []
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        try:
            key = b64decode(said, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            return Unsuitable(number, "expected base64 of 32 random bytes, as `openssl rand -base64 32` prints them")
        keys.append(key)
    if not keys:
        return Unsuitable(0, "expected a line with base64 of 32 random bytes, as `openssl rand -base64 32` prints them")
    return MasterKeys(keys)


def fingerprint(key: bytes) -> bytes:
    """Tells master keys apart, and tells nothing of them."""
    return blake2b(key, digest_size=4, person=b"master").digest()


def name_of(owner: bytes, key_id: bytes) -> bytes:
    """The key of a key's record."""
    return owner + b"\0" + key_id


def owner_of(name: bytes) -> tuple[bytes, bytes]:
    """Whose key a record holds, and its id."""
    return name[: -ID_BYTES - 1], name[-ID_BYTES:]


def wrapped_by(record: bytes) -> bytes:
    """The fingerprint of the master key that wrapped a key; `MasterKeyRefused` where the record is of a later release."""
    if len(record) < _HEAD.size or record[0] != _VERSION:
        raise MasterKeyRefused("reminders.keys holds records that this release does not read: start the later release")
    return bytes(record[1:5])


def created_at(record: bytes) -> Millis:
    """When a key was made."""
    created: int = _HEAD.unpack_from(record)[2]
    return created
