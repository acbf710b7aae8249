"""Publishes the load at a steady rate, as billing would: in order, each event until the broker has it."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from aiokafka import AIOKafkaProducer

from tests.broker.installation import Installation, Published
from tests.soak.load import said_of

_ONE_DUE_IN = 200
"""Of so many events one makes a customer due whom nobody has contacted yet."""

_STEP_S = 0.02


class Load:
    """`sent` events were handed over, `lost` of them not taken; `until_enough` of them within `seconds`."""

    def __init__(self, rate: int, due: Sequence[Published], rnd: random.Random, now: Callable[[], datetime]) -> None:
        """Publishes nothing yet; `rate` is in events a second."""
        self.rate = rate
        self.sent = 0
        self.lost = 0
        self.until_enough = 0
        self.seconds = 0.0
        self._due = list(reversed(due))
        self._rnd = rnd
        self._now = now

    async def run(self, installed: Installation, enough: asyncio.Event) -> None:
        """Until it is enough; then whoever was not due yet becomes it."""
        began = time.monotonic()
        servers = installed.broker
        async with AIOKafkaProducer(bootstrap_servers=servers, linger_ms=5, enable_idempotence=True) as producer:
            while not enough.is_set():
                while self.sent < (time.monotonic() - began) * self.rate:
                    await self._hand_over(producer, installed.prefix, self._next())
                await asyncio.sleep(_STEP_S)
            self.seconds, self.until_enough = time.monotonic() - began, self.sent
            while self._due:
                await self._hand_over(producer, installed.prefix, self._due.pop())

    def _next(self) -> Published:
        if self._due and self.sent % _ONE_DUE_IN == 0:
            return self._due.pop()
        return said_of(self.sent, self._now(), self._rnd)

    async def _hand_over(self, producer: AIOKafkaProducer, prefix: str, published: Published) -> None:
        topic, key, value = published
        self.sent += 1
        taken = await producer.send(prefix + topic, value, key)
        taken.add_done_callback(self._heard)

    def _heard(self, taken: asyncio.Future[object]) -> None:
        self.lost += taken.cancelled() or taken.exception() is not None


def customers_due(rate: int, seconds: float) -> int:
    """How many become due in so many seconds at such a rate of events."""
    return max(1, int(rate * seconds) // _ONE_DUE_IN)
