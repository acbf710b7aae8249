"""How late an event loop wakes those who sleep: it shows that something computes, or blocks, for too long."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

EVERY_S: Final = 0.5


async def watch_loop(
    observe: Callable[[float], None], *, every_s: float = EVERY_S, monotonic: Callable[[], float] = time.monotonic
) -> None:
    """Sleep and tell the lateness (seconds) of each waking, until cancelled."""
    while True:
        due = monotonic() + every_s
        await asyncio.sleep(every_s)
        observe(max(0.0, monotonic() - due))
