"""What forbids an attempt to start now: asked before it gets a place, and once more right before its first byte."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dispatcher.engine.job import Job
from dispatcher.ops.clock import Clock
from schemas.reasons import ReasonCode
from schemas.values import Channel


@dataclass(slots=True)
class Forbidding:
    """One channel's. `braked` tells whether an operator has stopped the channel, or a creditor, right now.

    `barred` tells why a number or address must not be used by now.
    """

    channel: Channel
    clock: Clock
    braked: Callable[[Channel, str], bool]
    barred: Callable[[Channel, str], ReasonCode | None]
    draining: bool = False
    withdrawn: set[str] = field(default_factory=set)

    def why(self, job: Job) -> ReasonCode | None:
        """The reason; None: it may start. `input_behind` may pass while the lease lasts, everything else is for good."""
        if job.claim.attempt_id in self.withdrawn:
            return "withdrawn"
        if self.draining or not job.lease.valid() or self.clock.now() >= job.claim.not_after:
            return "lease_expired"
        if self.braked(self.channel, job.claim.creditor_id):
            return "paused"
        return self.barred(self.channel, job.claim.contact_point) or (None if job.may_send() else "input_behind")
