"""Signing in with a name and a password: right or not, and nothing in between that a stranger could learn from."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from dispatcher.gateway.staff import sessions
from dispatcher.gateway.staff.accounts import Accounts, Attempt
from dispatcher.gateway.staff.audit import NOBODY, Audit, Deed
from dispatcher.gateway.staff.passwords import Passwords
from dispatcher.gateway.staff.people import Role
from dispatcher.gateway.store.database import Store
from schemas.values import Millis

_AT_ONCE: Final = 2
"""Passwords that are checked at a time: each takes memory and a processor on purpose."""

ANSWERED_AFTER_S: Final = 0.6
"""A refusal comes after this time, whatever took how long: names that exist answer no later than others."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` is for the browser's cookie alone."""

    token: str
    role: Role


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """Unknown, wrong, closed for a while or for good: nobody is told which."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What signing in takes from outside: the wall clock in milliseconds, a monotonic one, a pause, and a new token."""

    now: Callable[[], Millis]
    monotonic: Callable[[], float]
    pause: Callable[[float], Awaitable[None]]
    token: Callable[[], str]


class SignIn:
    """The way in for local accounts."""

    def __init__(
        self, store: Store, accounts: Accounts, audit: Audit, passwords: Passwords, around: Surroundings
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._audit = audit
        self._passwords = passwords
        self._around = around
        self._checking = asyncio.Semaphore(_AT_ONCE)

    async def attempt(self, name: str, password: str, address: str) -> SignedIn | NotSignedIn:
        """Try a password; `address` is where from, for the record."""
        began = self._around.monotonic()
        named = name.strip().casefold()
        attempt = await self._store.writes(
            lambda connection: self._accounts.attempted(connection, named, self._around.now())
        )
        async with self._checking:
            fits = await asyncio.to_thread(self._passwords.fits, attempt.kept, password)
        if fits and attempt.kept is not None and attempt.role is not None:
            outdated = self._passwords.is_outdated(attempt.kept)
            renewed = await asyncio.to_thread(self._passwords.kept, password) if outdated else None
            token = self._around.token()
            deed = Deed("signed_in", named, attempt.role, address=address)
            await self._store.writes(lambda connection: self._let_in(connection, deed, token, renewed))
            return SignedIn(token, attempt.role)
        await self._store.writes(lambda connection: self._audit.write(connection, _refusal(named, attempt, address)))
        await self._around.pause(max(0.0, began + ANSWERED_AFTER_S - self._around.monotonic()))
        return NotSignedIn()

    def _let_in(self, connection: Connection, deed: Deed, token: str, renewed: str | None) -> None:
        self._accounts.succeeded(connection, deed.name, renewed)
        sessions.begin(connection, token, deed.name, self._around.now())
        self._audit.write(connection, deed)


def _refusal(named: str, attempt: Attempt, address: str) -> Deed:
    if not attempt.known:
        return Deed("sign_in_failed", NOBODY, detail="unknown_name", address=address)
    return Deed("sign_in_failed", named, attempt.role, "closed" if attempt.kept is None else "wrong_password", address)
