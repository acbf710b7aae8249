"""What the lanes of a worker share: the way in and out, who decides and who sends, and the places for which they queue."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from faust.types import TP

from dispatcher.core.decide import Conditions
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.log_ends import LogEnds
from dispatcher.engine.orphans import Orphans
from dispatcher.engine.policy_switch import PolicyInForce
from dispatcher.engine.positions import Committable
from dispatcher.engine.senders import Senders
from dispatcher.engine.turn import Decider
from dispatcher.engine.worker_keys import WorkerKeys
from dispatcher.ops.clock import Clock
from dispatcher.ops.health import Health
from dispatcher.ops.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Shared:
    """`deciding` lets one lane decide at a time; `flushing` and `restoring` bound how many do so at once.

    `seek`, `pause`, `resume` and `committed` ask the consumer, `conditions` (gate open, far behind) what holds for contacts
    now, `clock_agrees` whether our clock is the broker's. `keys`: None where nothing is sealed.
    """

    config: EngineConfig
    in_force: PolicyInForce
    decider: Decider
    senders: Senders
    orphans: Orphans
    ends: LogEnds
    committable: Committable
    clock: Clock
    metrics: Metrics
    health: Health
    deciding: asyncio.Lock
    flushing: asyncio.Semaphore
    restoring: asyncio.Semaphore
    committed: Callable[[TP], Awaitable[int | None]]
    seek: Callable[[TP, int], Awaitable[bool]]
    pause: Callable[[TP], None]
    resume: Callable[[TP], None]
    conditions: Callable[[bool, bool], Conditions]
    clock_agrees: Callable[[], bool]
    keys: WorkerKeys | None = None
