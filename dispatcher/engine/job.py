"""What a lane hands to a pool once a claim stands."""

from collections.abc import Callable
from dataclasses import dataclass

from channels.protocol import Message
from dispatcher.core.decide import Claim
from dispatcher.core.policy import Policy
from dispatcher.engine.lease import Lease
from schemas.values import Millis

Compose = Callable[[Claim, Policy], Message]
"""The message of a claim, in the words of the policy that decided."""


@dataclass(frozen=True, slots=True)
class Job:
    """A flushed claim, with the policy that decided it: another may be in force by now.

    `may_send` is the gate of its lane's `partition`, `appended` the broker's time (ms) of the event behind it or 0. `due` is
    the instant (ms) from which it was due where no event but time was the cause, else 0.
    """

    claim: Claim
    policy: Policy
    lease: Lease
    may_send: Callable[[], bool]
    appended: int
    partition: int
    due: Millis = 0
