"""One soak from the first process to the verdict."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.kafka_settings import BENCH
from tests.faults.scene import OPENED, scene
from tests.soak.closing import archive_agrees, at_rest, judge
from tests.soak.faults import FAULTS, schedule
from tests.soak.heard import Heard
from tests.soak.house import FALLS, ROLES, House
from tests.soak.load import everybody
from tests.soak.memory import leaks
from tests.soak.publishing import Load, customers_due
from tests.soak.told import Done, Told

WARM_UP_S = 150.0
"""Of the load: afterwards what customers remember is full, and the lasting worker has once had all partitions."""

_MINUTE_S = 60.0
_SETTLES_S = 180.0


async def soak(folder: Path, seed: int, minutes: int, rate: int) -> Told:
    """All of it on a Kafka of its own, with its files in a folder."""
    told = Told()
    due = customers_due(rate, WARM_UP_S + minutes * _MINUTE_S)
    async with (
        EmbeddedKafka(sizing=BENCH, log_path=folder / "kafka.log") as kafka,
        scene(kafka.bootstrap_servers, folder, seed, due, kafka, settles_within_s=_SETTLES_S) as made,
    ):
        house = House(made, kafka)
        before, causing = made.portfolio()
        await made.installed.publish([*everybody(OPENED), *before])
        heard = Heard(missing=set(made.owing))
        load = Load(rate, causing, made.rnd, lambda: made.now)
        await house.open()
        async with _beside(heard.follow(made.installed.config), house.watch(), house.call()):
            await _under_load(house, load, told, schedule(made.rnd, minutes))
            await at_rest(house, heard, told)
            await archive_agrees(house, heard, told)
        await house.close()
        await judge(house, heard, load, told)
    told.lived(house.lives)
    return told


async def _under_load(house: House, load: Load, told: Told, faults: Sequence[str]) -> None:
    """The warm-up, then a fault a minute; memory is judged over the second half of these minutes."""
    enough = asyncio.Event()
    loading = asyncio.create_task(load.run(house.scene.installed, enough))
    try:
        await house.kill(FALLS)
        await asyncio.sleep(WARM_UP_S)
        began = house.at
        for minute, name in enumerate(faults):
            await asyncio.sleep(house.scene.rnd.uniform(0.0, 5.0))  # at any phase of what it disturbs
            done = await _one(house, name, told)
            print(f"{house.at:6.0f} s  {name:16} healed in {done.healed_s} s", flush=True)
            # The rest of its minute.
            await asyncio.sleep(max(0.0, began + (minute + 1) * _MINUTE_S - house.at))
        ended = house.at
        enough.set()
        await loading
    finally:
        loading.cancel()
    told.growth, said = leaks(house.lives, ROLES, (began + ended) / 2, ended)
    told.breaches += said


async def _one(house: House, name: str, told: Told) -> Done:
    """What goes wrong with a fault is a breach, and the next one has its turn."""
    at, healed = round(house.at, 1), None
    try:
        await FAULTS[name](house)
        healed = await house.caught_up()
    except Exception as fault:  # noqa: BLE001 - whatever it was: told, and the soak goes on
        told.breaches.append(f"{name} at {at} s: {''.join(traceback.format_exception_only(fault)).strip()[-2000:]}")
    told.faults.append(Done(name, at, healed))
    return told.faults[-1]


@asynccontextmanager
async def _beside(*work: Coroutine[object, object, object]) -> AsyncIterator[None]:
    """What goes on meanwhile without end; the first fault in it ends everything."""
    async with asyncio.TaskGroup() as group:
        going = [group.create_task(each) for each in work]
        try:
            yield
        finally:
            for each in going:
                each.cancel()
