"""The end of a soak: all comes to rest, the archive has what the journal has, and the independent checker judges."""

import asyncio
import time
from collections import Counter
from collections.abc import Set as AbstractSet
from pathlib import Path

from dispatcher.archive.database import opened
from dispatcher.archive.queries import Archive
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import EngineConfig
from tests.broker.operations import eventually
from tests.faults.verdict import judged, verified
from tests.soak.heard import Heard, Sort
from tests.soak.house import House
from tests.soak.publishing import Load
from tests.soak.told import Told

_LAST_DAY = 10_000_000
_MOST_NAMED = 10
_ARCHIVED_S = 900.0
"""An archive on the same two cores may be behind by some minutes; what counts is that nothing is missing in the end."""


async def at_rest(house: House, heard: Heard, told: Told) -> None:
    """Everything is read, everybody who owes was reached, nothing is in doubt any more."""
    try:
        await house.caught_up()
        await eventually(
            lambda: not heard.missing and not heard.in_doubt,
            "everybody who owes was reached and every doubt resolved",
            timeout_s=house.scene.settles_within_s,
        )
    except AssertionError as late:
        told.breaches.append(f"{late}; {len(heard.missing)} are not reached, {len(heard.in_doubt)} in doubt")


async def archive_agrees(house: House, heard: Heard, told: Told) -> None:
    """Wait until its figures are those of the journal; where they never are, the differences are breaches."""
    file = house.scene.installed.folder / "archive" / "archive.sqlite"

    async def equal() -> bool:
        return not heard.counts - await asyncio.to_thread(_figures, file)

    began = time.monotonic()
    try:
        await eventually(equal, "the archive has what the journal has", timeout_s=_ARCHIVED_S)
    except AssertionError:
        told.breaches.append(f"the archive did not catch up with the journal within {_ARCHIVED_S:.0f} s")
    told.figures["archive_caught_up_s"] = round(time.monotonic() - began, 1)
    archived = await asyncio.to_thread(_figures, file)
    told.figures["journal_records"] = heard.counts.total()
    told.figures["archived_records"] = archived.total()
    differing = [sort for sort in archived.keys() | heard.counts.keys() if archived[sort] != heard.counts[sort]]
    told.breaches += [
        f"of {' '.join(sort)} the journal has {heard.counts[sort]}, the archive {archived[sort]}"
        for sort in sorted(differing)[:_MOST_NAMED]
    ]


def _figures(file: Path) -> Counter[Sort]:
    engine = opened(f"sqlite:///{file}")
    try:
        return Counter(dict(Archive(engine).decided(0, _LAST_DAY)))
    finally:
        engine.dispose()


async def judge(house: House, heard: Heard, load: Load, told: Told) -> None:
    """The checker reads topics and providers' journals; whoever had paid or objected must not have heard of it."""
    made, began = house.scene, time.monotonic()
    rows, violations = judged(await verified(made, made.installed.folder), made)
    reached = [each.to for each in made.twilio.messages] + [each.recipient for each in made.smtp.messages]
    disturbed = sum(point in made.spared for point in reached)
    told.figures |= {
        "events": load.sent,
        "events_a_second": round(load.until_enough / load.seconds),
        "contacts": len(reached),
        "calls_to_the_gateway": house.calls,
        "unanswered_calls": house.unanswered,
        "doubts": heard.doubts,
        "lost": len(heard.missing),
        "disturbed": disturbed,
        "violations": violations,
        "verified_in_s": round(time.monotonic() - began, 1),
    }
    told.evidence = await _records_of({each["customer_id"] for each in rows[:_MOST_NAMED]}, made.installed.config)
    told.breaches += [f"{each['invariant']} {each['coordinates']}: {each['says']}" for each in rows[:_MOST_NAMED]]
    told.breaches += [f"{n} violations of {name}" for name, n in violations.items() if n]
    if heard.missing:
        told.breaches.append(f"{len(heard.missing)} of those who owe were never reached")
    if disturbed:
        told.breaches.append(f"{disturbed} messages went to people who had paid or objected")
    if load.lost:
        told.breaches.append(f"{load.lost} events could not be published")
    if len(reached) < len(made.owing):
        told.breaches.append(f"providers took {len(reached)} messages, {len(made.owing)} customers owe")


async def _records_of(customers: AbstractSet[str], config: EngineConfig) -> dict[str, list[str]]:
    """Everything that the journal says of them: what is left of a soak that went wrong."""
    found: dict[str, list[str]] = {each: [] for each in customers}
    if customers:
        async with Kafka(config.connection) as kafka:
            async for each in kafka.read(config.topic("reminders.journal")):
                known = found.get((each.key or b"").decode())
                if known is not None:
                    known.append(f"{each.partition}@{each.offset} {(each.value or b'').decode()}")
    return found
