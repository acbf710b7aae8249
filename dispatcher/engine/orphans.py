"""Claims that no sender of this worker knows: made by an owner that is gone, or by a flush that seemed to fail.

Of the first nobody knows whether bytes left. They are in doubt once the old owner's lease and the provider's time-out have
passed since we fenced it. Of the second we know that nothing was sent: they are released.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass

from dispatcher.engine.config import EngineConfig
from dispatcher.engine.keeping import PLAIN, Keeper
from dispatcher.engine.lane_state import LaneState
from dispatcher.engine.lease import boot_seconds
from dispatcher.engine.outcomes import OutcomeFact, Outcomes
from dispatcher.engine.restore import with_open_claims
from dispatcher.engine.senders import Senders
from schemas.inbox import AttemptInDoubt, AttemptReleased
from schemas.state import HAS_OPEN_CLAIM
from schemas.values import Millis

_REMEMBERED = 10_000
"""Claims of failed flushes; a lane that fails restores itself within seconds and needs those of its last turn."""


@dataclass(frozen=True, slots=True)
class _Orphan:
    customer_id: str
    adopted_at: float


class Orphans:
    """The orphaned claims of all lanes of a worker."""

    def __init__(self, config: EngineConfig, senders: Senders, outcomes: Outcomes) -> None:
        """Knows none."""
        self._judge_after_s = config.lease_s + config.provider_timeout_s
        self._senders = senders
        self._outcomes = outcomes
        self._unsent: dict[str, Millis] = {}
        self._by_partition: dict[int, dict[str, _Orphan]] = {}
        self._reports: set[asyncio.Task[None]] = set()

    def unsent(self, attempt_id: str, claimed_at: Millis) -> None:
        """This claim was never handed to a sender, whatever the log says of its flush.

        An attempt's id is the same whoever claims it. If our flush did not stand, another owner claims the contact anew, and
        sends it: what we know is of the claim of that instant only.
        """
        self._unsent[attempt_id] = claimed_at
        if len(self._unsent) > _REMEMBERED:
            del self._unsent[next(iter(self._unsent))]  # forgotten, it would be in doubt: no worse than unknown

    def adopt(self, partition: int, records: dict[bytes, bytes], keeper: Keeper = PLAIN) -> None:
        """A lane was restored: find the claims in it that nobody here will report on."""
        found: dict[str, _Orphan] = {}
        for key in with_open_claims(records, HAS_OPEN_CLAIM):
            customer_id = key.decode()
            for attempt_id, attempt in keeper.customer(key, records[key]).attempts.items():
                if attempt.state != "claimed" or self._senders.knows(attempt_id):
                    continue
                if self._unsent.get(attempt_id) == attempt.claimed_at:
                    self._report(customer_id, AttemptReleased(attempt_id, "lease_expired"))
                else:
                    found[attempt_id] = _Orphan(customer_id, boot_seconds())
        self._by_partition[partition] = found

    def abandon(self, partition: int) -> None:
        """The partition is somebody else's."""
        self._by_partition.pop(partition, None)

    def judge(self, partition: int, state: LaneState, *, gate_open: bool) -> None:
        """Call those in doubt whose time is over; only while the gate is open, so that no outcome is still unread."""
        orphans = self._by_partition.get(partition)
        if not orphans or not gate_open:
            return
        now = boot_seconds()
        for attempt_id, orphan in list(orphans.items()):
            if now < orphan.adopted_at + self._judge_after_s:
                continue
            del orphans[attempt_id]
            customer = state.customer(orphan.customer_id.encode())
            attempt = None if customer is None else customer.attempts.get(attempt_id)
            if attempt is not None and attempt.state == "claimed":
                self._report(orphan.customer_id, AttemptInDoubt(attempt_id, "", "owner_lost"))

    def _report(self, customer_id: str, fact: OutcomeFact) -> None:
        report: Coroutine[object, object, None] = self._outcomes.report(customer_id, fact)
        task = asyncio.get_running_loop().create_task(report)
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)
