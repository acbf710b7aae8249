"""Who may sign in at the demonstration's gateway: one account for each role, with a password made up for this run."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from argon2 import PasswordHasher

from dispatcher.gateway.staff.accounts import Accounts
from dispatcher.gateway.staff.audit import Audit
from dispatcher.gateway.staff.passwords import Passwords
from dispatcher.gateway.staff.people import ROLES, Role
from dispatcher.gateway.staffing import opened_store
from dispatcher.gateway.store.database import Store
from dispatcher.settings import Settings
from schemas.values import Millis


@dataclass(frozen=True, slots=True)
class Login:
    """An account that somebody may use; it is called as its role."""

    role: Role
    password: str = field(repr=False)


def made_up_accounts(settings: Settings) -> tuple[Login, ...]:
    """Make an account for each role in the database of a gateway that does not run yet."""
    logins = tuple(Login(role, secrets.token_urlsafe(12)) for role in ROLES)
    passwords = Passwords(PasswordHasher())
    with _opened(settings) as store, store.engine.begin() as connection:
        accounts = Accounts(Audit(store, settings.staff_key, _now))
        for login in logins:
            accounts.add(connection, login.role, login.role, passwords.kept(login.password), _now())
    return logins


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    store = opened_store(settings)
    try:
        yield store
    finally:
        store.close()


def _now() -> Millis:
    return time.time_ns() // 1_000_000
