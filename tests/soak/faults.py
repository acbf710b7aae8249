"""What is done to the house, once a minute; each ends when it is mended."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence

from dispatcher.local.smtp_faults import Slow
from dispatcher.local.twilio_faults import Hangs
from tests.faults.rows_policy import _hash, _put
from tests.soak.house import FALLS, SESSION_S, STAYS, House

Fault = Callable[[House], Awaitable[None]]

_KAFKA_PAUSED_S = 5.0
_AWAY_S = 20.0
_SLOW_S = 15.0
_SLOWLY_S = 2.0
_SLOW_ANSWERS = 60
_HANGING = 4
_SPREADS = (30, 29)


async def worker_killed(house: House) -> None:
    """And started again by its supervisor."""
    await house.kill(FALLS)


async def worker_asleep(house: House) -> None:
    """Either of the two, longer than its session: the other takes over, and it wakes as a zombie."""
    worker = house.processes[house.scene.rnd.choice((STAYS, FALLS))]
    worker.pause()
    try:
        await asyncio.sleep(1.5 * SESSION_S)
    finally:
        worker.resume()


async def kafka_paused(house: House) -> None:
    """Nothing is answered."""
    house.kafka.pause()
    try:
        await asyncio.sleep(_KAFKA_PAUSED_S)
    finally:
        house.kafka.resume()


async def providers_away(house: House) -> None:
    """Nobody listens at either of them."""
    await house.scene.twilio.close()
    await house.scene.smtp.close()
    await asyncio.sleep(_AWAY_S)
    await house.scene.twilio.__aenter__()
    await house.scene.smtp.__aenter__()


async def providers_slow(house: House) -> None:
    """Mails are acknowledged late, some texts never, although they are sent."""
    house.scene.smtp.stage([Slow(_SLOWLY_S)] * _SLOW_ANSWERS)
    house.scene.twilio.stage([Hangs(created=True)] * _HANGING)
    await asyncio.sleep(_SLOW_S)
    house.scene.heal()


async def gateway_killed(house: House) -> None:
    """And started again."""
    await house.kill("gateway")


async def archive_killed(house: House) -> None:
    """And started again."""
    await house.kill("archive")


async def policy_switched(house: House) -> None:
    """Another spread of times: everybody is planned anew."""
    text = house.scene.policy.read_text("utf-8")
    now, then = _SPREADS if f"spread_minutes = {_SPREADS[0]}" in text else reversed(_SPREADS)
    text = text.replace(f"spread_minutes = {now}", f"spread_minutes = {then}")
    house.scene.policy.write_text(text, "utf-8")
    await _put(house.scene, _hash(text), text)


FAULTS: Mapping[str, Fault] = {
    each.__name__: each
    for each in (
        worker_killed,
        gateway_killed,
        archive_killed,
        worker_asleep,
        kafka_paused,
        providers_away,
        providers_slow,
        policy_switched,
    )
}

FIRST_HALF = frozenset({"gateway_killed", "archive_killed"})
"""There is one of each: what starts anew in the second half could not be judged by how it grows there."""


def schedule(rnd: random.Random, minutes: int) -> Sequence[str]:
    """A fault for each minute: all of them in turn, in the seed's order, then all again."""
    drawn: list[str] = []
    bag: list[str] = []
    for minute in range(minutes):
        allowed = [name for name in FAULTS if minute < minutes // 2 or name not in FIRST_HALF]
        bag = [name for name in bag if name in allowed] or rnd.sample(allowed, len(allowed))
        drawn.append(bag.pop())
    return drawn
