"""Whether the process is alive (loop and lanes move) and ready (it has a part, and its state is restored).

The loop and each lane say so themselves: `beat` when they begin something, `idle` when they wait for work,
for Kafka or for a provider. Whoever began something and was not heard of for `limit_s` is stuck, and only a
restart helps. Silence while idle is no fault: a worker without work, or without Kafka, lives. Read by
another thread than the loop's own, because a stuck loop could not answer.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dispatcher.settings import Sending

LIMIT_S: Final = 10.0
"""Silence that counts as stuck: with a probe every few seconds, reported well within 15 s."""

LOOP: Final = "loop"
"""The name under which the event loop is heard."""

BEAT_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that began and was not heard of for `silent_s` seconds."""

    name: str
    silent_s: float


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the process takes part; `clock` says how the clock was set, None for the real time.

    `policy` is the hash of the one that decides.
    """

    assigned: bool
    restoring: tuple[str, ...]
    sending: Sending
    clock: str | None
    policy: str | None

    @property
    def ready(self) -> bool:
        """Partitions were given out (this process may have got none) and the state of each is restored."""
        return self.assigned and not self.restoring


class Health:
    """What is heard of the parts of one process. Written by the event loop, read by any thread."""

    def __init__(
        self,
        *,
        sending: Sending = "shadow",
        clock: str | None = None,
        limit_s: float = LIMIT_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sending: Sending = sending
        self._clock = clock
        self._limit_s = limit_s
        self._monotonic = monotonic
        self._heard: dict[str, float] = {}
        self._restoring: dict[str, None] = {}
        self._assigned = False
        self._policy: str | None = None

    def beat(self, name: str) -> None:
        """`name` moves, and is expected to be heard of again."""
        self._heard[name] = self._monotonic()

    def idle(self, name: str) -> None:
        """`name` waits and may be silent until its next beat."""
        self._heard.pop(name, None)

    def restoring(self, name: str) -> None:
        """`name` reads its state back: the process is not ready."""
        self._restoring[name] = None

    def restored(self, name: str) -> None:
        """`name` has its state."""
        self._restoring.pop(name, None)

    def forget(self, name: str) -> None:
        """`name` left this process (its partition went to another worker)."""
        self.idle(name)
        self.restored(name)

    def assigned(self, assigned: bool) -> None:  # noqa: FBT001 - the state itself, not an option
        """Whether the group has given out partitions, and not taken them back since."""
        self._assigned = assigned

    def policy(self, policy_hash: str) -> None:
        """The policy that decides from now on."""
        self._policy = policy_hash

    def stuck(self) -> tuple[Stuck, ...]:
        """Who is silent for too long, the longest first; empty while all is well."""
        now = self._monotonic()
        # A copy is taken in one step, so that a beat in another thread cannot disturb the walk.
        silent = [Stuck(name, round(now - heard, 3)) for name, heard in self._heard.copy().items()]
        return tuple(
            sorted((each for each in silent if each.silent_s > self._limit_s), key=lambda each: -each.silent_s)
        )

    def readiness(self) -> Readiness:
        """Whether the process takes part."""
        restoring = tuple(sorted(self._restoring.copy()))
        return Readiness(self._assigned, restoring, self._sending, self._clock, self._policy)


async def keep_beating(health: Health, *, every_s: float = BEAT_EVERY_S) -> None:
    """Beat for the event loop until cancelled."""
    try:
        while True:
            health.beat(LOOP)
            await asyncio.sleep(every_s)
    finally:
        health.idle(LOOP)
