"""A loop that is held up shows it."""

import asyncio
import time

from dispatcher.ops.loop_lag import watch_loop


def test_who_blocks_the_loop_makes_sleepers_late():
    lateness: list[float] = []

    async def blocked() -> None:
        watching = asyncio.create_task(watch_loop(lateness.append, every_s=0.01))
        await asyncio.sleep(0)
        until = time.monotonic() + 0.2
        while time.monotonic() < until:  # a computation that never yields
            sum(range(1_000))
        while not lateness:
            await asyncio.sleep(0)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(blocked())

    assert lateness[0] > 0.15
