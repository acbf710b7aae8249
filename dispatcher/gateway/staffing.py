"""The staff pages of a gateway that runs: their store opened and kept in order, and closed at the end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from dispatcher.archive.database import DatabaseUnsuitable
from dispatcher.archive.steps import NewerSchema
from dispatcher.exit_codes import ExitCode
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.proofs import Unstartable
from dispatcher.gateway.staff.accounts import all_accounts
from dispatcher.gateway.staff.opening import refusal, staff_of
from dispatcher.gateway.staff.retention import forget_in_time
from dispatcher.gateway.store.database import Store, address, store_at
from dispatcher.settings import Settings

_log = structlog.get_logger(__name__)


def check_staff(settings: Settings) -> None:
    """Look whether staff pages may be served as the settings say.

    Raises:
        Unstartable: they may not; the message says what to change.
    """
    why = refusal(settings)
    if why is not None:
        raise Unstartable(ExitCode.SETTINGS, why)


@contextlib.asynccontextmanager
async def staffed(settings: Settings, parts: Parts) -> AsyncIterator[Parts]:
    """The parts with those of the staff pages, where they are served.

    Raises:
        Unstartable: their database cannot be used.
    """
    if settings.staff.pages == "off":
        yield parts
        return
    store = await asyncio.to_thread(opened_store, settings)
    staff = staff_of(settings, store, lambda: parts.now() // 1000)
    if staff.front_desk.proxy is None and not await store.reads(all_accounts):
        _log.warning(
            "staff_has_no_account", advice="dispatcher desk account add NAME --role ROLE: until then nobody signs in"
        )
    keeping = asyncio.create_task(forget_in_time(staff, settings.staff.audit_days))
    try:
        yield replace(parts, staff=staff)
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
        store.close()


def opened_store(settings: Settings) -> Store:
    """The gateway's store with this release's tables.

    Raises:
        Unstartable: the database cannot be used; the message never shows its address.
    """
    try:
        return store_at(address(settings))
    except (DatabaseUnsuitable, NewerSchema) as unsuitable:
        raise Unstartable(ExitCode.SETTINGS, str(unsuitable)) from unsuitable
    except (SQLAlchemyError, OSError) as fault:
        why = f"the gateway's database cannot be opened ({type(fault).__name__}): see DISPATCHER_DATABASE_URL and _DATA_DIR"
        raise Unstartable(ExitCode.SETTINGS, why) from fault
