"""What a worker is made of beside Kafka."""

from dataclasses import dataclass
from pathlib import Path

from dispatcher.core.decide import Sending
from dispatcher.core.policy import Policy
from dispatcher.engine.account import Supply
from dispatcher.engine.job import Compose
from dispatcher.engine.policy_switch import Objection
from dispatcher.engine.task_records import Script
from dispatcher.ops.clock import Clock
from dispatcher.ops.health import Health
from dispatcher.ops.metrics import Metrics


@dataclass(frozen=True, slots=True, repr=False)
class Parts:
    """What a worker is made of beside Kafka: the decision's inputs and the way out.

    `policy` is in force at the start; `objection` judges those that are applied while it runs.
    """

    policy: Policy
    objection: Objection
    supplies: tuple[Supply, ...]
    compose: Compose
    script: Script
    sending: Sending
    allowlist: frozenset[str]
    clock: Clock
    metrics: Metrics
    health: Health
    datadir: Path
