"""When a desk is asked again after it did not take a task: later and later, a minute at most, without end.

A refusal of one task lets only that one wait. Everything else is about the desk: all wait, and one asks first.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from channels.desk_webhook import NotTaken, Taken

FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
LONGEST_ASKED_S: Final = 3600.0
"""A desk that asks for a longer wait than this is asked again after it."""

Chance = Callable[[], float]
"""A number from 0 up to 1: it keeps several gateways from asking in step."""


@dataclass(frozen=True, slots=True)
class Expired:
    """It was too late to ask."""


Answer = Taken | NotTaken | Expired


def wait_s(failures: int, chance: Chance) -> float:
    """Seconds to wait after so many failures in a row: 1, 2, 4 and so on, and up to a quarter more."""
    return min(FIRST_S * 2.0 ** min(failures - 1, 16), LONGEST_S) * (1 + chance() / 4)


class DeskPace:
    """Asks a desk when it may be asked. `monotonic` gives seconds."""

    def __init__(self, chance: Chance, monotonic: Callable[[], float]) -> None:
        self._chance = chance
        self._monotonic = monotonic
        self._failures = 0
        self._failed_at = float("-inf")
        self._until = float("-inf")
        self._first = asyncio.Lock()

    async def ask(self, post: Callable[[], Awaitable[Answer]]) -> Answer:
        """What `post` comes to, once the desk may be asked; after a failure one after the other, until one succeeds."""
        if self._failures:
            async with self._first:
                if self._failures and (left := self._until - self._monotonic()) > 0:
                    await asyncio.sleep(left)
                if self._failures:
                    return await self._asked(post)
        return await self._asked(post)

    async def _asked(self, post: Callable[[], Awaitable[Answer]]) -> Answer:
        asked_at = self._monotonic()
        answer = await post()
        match answer:
            case Expired():
                pass
            case NotTaken() if not answer.is_about_the_task:
                self._failed(answer, asked_at)
            case _:
                self._failures = 0
        return answer

    def _failed(self, answer: NotTaken, asked_at: float) -> None:
        """What was asked before another failure was known says nothing new."""
        if asked_at < self._failed_at:
            return
        self._failures += 1
        self._failed_at = self._monotonic()
        wait = max(wait_s(self._failures, self._chance), min(answer.wait_s or 0.0, LONGEST_ASKED_S))
        self._until = self._failed_at + wait
