"""Things that happen at the same time; the first fault ends all of them."""

import asyncio
from collections.abc import Awaitable


async def together(*work: Awaitable[object]) -> None:
    """Wait for all of it."""
    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(_run(each))


async def _run(work: Awaitable[object]) -> None:
    await work
