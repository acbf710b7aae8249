"""Customers of whom nothing may be destroyed, because it may have to be shown in court."""

from sqlalchemy import ColumnElement, Table, exists, or_, select

from dispatcher.archive.tables import HOLDS
from schemas.values import Millis


def legally_held(table: Table, now: Millis) -> ColumnElement[bool]:
    """Whether the customer of a row is under a legal hold that is open at `now`."""
    return exists(
        select(HOLDS.c.hold_id).where(
            HOLDS.c.customer_id == table.c.customer_id,
            HOLDS.c.kind == "legal",
            HOLDS.c.placed_us > HOLDS.c.released_us,
            or_(HOLDS.c.until.is_(None), HOLDS.c.until > now),
        )
    )
