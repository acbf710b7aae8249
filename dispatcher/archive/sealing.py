"""What makes a later change of the archive visible: each record is sealed, and its link rests on all records before it.

A record's `seal` covers what concerns a person, its `link` the rest, the seal and the link before it. So a row whose
personal part was emptied still stands in its chain, and nobody can say anything else in its place. Both are keyed: without
the installation's secret neither can be made, and nothing can be guessed from them.
"""

import hmac
from collections.abc import Sequence
from typing import Final

import msgspec

Value = str | int | None

ROOT: Final = b"\0" * 32
"""The link before the first record of a partition."""

_ERASED: Final = "erased-"
_OF_CUSTOMER: Final = 8
"""Bytes of an event's key that are the same for all events of a customer."""

_encode = msgspec.json.Encoder().encode


def seal(key: bytes, personal: Sequence[Value]) -> bytes:
    """The seal of a record's personal part, in the order of its columns: HMAC-SHA256 over canonical JSON."""
    return hmac.digest(key, _encode(personal), "sha256")


def link(key: bytes, before: bytes, lasting: Sequence[Value], sealed: bytes) -> bytes:
    """The link of a record: over the link `before` it, its lasting columns in their order, and its seal."""
    return hmac.digest(key, before + sealed + _encode(lasting), "sha256")


def mark(key: bytes) -> bytes:
    """What tells whether a key is the one that sealed an archive; it tells nothing of the key."""
    return hmac.digest(key, b"whose archive is this?", "sha256")


def pseudonym(key: bytes, customer_id: str) -> str:
    """What stands for an erased customer, the same in all tables; nothing leads back without the secret."""
    return _ERASED + hmac.digest(key, customer_id.encode(), "sha256")[:12].hex()


def thing_key(key: bytes, customer_id: str, *names: str) -> bytes:
    """What finds a thing of a customer's (a promise, an invoice, an event) whether or not the customer was erased."""
    return hmac.digest(key, "\0".join((customer_id, *names)).encode(), "sha256")[:16]


def event_key(key: bytes, customer_id: str, *names: str) -> bytes:
    """What finds an event of a customer's; all of one customer's stand together, after `events_of`."""
    return thing_key(key, customer_id)[:_OF_CUSTOMER] + thing_key(key, customer_id, *names)[_OF_CUSTOMER:]


def events_of(pseudonym_of: str) -> tuple[bytes, bytes]:
    """The first and the last key that an event of the customer with this pseudonym can have."""
    begin = bytes.fromhex(pseudonym_of.removeprefix(_ERASED))[:_OF_CUSTOMER]
    return begin + b"\0" * _OF_CUSTOMER, begin + b"\xff" * _OF_CUSTOMER
