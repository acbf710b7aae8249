"""The record of what people did here: rows are only added, and each rests on all before it.

What is kept of a customer is an id, and a word of ours for what was done: never a name, a number or what somebody wrote.
A row is chained like those of the archive (`dispatcher.archive.sealing`): who knows the database but not the installation's
secret can neither change one nor take one out without `checked` naming it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection, Row, delete, insert, select, update

from dispatcher.archive.sealing import Value, link, seal
from dispatcher.gateway.staff.people import Person
from dispatcher.gateway.staff.tables import AUDIT, CHAIN
from dispatcher.gateway.store.database import Store
from schemas.values import Millis

What = Literal[
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "account_added",
    "account_disabled",
    "account_unlocked",
    "role_changed",
    "password_changed",
    "task_taken",
    "task_given_back",
    "number_revealed",
    "dialled",
    "outcome_reported",
    "task_resolved",
    "customer_viewed",
    "report_viewed",
    "exported",
    "audit_viewed",
]
"""What can be done. A new word needs its sentence in `words_en` and `words_zh`."""

WHATS: Final[tuple[What, ...]] = get_args(What)

NOBODY: Final = "?"
"""Who did it, where that is not known: a name that was only typed may be a password in the wrong field."""


@dataclass(frozen=True, slots=True, repr=False)
class Deed:
    """Something that was done. `detail` is a word of ours; `address` stands where the deed is a sign-in."""

    what: What
    name: str
    role: str | None = None
    detail: str | None = None
    address: str | None = None
    customer_id: str | None = None
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look over the whole record found: rows that are as they were written, the last row's number, and `broken`.

    That is the number of the first row that was changed or is missing; None where the record is whole. `is_foreign`: nothing
    of any row shows that it was written under this key.
    """

    rows: int
    last: int
    broken: int | None
    is_foreign: bool = False


class Audit:
    """The record in the store. `key` chains it; `now` is the wall clock in milliseconds."""

    def __init__(self, store: Store, key: bytes, now: Callable[[], Millis]) -> None:
        self._store = store
        self._key = key
        self._now = now

    async def note(
        self,
        person: Person,
        what: What,
        *,
        customer_id: str | None = None,
        task_id: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Write what somebody did. Do so before it is done: what cannot be recorded does not happen."""
        deed = Deed(what, person.name, person.role, detail, customer_id=customer_id, task_id=task_id)
        await self._store.writes(lambda connection: self.write(connection, deed))

    def write(self, connection: Connection, deed: Deed) -> None:
        """Write a deed in the transaction in which it is done."""
        chain = connection.execute(select(CHAIN.c.number, CHAIN.c.link).with_for_update()).one()
        number, at = chain.number + 1, self._now()
        sealed = seal(self._key, _personal(deed))
        linked = link(self._key, chain.link, _lasting(number, at, deed), sealed)
        row = {
            "number": number,
            "at": at,
            "name": deed.name,
            "role": deed.role,
            "what": deed.what,
            "detail": deed.detail,
            "address": deed.address,
            "customer_id": deed.customer_id,
            "task_id": deed.task_id,
            "seal": sealed,
            "link": linked,
        }
        connection.execute(insert(AUDIT), row)
        connection.execute(update(CHAIN).values(number=number, link=linked))

    async def forget_before(self, instant: Millis) -> int:
        """Take out the rows that were written before an instant; returns how many. The chain then begins after them."""
        return await self._store.writes(lambda connection: _forget_before(connection, instant))

    def checked(self, connection: Connection) -> Checked:
        """Make all links anew, and say where the first differs. Give it a `Store.snapshot`: rows are added meanwhile."""
        chain = connection.execute(select(CHAIN)).one()
        rows, broken = self._followed(connection, chain)
        is_foreign = broken is not None and rows == 0 and not self._wrote_any(connection, chain.root)
        return Checked(rows, chain.number, broken, is_foreign)

    def _followed(self, connection: Connection, chain: Row[Any]) -> tuple[int, int | None]:
        """How many rows hold, one after the other, and the number of the first that does not."""
        number, before = chain.root_number, chain.root
        in_order = select(AUDIT).order_by(AUDIT.c.number).execution_options(yield_per=1000)
        with connection.execute(in_order) as rows:
            for row in rows:
                deed = _deed(row)
                sealed = seal(self._key, _personal(deed))
                linked = link(self._key, before, _lasting(row.number, row.at, deed), sealed)
                if (row.number, row.seal, row.link) != (number + 1, sealed, linked):
                    return number - chain.root_number, number + 1
                number, before = row.number, row.link
        is_whole = (number, before) == (chain.number, chain.link)
        return number - chain.root_number, None if is_whole else number + 1

    def _wrote_any(self, connection: Connection, before: bytes) -> bool:
        """Whether a row has a seal of this key, or a link of it to the row before. An empty record says nothing."""
        is_empty = True
        in_order = select(AUDIT).order_by(AUDIT.c.number).execution_options(yield_per=1000)
        with connection.execute(in_order) as rows:
            for row in rows:
                is_empty, deed = False, _deed(row)
                linked = link(self._key, before, _lasting(row.number, row.at, deed), row.seal)
                if row.seal == seal(self._key, _personal(deed)) or row.link == linked:
                    return True
                before = row.link
        return is_empty


def _forget_before(connection: Connection, instant: Millis) -> int:
    connection.execute(select(CHAIN.c.id).with_for_update())
    last = connection.execute(
        select(AUDIT.c.number, AUDIT.c.link).where(AUDIT.c.at < instant).order_by(AUDIT.c.number.desc()).limit(1)
    ).one_or_none()
    if last is None:
        return 0
    connection.execute(update(CHAIN).values(root_number=last.number, root=last.link))
    return connection.execute(delete(AUDIT).where(AUDIT.c.number <= last.number)).rowcount


def _personal(deed: Deed) -> Sequence[Value]:
    return deed.customer_id, deed.task_id, deed.address


def _lasting(number: int, at: Millis, deed: Deed) -> Sequence[Value]:
    return number, at, deed.name, deed.role, deed.what, deed.detail


def _deed(row: Row[tuple[object, ...]]) -> Deed:
    return Deed(row.what, row.name, row.role, row.detail, row.address, row.customer_id, row.task_id)
