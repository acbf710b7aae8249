"""Which rows of `contacts` are contacts: made, arrived, failed, by what came of them last."""

from typing import Final

from sqlalchemy import ColumnElement, and_, or_

from dispatcher.archive.tables import CONTACTS
from schemas.values import Millis

MADE: Final = ("accepted", "delivered", "undelivered", "in_doubt")
"""The provider, or the desk, has or had it: it was made, whether or not it reached anybody."""

FAILED: Final = ("undelivered", "rejected", "expired")
"""It reached nobody: sent back, refused for good, or nobody called in time."""

NEVER: Final = ("released", "cancelled")
"""It was given back or called off before anything left."""


_UNTOLD: Final = CONTACTS.c.code == "no_outcome"
"""It was dialled, and nobody said what came of it: a contact, as the rules that forbid the next one count it."""


def was_made() -> ColumnElement[bool]:
    """Whether somebody was, or may have been, contacted."""
    return or_(CONTACTS.c.result.in_(MADE), _UNTOLD)


def has_failed(*results: str) -> ColumnElement[bool]:
    """Whether it is known to have come to nothing, in one of these ways."""
    return and_(CONTACTS.c.result.in_(results), ~_UNTOLD)


def claimed_in(start: Millis, end: Millis) -> ColumnElement[bool]:
    """Those that were claimed in [start, end)."""
    return and_(CONTACTS.c.claimed_at >= start, CONTACTS.c.claimed_at < end)
