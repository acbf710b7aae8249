"""Sessions on the server's side: a browser holds a token, the store its SHA-256, so a copy of the store signs nobody in."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from dispatcher.gateway.staff.people import Role, role_of
from dispatcher.gateway.staff.tables import ACCOUNTS, SESSIONS
from schemas.values import Millis

IDLE: Final = 30 * 60_000
"""Milliseconds after which nobody is taken to sit there any more."""

WHOLE: Final = 10 * 3_600_000
"""Milliseconds that a session lasts at most, however busy."""

_SEEN_EVERY: Final = 60_000
"""Being seen is written at most so often: not every request has to wait for a disk."""


@dataclass(frozen=True, slots=True)
class Session:
    """Whose session it is: of an account that may still sign in. `unseen`: it is time to write that it was seen."""

    name: str
    role: Role
    unseen: bool


def begin(connection: Connection, token: str, name: str, now: Millis) -> None:
    """Begin a session, and clear away those that are over."""
    connection.execute(delete(SESSIONS).where(_over(now)))
    row = {"digest": _digest(token), "name": name, "begun_at": now, "seen_at": now}
    connection.execute(insert(SESSIONS), row)


def found(connection: Connection, token: str, now: Millis) -> Session | None:
    """The session of a token; None where there is none (any more)."""
    row = connection.execute(
        select(SESSIONS.c.name, SESSIONS.c.seen_at, ACCOUNTS.c.role)
        .join(ACCOUNTS, ACCOUNTS.c.name == SESSIONS.c.name)
        .where(SESSIONS.c.digest == _digest(token), ACCOUNTS.c.disabled_at.is_(None), ~_over(now))
    ).one_or_none()
    role = None if row is None else role_of(row.role)
    if row is None or role is None:
        return None
    return Session(row.name, role, now - row.seen_at >= _SEEN_EVERY)


def seen(connection: Connection, token: str, now: Millis) -> None:
    """Its person did something."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.digest == _digest(token)).values(seen_at=now))


def end(connection: Connection, token: str) -> None:
    """End one session."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == _digest(token)))


def end_all_of(connection: Connection, name: str) -> None:
    """End all sessions of an account: what it may do has changed."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.name == name))


def _over(now: Millis) -> ColumnElement[bool]:
    return or_(SESSIONS.c.seen_at <= now - IDLE, SESSIONS.c.begun_at <= now - WHOLE)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
