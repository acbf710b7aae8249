"""Server-sent events for the supervisor's page: that something changed, never what; the page then asks for itself.

A stream holds a line to a browser, so there are not many, each lasts while its person is signed in, and all end
when the gateway leaves. Whoever watches, the desk is looked at once for all of them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from dispatcher.gateway.calls.overview import Overview

MOST_STREAMS: Final = 50
_CHANGED: Final = b"event: changed\ndata:\n\n"
_OVER: Final = b"event: over\ndata:\n\n"
_STILL_HERE: Final = b":\n\n"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between two looks at the desk, after which an unchanged line says something, and is proved again.

    `renewed_s`: after so long the page is told to look even where nothing changed: what it shows grows old by itself.
    """

    look_s: float = 2.0
    heartbeat_s: float = 15.0
    renewed_s: float = 60.0


@dataclass
class Watch:
    """Looks at the desk for all who watch it. `monotonic` gives seconds."""

    overview: Callable[[], Awaitable[Overview]]
    monotonic: Callable[[], float]
    pace: Pace = field(default_factory=Pace)
    watching: int = 0
    _seen: Overview | None = None
    _version: int = 0
    _looked_at: float = float("-inf")
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def version(self) -> int:
        """Grows whenever the desk was found changed; looked at no more often than the pace says."""
        async with self._one:
            if self.monotonic() - self._looked_at >= self.pace.look_s:
                found = replace(await self.overview(), at=0)
                self._looked_at = self.monotonic()
                self._version += found != self._seen
                self._seen = found
            return self._version

    def is_full(self) -> bool:
        """Whether no further stream is served."""
        return self.watching >= MOST_STREAMS

    async def stream(self, may_watch: Callable[[], Awaitable[bool]], leaving: asyncio.Event) -> AsyncIterator[bytes]:
        """What one browser is sent, until its person may not watch any more, it goes away, or the gateway leaves."""
        self.watching += 1
        try:
            known, told_at, heard_at = await self.version(), self.monotonic(), self.monotonic()
            yield _STILL_HERE
            while not await _within(leaving, self.pace.look_s):
                now, version = self.monotonic(), await self.version()
                if now - heard_at >= self.pace.heartbeat_s:
                    if not await may_watch():
                        break
                    heard_at = now
                    yield _STILL_HERE
                if version != known or now - told_at >= self.pace.renewed_s:
                    known, told_at = version, now
                    yield _CHANGED
            yield _OVER
        finally:
            self.watching -= 1


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Whether it happened in so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
