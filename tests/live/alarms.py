"""Makes faults one after the other, and notes when each alert came and went."""

import asyncio
import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from tests.broker.operations import eventually
from tests.live.faults import FAULTS, Fault, House
from tests.live.watching import Watchers

_COMES_S = 90.0
_GOES_S = 150.0
_LOOK_S = 0.5


@dataclass(frozen=True)
class Alarm:
    """Seconds from the fault to the alert, and from the mending to its end; None: it did not happen in time."""

    alert: str
    fault: str
    came_s: float | None
    went_s: float | None

    @property
    def proven(self) -> bool:
        """It came and it went."""
        return self.came_s is not None and self.went_s is not None


@dataclass(frozen=True)
class Spell:
    """When (seconds since 1970) something was wrong."""

    fault: str
    began: float
    ended: float


async def sounded(house: House, there: Watchers, faults: Sequence[Fault] = FAULTS) -> tuple[list[Alarm], list[Spell]]:
    """The faults, one after the other, with their alerts."""
    alarms: list[Alarm] = []
    spells: list[Spell] = []
    for fault in faults:
        began = time.time()
        made = await _one(fault, house, there)
        alarms += made
        spells.append(Spell(fault.name, began, time.time()))
        for each in made:
            print(f"{fault.name:40} {each.alert:22} came {_said(each.came_s)}  went {_said(each.went_s)}", flush=True)
    return alarms, spells


async def _one(fault: Fault, house: House, there: Watchers) -> list[Alarm]:
    await eventually(
        lambda: _quiet(fault, there), f"no {', '.join(fault.alerts)} before {fault.name}", timeout_s=_GOES_S
    )
    began = time.monotonic()
    acting = asyncio.ensure_future(fault.does(house))
    came = await _until(there, set(fault.alerts), began, _COMES_S, present=True, during=acting)
    await acting
    mended = time.monotonic()
    if fault.mends is not None:
        await fault.mends(house)
    went = await _until(there, came.keys(), mended, _GOES_S, present=False)
    return [Alarm(each, fault.name, came.get(each), went.get(each)) for each in fault.alerts]


async def _quiet(fault: Fault, there: Watchers) -> bool:
    return not await there.firing() & set(fault.alerts)


async def _until(
    there: Watchers,
    alerts: AbstractSet[str],
    since: float,
    most_s: float,
    *,
    present: bool,
    during: "asyncio.Future[None] | None" = None,
) -> dict[str, float]:
    """When each was first seen to be (or not to be) there, seconds after `since`; `most_s` begin when `during` is over."""
    seen: dict[str, float] = {}
    ends = since + most_s
    while len(seen) < len(alerts) and time.monotonic() < ends:
        if during is not None and not during.done():
            ends = time.monotonic() + most_s
        firing = await there.firing()
        for alert in alerts - seen.keys():
            if (alert in firing) == present:
                seen[alert] = round(time.monotonic() - since, 1)
        await asyncio.sleep(_LOOK_S)
    return seen


def _said(seconds: float | None) -> str:
    return "NEVER" if seconds is None else f"{seconds:5.1f} s"
