"""The last contacts of a customer in a few lines, for whoever is about to call; from the archive, where there is one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from dispatcher.archive.queries import Archive, ContactRecord
from schemas.values import Millis

_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Past:
    """One contact: when, by which way, how it ended, what was reported, and what was promised then."""

    at: Millis
    way: str
    result: str
    outcome: str | None
    promised_on: date | None
    promise_outcome: str | None


History = Callable[[str], Awaitable[tuple[Past, ...]]]
"""The last contacts of a customer, the latest first."""


def history_of(archive: Archive | None) -> History:
    """Reads the archive beside the loop; without one nothing is known."""

    async def read(customer_id: str) -> tuple[Past, ...]:
        if archive is None:
            return ()
        return last(await asyncio.to_thread(archive.contacts, customer_id))

    return read


def last(contacts: tuple[ContactRecord, ...]) -> tuple[Past, ...]:
    """The latest of them; what has only just been claimed, such as the task itself, is no past."""
    over = [each for each in contacts if each.result not in {"claimed", "accepted"} or each.outcome is not None]
    return tuple(_past(each) for each in reversed(over[-_MOST:]))


def _past(contact: ContactRecord) -> Past:
    way = contact.channel or contact.task or ""
    promised = None if contact.promised_on is None else date.fromisoformat(contact.promised_on)
    return Past(contact.at, way, contact.result, contact.outcome, promised, contact.promise_outcome)
