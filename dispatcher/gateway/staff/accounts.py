"""Local accounts: made, changed and asked for a password. Every change ends the account's sessions and is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection, insert, select, update

from dispatcher.gateway.staff.audit import Audit, Deed, What
from dispatcher.gateway.staff.lockout import closed_for
from dispatcher.gateway.staff.people import Role
from dispatcher.gateway.staff.sessions import end_all_of
from dispatcher.gateway.staff.tables import ACCOUNTS
from schemas.values import Millis

OPERATOR: Final = "operator"
"""Who changes accounts at the command line: whoever may read the installation's settings."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as operators see it; instants in milliseconds, `locked_until` 0 where it never was."""

    name: str
    role: Role
    made_at: Millis
    disabled_at: Millis | None
    locked_until: Millis


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a password is compared with. `kept`: None where nobody may sign in under that name now."""

    known: bool
    role: Role | None = None
    kept: str | None = None


Changed = Literal["changed", "unknown", "taken"]
"""What became of a change: done, no such account, or there is one already."""


class Accounts:
    """The accounts in the store."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def add(self, connection: Connection, name: str, role: Role, kept: str, now: Millis) -> Changed:
        """A new account; `kept` is what is kept of its password."""
        if _exists(connection, name):
            return "taken"
        row = {"name": name, "role": role, "password": kept, "made_at": now, "failures": 0, "locked_until": 0}
        connection.execute(insert(ACCOUNTS), row)
        self._record(connection, "account_added", name, role)
        return "changed"

    def give_role(self, connection: Connection, name: str, role: Role) -> Changed:
        """Another role."""
        return self._change(connection, "role_changed", name, role, role=role)

    def give_password(self, connection: Connection, name: str, kept: str) -> Changed:
        """Another password, which also opens an account that wrong ones had closed."""
        return self._change(connection, "password_changed", name, None, password=kept, failures=0, locked_until=0)

    def disable(self, connection: Connection, name: str, now: Millis) -> Changed:
        """Nobody signs in there any more; the name stays, because the record speaks of it."""
        return self._change(connection, "account_disabled", name, None, disabled_at=now)

    def unlock(self, connection: Connection, name: str) -> Changed:
        """Open again what wrong passwords or `disable` had closed."""
        return self._change(connection, "account_unlocked", name, None, failures=0, locked_until=0, disabled_at=None)

    def attempted(self, connection: Connection, name: str, now: Millis) -> Attempt:
        """Somebody tries a password: counted as wrong until `succeeded`, so that many at once gain nothing."""
        row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.name == name).with_for_update()).one_or_none()
        if row is None:
            return Attempt(known=False)
        if row.disabled_at is not None or now < row.locked_until:
            return Attempt(known=True)
        failures = row.failures + 1
        counted = {"failures": failures, "locked_until": now + closed_for(failures)}
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(counted))
        return Attempt(known=True, role=row.role, kept=row.password)

    def succeeded(self, connection: Connection, name: str, renewed: str | None) -> None:
        """The right password; `renewed` is what is kept of it from now on, where that changes."""
        values: dict[str, object] = {"failures": 0, "locked_until": 0}
        if renewed is not None:
            values["password"] = renewed
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(values))

    def _change(self, connection: Connection, what: What, name: str, detail: str | None, **values: object) -> Changed:
        if connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(values)).rowcount == 0:
            return "unknown"
        end_all_of(connection, name)
        self._record(connection, what, name, detail)
        return "changed"

    def _record(self, connection: Connection, what: What, name: str, detail: str | None) -> None:
        told = name if detail is None else f"{name} {detail}"
        self._audit.write(connection, Deed(what, OPERATOR, detail=told))


def all_accounts(connection: Connection) -> Sequence[Account]:
    """Every account, by name."""
    return [
        Account(row.name, row.role, row.made_at, row.disabled_at, row.locked_until)
        for row in connection.execute(select(ACCOUNTS).order_by(ACCOUNTS.c.name))
    ]


def _exists(connection: Connection, name: str) -> bool:
    return connection.execute(select(ACCOUNTS.c.name).where(ACCOUNTS.c.name == name)).first() is not None
