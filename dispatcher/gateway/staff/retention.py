"""Rows of the record whose time is over are taken out, at the start and every hour, whichever gateway is first."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from dispatcher.gateway.staff.staff import Staff

_EVERY_S: Final = 3600.0
_DAY: Final = 86_400_000

_log = structlog.get_logger(__name__)


async def forget_in_time(staff: Staff, days: int, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Keep the record to so many days, until it is cancelled."""
    while True:
        try:
            gone = await staff.audit.forget_before(staff.now() - days * _DAY)
        except SQLAlchemyError as fault:
            _log.warning("staff_record_not_shortened", fault=type(fault).__name__)
        else:
            if gone:
                _log.info("staff_record_shortened", rows=gone)
        await pause(_EVERY_S)
