"""What a desk does by itself, now and then: publish what was kept, measure, and forget what is over."""

import asyncio
import itertools
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection, delete, null, update
from sqlalchemy.exc import SQLAlchemyError

from dispatcher.gateway.calls.desk import CallDesk
from dispatcher.gateway.calls.leases import IN_HAND
from dispatcher.gateway.calls.tables import ESCALATIONS, REPORTS, STEPS, TASKS
from dispatcher.gateway.store.database import Store
from schemas.values import Millis

KEPT_MS: Final = 90 * 86_400_000
"""How long it is kept who did what at the desk. What it led to is in the archive."""

OVERDUE_MS: Final = 86_400_000
"""How long after its end a task is emptied of which the journal never said so."""

_EVERY_S: Final = 5.0
_FORGETS_EVERY: Final = 60
"""Turns."""

_log = structlog.get_logger(__name__)


async def tend(desk: CallDesk, store: Store) -> None:
    """Until cancelled; where the database is away, later."""
    for turn in itertools.count():
        try:
            await desk.publish_kept()
            await desk.measure()
            if turn % _FORGETS_EVERY == 0:
                await store.writes(partial(forget, now=desk.now()))
        except SQLAlchemyError as fault:  # its own words may hold a row
            _log.warning("desk_waits_for_database", fault=type(fault).__name__)
        await asyncio.sleep(_EVERY_S)


def forget(connection: Connection, now: Millis) -> None:
    """Empty tasks whose time is long over, and drop what was kept long enough; never what waits for somebody's word."""
    ended = TASKS.c.state.not_in((*IN_HAND, "over")) & (TASKS.c.expires_at <= now - OVERDUE_MS)
    nobody = {"holder": null(), "until": null(), "record": null(), "amounts": null()}
    connection.execute(
        update(TASKS).where(ended).values(state="over", ended_by="expired", ended_at=TASKS.c.expires_at, **nobody)
    )
    long_ago = now - KEPT_MS
    connection.execute(delete(TASKS).where(TASKS.c.state == "over", TASKS.c.ended_at <= long_ago))
    connection.execute(delete(REPORTS).where(REPORTS.c.published_at <= long_ago))
    connection.execute(delete(STEPS).where(STEPS.c.at <= long_ago))
    connection.execute(delete(ESCALATIONS).where(ESCALATIONS.c.resolved_at <= long_ago))
