"""A row about a machine that has too little of everything: processors that others keep busy, no more memory."""

import asyncio
import signal
import time
from collections.abc import Mapping

from schemas import topics
from tests.broker.installation import Process, due
from tests.broker.operations import gates_open, metric, page, ready
from tests.faults.pressure import leave_no_memory, starved_of_time
from tests.faults.scene import OPENED, PARTITIONS, Row, Scene
from tests.faults.together import together

_STARVED_S = 12.0
_BACKLOG = 6_000
_BACKLOG_OF = 2_000
_FULL_FOR_S = 20.0
_LOOK_S = 0.25
_PATIENCE = 3
"""Looks in a row at which a worker does not say that it lives, before its supervisor ends it."""


async def f22_pressure(scene: Scene) -> None:
    """Four busy processes a core while more comes than can be read, then no more memory for one of two workers.

    A worker that is behind keeps its gates closed. One that gets no more memory ends, or its supervisor ends it, and another
    one takes its place; what it had begun is finished, once.
    """
    before, causing = scene.portfolio()
    await scene.installed.publish(before)
    alone = scene.worker()
    await ready(alone)
    await gates_open(alone, PARTITIONS)
    with starved_of_time():
        await together(_backlog(scene, 0), _spread(scene, causing[::2]), _closed_while_behind(scene, alone))
    await ready(scene.worker())
    leave_no_memory(alone.pid)
    await together(_backlog(scene, 1), _spread(scene, causing[1::2]), _replaced(scene, alone))


async def _backlog(scene: Scene, turn: int) -> None:
    """Invoices of others that are not due yet: no contact comes of them, but they have to be read."""
    ids = [(f"reads-{n % _BACKLOG_OF}", f"I-{turn}-{n // _BACKLOG_OF}") for n in range(_BACKLOG)]
    bills = [due(customer, invoice, at=OPENED, in_days=20) for customer, invoice in ids]
    await scene.installed.publish(bills)


async def _spread(scene: Scene, events: list[tuple[str, bytes, bytes]], parts: int = 12) -> None:
    for part in range(parts):
        await scene.installed.publish(events[part::parts])
        await asyncio.sleep(_STARVED_S / parts)  # the rate of the load


async def _closed_while_behind(scene: Scene, worker: Process) -> None:
    """The page shows both once a second: records that wait, and how many gates are open."""
    ends, behind, closed = time.monotonic() + _STARVED_S, False, False
    while time.monotonic() < ends:
        lag = await metric(worker, f'dispatcher_input_lag_records{{topic="{topics.INBOX}"}}') or 0.0
        behind = behind or lag > 0
        closed = closed or await metric(worker, "dispatcher_gate_open") == 0
        await asyncio.sleep(_LOOK_S)
    scene.notes.append(f"starved: behind {behind}, all gates seen closed {closed}")
    if not (behind and closed):
        raise AssertionError(f"the pressure was none: behind {behind}, all gates seen closed {closed}")


async def _replaced(scene: Scene, full: Process) -> None:
    """As a supervisor does it: a worker that ends, or no longer answers that it lives, makes room for another one."""
    began, silent = time.monotonic(), 0
    while full.exit_code is None and silent < _PATIENCE and time.monotonic() - began < _FULL_FOR_S:
        silent = 0 if await _lives(full) else silent + 1
        await asyncio.sleep(_LOOK_S)
    code = full.exit_code
    how = f"was ended, {silent} times silent," if code is None else f"ended by itself with {code}"
    failed = full.output().count(MemoryError.__name__)
    scene.notes.append(
        f"the worker without memory {how} after {time.monotonic() - began:.0f} s; {failed} times it got none"
    )
    if code is None:
        await full.end(signal.SIGKILL)
        if not (failed or silent):
            raise AssertionError("the pressure was none: the worker needed no further memory")
    await ready(scene.worker())


async def _lives(worker: Process) -> bool:
    return (await page(worker, "/livez"))[0] == 200


ROWS: Mapping[str, Row] = {"F22": f22_pressure}
