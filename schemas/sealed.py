"""Sealed records: how they are written, and how they are told from plain ones.

A sealed value is a mark, the id of its key, a nonce, and AES-256-GCM over the plain value; topic and record key are bound
into it, so that no record can be put in another's place. A state record keeps its first ten bytes, its version marked:
wake-ups and flags are read without a key. What is plain stays readable: an installation seals from when it is told to.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas import topics
from schemas.master_keys import ID_BYTES, NONCE_BYTES

BY_CUSTOMER: Final = frozenset({topics.STATE, topics.TASKS})
"""Topics whose records are sealed with the key of the customer who is the record's key."""

BY_WRITER: Final = frozenset({topics.INBOX, topics.REJECTED, topics.TEXTS})
"""Topics whose records are sealed with a key of the process that wrote them."""

SEALED: Final = BY_CUSTOMER | BY_WRITER

_MARK: Final = b"\xc1dk\x01"
"""No MessagePack and no JSON begins like that."""

_STATE_MARK: Final = 0x80
_STATE_HEAD: Final = 10
_PLACES: Final = {topics.STATE: _STATE_HEAD}


class Damaged(Exception):
    """A sealed record is not what was sealed: it was changed, or put in another's place."""


@dataclass(frozen=True, slots=True, repr=False)
class SealingKey:
    """A key that seals and opens, and the id by which sealed records name it."""

    id: bytes
    cipher: AESGCM


def sealing_key(key_id: bytes, key: bytes) -> SealingKey:
    """Of 32 random bytes."""
    return SealingKey(key_id, AESGCM(key))


def key_id_of(topic: str, value: bytes) -> bytes | None:
    """The id of the key that sealed a record of one of `SEALED`; None: it is plain."""
    if topic == topics.STATE:
        return value[_STATE_HEAD : _STATE_HEAD + ID_BYTES] if value[0] & _STATE_MARK else None
    return value[len(_MARK) : len(_MARK) + ID_BYTES] if value.startswith(_MARK) else None


def seal(key: SealingKey, topic: str, name: bytes | None, plain: bytes, nonce: bytes) -> bytes:
    """The sealed value of a record; `name` is the record's key, `nonce` 12 bytes that are used once."""
    if topic == topics.STATE:
        head, body = bytes((plain[0] | _STATE_MARK,)) + plain[1:_STATE_HEAD], plain[_STATE_HEAD:]
    else:
        head, body = _MARK, plain
    return head + key.id + nonce + key.cipher.encrypt(nonce, body, _bound(topic, name, head))


def unseal(key: SealingKey, topic: str, name: bytes | None, value: bytes) -> bytes:
    """The plain value of a sealed record.

    Raises:
        Damaged: it is not what was sealed with this key under this name in this topic.
    """
    at = _PLACES.get(topic, len(_MARK))
    begins = at + ID_BYTES + NONCE_BYTES
    head, nonce = value[:at], value[at + ID_BYTES : begins]
    try:
        body = key.cipher.decrypt(nonce, value[begins:], _bound(topic, name, head))
    except InvalidTag as fault:
        raise Damaged(f"a record of {topic} is not what was sealed") from fault
    return bytes((head[0] & ~_STATE_MARK,)) + head[1:] + body if topic == topics.STATE else body


def _bound(topic: str, name: bytes | None, head: bytes) -> bytes:
    return b"\0".join((topic.encode(), name or b"", head))
