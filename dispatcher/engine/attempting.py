"""One attempt at one account: the message composed, handed over under a permit, and an outcome whatever breaks."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from channels.protocol import Accepted, Message, NotStarted, Prepared, Rejected, Unknown
from dispatcher.engine.account import Account, Call
from dispatcher.engine.forbidding import Forbidding
from dispatcher.engine.job import Compose, Job
from dispatcher.engine.permit import Permit
from dispatcher.engine.telling import Ended, Failed
from dispatcher.ops.clock import Clock
from dispatcher.ops.metrics import Metrics
from schemas.reasons import ReasonCode
from schemas.values import Channel

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempted:
    """How it ended. `refusal` is what forbade its start, `sent` the words that were sent, or may have been."""

    outcome: Ended
    refusal: ReasonCode | None
    sent: Message | None


class Attempting:
    """The attempts of one channel; a fault of a template or an adapter ends one of them, and nothing else."""

    def __init__(
        self,
        channel: Channel,
        forbidding: Forbidding,
        *,
        compose: Compose,
        timeout_s: float,
        clock: Clock,
        metrics: Metrics,
        now: Callable[[], float],
    ) -> None:
        """`timeout_s` bounds one call; `now` is the clock of limits and pauses (seconds)."""
        self._channel = channel
        self._forbidding = forbidding
        self._compose = compose
        self._timeout_s = timeout_s
        self._clock = clock
        self._metrics = metrics
        self._now = now

    def composed(self, job: Job) -> Message | Ended:
        """What the message says, or what comes of it if that cannot be made."""
        try:
            return self._compose(job.claim, job.policy)
        except Exception as fault:  # a fault of a template must not end the pool
            self._log_failure(job)
            return _of_words(fault)

    async def at(self, account: Account, job: Job, message: Message, units: int) -> Attempted:
        """Hand it over; the account has given a place, and counts how this ended even if it is cancelled."""
        permit = Permit(partial(self._forbidding.why, job), partial(self._starts, job))
        began = self._now()
        outcome: Ended = NotStarted()
        prepared: Prepared | Rejected | None = None
        adapter = account.supply.persist(Call(account, units, self._now))
        try:
            prepared = adapter.prepare(account.supply.worded(message))
            if isinstance(prepared, Rejected):
                outcome = prepared
                account.heard(NotStarted(), self._now())
            else:
                outcome = await adapter.send(prepared, permit=permit, deadline_s=self._timeout_s)
        except Exception as fault:  # a fault of an adapter must not end the pool
            self._log_failure(job)
            why = type(fault).__name__
            outcome = _of_words(fault) if prepared is None else Failed()
            if permit.granted:
                outcome = Unknown(why)
            account.heard(NotStarted() if prepared is None else Unknown(why), self._now())
        finally:
            seconds = self._now() - began
            account.end(outcome, units, seconds, self._now(), started=permit.granted)
            if permit.granted:
                self._metrics.sent_in(self._channel, seconds)
        if isinstance(prepared, Prepared) and isinstance(outcome, Accepted | Unknown):
            return Attempted(outcome, permit.refusal, prepared.message)
        return Attempted(outcome, permit.refusal, None)

    def _starts(self, job: Job) -> None:
        if job.appended:
            waited = max(0.0, time.time() - job.appended / 1000)
            self._metrics.event_to_send(waited)
            self._metrics.due_to_send(waited)
        elif job.due:
            self._metrics.due_to_send(max(0.0, (self._clock.now() - job.due) / 1000))

    def _log_failure(self, job: Job) -> None:
        _log.exception("attempt_failed", attempt_id=job.claim.attempt_id, channel=self._channel)


def _of_words(fault: Exception) -> Ended:
    """What comes of a message that could not be made: want of memory is no fault of its words."""
    return Failed() if isinstance(fault, MemoryError) else Rejected("content", type(fault).__name__)
