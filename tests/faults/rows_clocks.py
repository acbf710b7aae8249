"""Rows about clocks: a wall clock that is set under a running worker, and nights in which the hours of a zone change."""

import asyncio
import re
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.broker.installation import due, profile
from tests.broker.operations import eventually, logged, metric, ready
from tests.faults.scene import Row, Scene

_FAKETIME = [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), *Path("/usr/lib/faketime").glob("libfaketime.so.1")]
_JUMPS = ("+1h", "-1h", "+1d", "-1d")
_JUMPED_S = 3.0
_OPENS_IN_MIN = 40
_NIGHTS = (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 10, 24, 22, 0, tzinfo=UTC))
"""Saturday nights before the clocks of Europe are put forward, and back."""

_RATE = 900
_CHANGED_S = 3.5 * 3_600 / _RATE
_MOST_SLEEPERS = 300


async def f19_wall_clock_set(scene: Scene) -> None:
    """The real wall clock of one of two workers jumps by an hour and by a day, both ways, and comes back each time.

    Half of the customers may be contacted now, the other half in forty minutes: for them a clock that is ahead is the fault.
    """
    if not _FAKETIME:
        print("      F19 skipped: needs libfaketime (Debian: apt-get install libfaketime)", flush=True)
        return
    awake, asleep = _zones(scene)
    offset = scene.installed.folder / "offset"
    _set(offset, "+0")
    began = time.time()
    settings = {
        "LD_PRELOAD": str(_FAKETIME[0]),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    program = ("tests.broker.impaired_worker", "asking_soon")
    jumping = replace(scene.installed, nursery=None).worker("jumping", program=program, **settings)
    steady = scene.installed.worker("steady", program=program)
    await asyncio.gather(ready(jumping), ready(steady))

    async def jumped() -> None:
        for jump in _JUMPS:
            before = len(logged(jumping, "clock_disagrees"))
            _set(offset, jump)
            await eventually(
                lambda b=before: len(logged(jumping, "clock_disagrees")) > b, f"{jump} is noticed", worker=jumping
            )
            if await metric(jumping, "dispatcher_gate_open"):
                await asyncio.sleep(1.1)  # the page is a sample of once a second
                if await metric(jumping, "dispatcher_gate_open"):
                    raise AssertionError(f"a gate is open although the clock jumped by {jump}")
            await asyncio.sleep(_JUMPED_S)  # how long the clock stays wrong
            _set(offset, "+0")
            await eventually(_gates_open(jumping), "the gates open again", worker=jumping)

    async with asyncio.TaskGroup() as group:
        group.create_task(_owing(scene, {"awake": awake, "asleep": asleep}, over_s=20.0))
        group.create_task(jumped())
    scene.owing = [each for each in scene.owing if each.startswith("awake")]
    scene.complaints.append(lambda: _nobody_woken(scene))
    scene.complaints.append(lambda: _planned_between(scene, began, time.time()))


def _gates_open(worker):
    async def some() -> bool:
        return bool(await metric(worker, "dispatcher_gate_open"))

    return some


def _set(offset: Path, to: str) -> None:
    """As a whole: the library must not read half of it."""
    written = offset.with_suffix(".new")
    written.write_text(to + "\n", "ascii")
    written.replace(offset)


def _zones(scene: Scene) -> tuple[str, str]:
    """Zones in which it is a quarter past ten now, or so, and just past seven; the policy's hours begin in between."""
    now = datetime.now(UTC)
    seven = (7 - now.hour + 11) % 24 - 11
    opens = now.replace(hour=7) + timedelta(minutes=_OPENS_IN_MIN)
    hours = f'["{opens:%H:%M}-20:00"]'
    text = scene.policy.read_text("utf-8")
    head, windows, rest = re.split(r"(?=\[windows\.sms\])|(?=# --- How often)", text, maxsplit=2)
    windows = re.sub(r"^(weekday|saturday|sunday|holiday) = .*$", rf"\1 = {hours}", windows, flags=re.MULTILINE)
    scene.policy.write_text(head.replace("spread_minutes = 30", "spread_minutes = 0") + windows + rest, "utf-8")
    return _zone(seven + 3), _zone(seven)


def _zone(offset: int) -> str:
    """A zone that never changes; the signs of these names are turned round."""
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


async def _owing(scene: Scene, zones: Mapping[str, str], over_s: float, at: datetime | None = None) -> None:
    """Customers who owe, by e-mail, an invoice due on this day of theirs, published over some seconds."""
    at = at or datetime.now(UTC)
    parts = 20
    for part in range(parts):
        events = []
        for n in range(part, scene.contacts, parts):
            kind = list(zones)[n % len(zones)]
            customer, address = f"{kind}-{n}", f"{kind}-{n}@example.com"
            known = {"phones": [], "emails": [{"address": address, "kind": "private"}], "timezone": zones[kind]}
            events += [profile(customer, at=at, **known), due(customer, "I-1", at=at)]
            scene.owing.append(customer)
        await scene.installed.publish(events)
        await asyncio.sleep(over_s / parts)  # the rate of the load


async def _nobody_woken(scene: Scene) -> list[str]:
    return [
        f"contacted before the hours: {each.recipient}" for each in scene.smtp.messages if "asleep" in each.recipient
    ]


async def _planned_between(scene: Scene, began: float, ended: float) -> list[str]:
    """No record is of a time that never was, and those of a customer are in order."""
    said, latest = [], dict[str, datetime]()
    for each in await scene.installed.journal():
        if not began - 2.5 <= each.at.timestamp() <= ended + 2.5:
            said.append(f"{each.record_id} was decided at {each.at}, when it never was")
        if each.at < latest.get(each.customer_id, each.at) - timedelta(seconds=2.5):
            said.append(f"{each.record_id} is older than the record before it")
        latest[each.customer_id] = each.at
    return said


async def f19b_hours_change(scene: Scene) -> None:
    """Both nights in which Europe's clocks change, at 15 minutes a second; a worker dies just after each change."""
    scene.contacts = min(scene.contacts, _MOST_SLEEPERS)
    for number, night in enumerate(_NIGHTS):
        zones = {f"{number}-london": "Europe/London", f"{number}-athens": "Europe/Athens"}
        began = time.monotonic()

        def clock(night: datetime = night, began: float = began) -> dict[str, str]:
            now = night + timedelta(seconds=(time.monotonic() - began) * _RATE)
            return {"DISPATCHER_CLOCK": now.isoformat(), "DISPATCHER_CLOCK_RATE": str(_RATE)}

        first = scene.worker(**clock())
        await ready(first)
        await _owing(scene, zones, over_s=2.0, at=night + timedelta(hours=8))
        await asyncio.sleep(max(0.0, began + _CHANGED_S - time.monotonic()))  # until the change is over, on that clock
        await first.end(signal.SIGKILL)
        heir = scene.worker(**clock())
        await ready(heir)
        lost = await scene.settled()
        if lost:
            raise AssertionError(f"{len(lost)} not reached on the morning after {night:%d %B}: {lost[:5]}")
        await heir.end(signal.SIGTERM)


ROWS: Mapping[str, Row] = {"F19": f19_wall_clock_set, "F19b": f19b_hours_change}
