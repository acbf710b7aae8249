"""What was said and noted, as the archive keeps it: sealed with a key of each customer, where there is a master key.

The customer's own key of `reminders.keys` would not do: it is destroyed at once when the customer is erased, and a legal
hold may ask for the words still. So the archive has keys of its own, beside what else it remembers of itself, and destroys
each with the customer's last words. What was kept plain before there was a master key stays as it is.
"""

import os
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Row, Text, delete, exists, literal, select, update

from dispatcher.archive import facts
from dispatcher.archive.tables import META, TEXTS
from dispatcher.archive.writing import add
from schemas.master_keys import KEY_BYTES, NONCE_BYTES, MasterKeys, rewrapped, wrapped_by

_MARK: Final = "\x02sealed "
_NAME: Final = "words of "
_ONCE: Final = 500

WRAPPED: Final = META.c.value.label("wrapped")
"""The key that opens a row of `texts`, wrapped by the master key."""

KEYED: Final = META.c.name == literal(_NAME, Text).concat(TEXTS.c.customer_id)
"""Which key opens which row of `texts`; plain ones may have none."""


class Words:
    """Seals and opens; `masters` None: nothing is sealed, and what is sealed is not shown."""

    def __init__(self, masters: MasterKeys | None) -> None:
        self._masters = masters

    def kept(self, connection: Connection, rows: list[facts.Row]) -> list[facts.Row]:
        """Rows of `texts` as they are written."""
        if self._masters is None or not rows:
            return rows
        keys = self._keys(connection, self._masters, {str(row["customer_id"]) for row in rows})
        return [row | {"body": _sealed(keys[str(row["customer_id"])], row)} for row in rows]

    def said(self, row: "Row[Any]") -> str | None:
        """The words of a row of `texts`, with `wrapped` beside it (`KEYED`); None where they cannot be opened (any more)."""
        body: str | None = row.body
        if body is None or not body.startswith(_MARK):
            return body
        if self._masters is None or row.wrapped is None:
            return None
        sealed = b64decode(body.removeprefix(_MARK))
        cipher = AESGCM(self._masters.unwrap(_name(row.customer_id).encode(), bytes(row.wrapped)))
        place = _place(row.topic, row.partition, row.offset)
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place).decode()
        except InvalidTag:
            return None

    def wrap_anew(self, connection: Connection) -> None:
        """Have keys that a former master key wrapped stand under the present one."""
        if self._masters is None:
            return
        for row in connection.execute(select(META).where(META.c.name.startswith(_NAME))).all():
            if wrapped_by(bytes(row.value)) != self._masters.current:
                again = rewrapped(self._masters, row.name.encode(), bytes(row.value), os.urandom(NONCE_BYTES))
                connection.execute(update(META).where(META.c.name == row.name).values(value=again))

    def _keys(self, connection: Connection, masters: MasterKeys, customers: set[str]) -> dict[str, AESGCM]:
        known = _known(connection, customers)
        made: list[facts.Row] = []
        now = time.time_ns() // 1_000_000
        for customer in customers - known.keys():
            name = _name(customer)
            known[customer] = masters.wrap(os.urandom(KEY_BYTES), name.encode(), now, os.urandom(NONCE_BYTES))
            made.append({"name": name, "value": known[customer]})
        add(connection, META, made)
        return {each: AESGCM(masters.unwrap(_name(each).encode(), record)) for each, record in known.items()}


def forget_keys(connection: Connection, customer_id: str) -> None:
    """Destroy the key of a customer of whom no words are left."""
    left = exists().where(TEXTS.c.customer_id == customer_id)
    connection.execute(delete(META).where(META.c.name == _name(customer_id), ~left))


def _known(connection: Connection, customers: Iterable[str]) -> dict[str, bytes]:
    names = [_name(each) for each in customers]
    found: dict[str, bytes] = {}
    for start in range(0, len(names), _ONCE):
        asked = select(META).where(META.c.name.in_(names[start : start + _ONCE]))
        found |= {row.name.removeprefix(_NAME): bytes(row.value) for row in connection.execute(asked)}
    return found


def _sealed(cipher: AESGCM, row: facts.Row) -> str:
    nonce = os.urandom(NONCE_BYTES)
    place = _place(row["topic"], row["partition"], row["offset"])
    return _MARK + b64encode(nonce + cipher.encrypt(nonce, str(row["body"]).encode(), place)).decode()


def _place(*where: object) -> bytes:
    return "/".join(map(str, where)).encode()


def _name(customer_id: str) -> str:
    return _NAME + customer_id
