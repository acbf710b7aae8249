"""Which rows of `contacts` are contacts: made, arrived, failed, by what came of them last."""

from typing import Final

from sqlalchemy import ColumnElement, and_

from dispatcher.archive.tables import CONTACTS
from schemas.values import Millis

MADE: Final = ("accepted", "delivered", "undelivered", "in_doubt")
"""The provider, or the desk, has or had it: it was made, whether or not it reached anybody."""

FAILED: Final = ("undelivered", "rejected", "expired")
"""It reached nobody: sent back, refused for good, or nobody called in time."""

NEVER: Final = ("released", "cancelled")
"""It was given back or called off before anything left."""


def claimed_in(start: Millis, end: Millis) -> ColumnElement[bool]:
    """Those that were claimed in [start, end)."""
    return and_(CONTACTS.c.claimed_at >= start, CONTACTS.c.claimed_at < end)
