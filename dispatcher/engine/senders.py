"""Senders: bounded pools, off the lanes, that hand claimed attempts to channel adapters and report what came of them.

A lane claims only against a credit of the channel's pool; there are as many as the provider's pace allows, and one comes
back when its outcome stands in the inbox. So nothing new is claimed while a provider is slow or Kafka is away, and the
provider never sees more calls than the pool has workers. Gate and lease are read right before the first byte of a request.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from channels.protocol import Accepted, Adapter, Deferred, Message, NotStarted, Outcome, Prepared, Rejected, Unknown
from dispatcher.core.decide import Claim
from dispatcher.core.policy import Policy
from dispatcher.engine.hourly import Hourly
from dispatcher.engine.lease import Lease
from dispatcher.engine.outcomes import OutcomeFact, Outcomes
from dispatcher.engine.pace import Pace
from dispatcher.engine.permit import Permit
from dispatcher.engine.transactions import Entry
from dispatcher.ops.clock import Clock
from dispatcher.ops.metrics import Metrics
from schemas.inbox import AttemptAccepted, AttemptInDoubt, AttemptRejected, AttemptReleased
from schemas.reasons import ReasonCode
from schemas.values import CHANNELS, Channel

_WAIT_FOR_GATE_S = 0.05
_LEAST_RETRY_S = 5.0
_MENDED_MS = 15 * 60 * 1000
_FAILED_MS = 20_000
_DOUBLINGS = 8
_LONGEST_MS = 60 * 60 * 1000
_EVERY_CHANNEL = frozenset(CHANNELS)
_WITHOUT_PROVIDER: frozenset[Channel] = frozenset({"call_task"})

_log = structlog.get_logger(__name__)

Compose = Callable[[Claim, Policy], Message]
"""The message of a claim, in the words of the policy that decided."""


@dataclass(frozen=True, slots=True)
class Job:
    """A flushed claim, with the policy that decided it: another may be in force by now.

    `may_send` is the gate of its lane's `partition`, `appended` the broker's time (ms) of the event behind it or 0.
    """

    claim: Claim
    policy: Policy
    lease: Lease
    may_send: Callable[[], bool]
    appended: int
    partition: int


class Pool:
    """The attempts of one channel account: credits, a queue, workers."""

    def __init__(
        self,
        channel: Channel,
        adapter: Adapter,
        *,
        workers: int,
        pace: Pace,
        timeout_s: float,
        compose: Compose,
        outcomes: Outcomes,
        braked: Callable[[Channel, str], bool],
        barred: Callable[[Channel, str], ReasonCode | None],
        refused: Callable[[Channel, str, AttemptRejected], Entry | None],
        hourly: Hourly,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        """`pace` bounds claims without a standing outcome, `workers` calls at a time, `timeout_s` one call.

        `braked` tells whether an operator has stopped the channel, or a creditor, right now, `barred` why a number or
        address must not be used by now, `refused` what a refusal says of it; `hourly` is the policy's limit.
        """
        self.channel: Channel = channel
        self._adapter = adapter
        self._workers = workers
        self._pace = pace
        self._open = 0
        self._short = False
        self.on_credit: Callable[[], None] = lambda: None
        self._timeout_s = timeout_s
        self._compose = compose
        self._outcomes = outcomes
        self._braked = braked
        self._barred = barred
        self._refused = refused
        self.hourly = hourly
        self._clock = clock
        self._metrics = metrics
        self._queue: asyncio.Queue[Job] = asyncio.Queue()
        self._known: set[str] = set()
        self._withdrawn: set[str] = set()
        self._resting_until = 0.0
        self._in_flight = 0
        self._draining = False
        self._tasks: list[asyncio.Task[None]] = []
        self._reports: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start the workers."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._work(), name=f"sender-{self.channel}-{n}") for n in range(self._workers)]

    @property
    def available(self) -> int:
        """How many more attempts may be claimed now; 0 while the provider is to be left alone, or the hour is full."""
        if time.monotonic() < self._resting_until or self.hourly.reached:
            return 0
        return max(0, self._pace.bound - self._open)

    def reserve(self, partition: int) -> None:
        """The lane of a partition is about to flush a claim."""
        self._open += 1
        self._short = self._short or self._open >= self._pace.bound
        self.hourly.count(1, partition)

    def give_back(self, partition: int) -> None:
        """A claim was not flushed."""
        self._open -= 1
        self.hourly.count(-1, partition)

    def submit(self, job: Job) -> None:
        """A claim stands: attempt it."""
        self._known.add(job.claim.attempt_id)
        self._queue.put_nowait(job)

    def knows(self, attempt_id: str) -> bool:
        """Whether this worker is still to report an outcome of the attempt."""
        return attempt_id in self._known

    def withdraw(self, attempt_id: str) -> None:
        """The attempt is no longer wanted: if it has not started, it will not."""
        if attempt_id in self._known:
            self._withdrawn.add(attempt_id)

    @property
    def busy(self) -> bool:
        """Whether any attempt is queued, under way or unreported."""
        return bool(self._known)

    async def drain(self, timeout_s: float) -> None:
        """Give back what has not started, wait for calls in flight and all outcomes, stop, and close the adapter."""
        self._draining = True
        ends = time.monotonic() + timeout_s
        while self._known and time.monotonic() < ends:  # noqa: ASYNC110 - time ends it too
            await asyncio.sleep(_WAIT_FOR_GATE_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._adapter.close()

    async def _work(self) -> None:
        while True:
            job = await self._queue.get()
            began = time.monotonic()
            fact = await self._attempt(job)
            self._pace.took(time.monotonic() - began)
            report = asyncio.get_running_loop().create_task(self._report(job, fact))
            self._reports.add(report)
            report.add_done_callback(self._reports.discard)

    async def _report(self, job: Job, fact: OutcomeFact) -> None:
        """The credit comes back when the outcome stands; the worker has gone on to the next call by then."""
        said = self._refused(self.channel, job.claim.contact_point, fact) if isinstance(fact, AttemptRejected) else None
        await self._outcomes.report(job.claim.customer_id, fact, said)
        if isinstance(fact, AttemptReleased):
            self.hourly.count(-1, job.partition)
        self._known.discard(job.claim.attempt_id)
        self._withdrawn.discard(job.claim.attempt_id)
        self._open -= 1
        if self._short and self._open <= self._pace.bound // 2:
            self._short = False
            self.on_credit()

    async def _attempt(self, job: Job) -> OutcomeFact:
        permit = Permit(partial(self._forbidden, job), partial(self._starts, job))
        self._busy(1)
        prepared: Prepared | Rejected | None = None
        try:
            prepared = self._adapter.prepare(self._compose(job.claim, job.policy))
            if isinstance(prepared, Rejected):
                return self._told(job, prepared)
            return self._told(job, await self._send(job, prepared, permit), permit.refusal)
        except Exception as fault:  # a fault of adapter or template must not end the pool
            _log.exception("attempt_failed", attempt_id=job.claim.attempt_id, channel=self.channel)
            if permit.granted:
                return self._told(job, Unknown(type(fault).__name__))
            if prepared is None:
                return self._told(job, Rejected("content", type(fault).__name__))
            return self._failed(job)
        finally:
            self._busy(-1)

    def _failed(self, job: Job) -> OutcomeFact:
        """The adapter broke down before the first byte: no fault of the message's, so it is tried again, ever later."""
        self._metrics.attempt(self.channel, "deferred")
        number = int(job.claim.attempt_id.rpartition(".")[2])
        pause = min(_FAILED_MS << min(number - 1, _DOUBLINGS), _LONGEST_MS)
        return AttemptReleased(job.claim.attempt_id, "adapter_failed", self._clock.now() + pause)

    async def _send(self, job: Job, prepared: Prepared, permit: Permit) -> Outcome:
        """A gate that closes before the first byte is waited for once more: the claim is good while its lease is."""
        while True:
            await self._wait_for_gate(job)
            outcome = await self._adapter.send(prepared, permit=permit, deadline_s=self._timeout_s)
            if not isinstance(outcome, NotStarted) or permit.refusal != "input_behind":
                return outcome

    async def _wait_for_gate(self, job: Job) -> None:
        while self._forbidden(job) == "input_behind":  # noqa: ASYNC110 - clocks close the gate, nobody announces it
            await asyncio.sleep(_WAIT_FOR_GATE_S)

    def _starts(self, job: Job) -> None:
        if job.appended:
            self._metrics.event_to_send(max(0.0, time.time() - job.appended / 1000))

    def _forbidden(self, job: Job) -> ReasonCode | None:
        if job.claim.attempt_id in self._withdrawn:
            return "withdrawn"
        if self._draining or not job.lease.valid() or self._clock.now() >= job.claim.not_after:
            return "lease_expired"
        if self._braked(self.channel, job.claim.creditor_id):
            return "paused"
        return self._barred(self.channel, job.claim.contact_point) or (None if job.may_send() else "input_behind")

    def _told(self, job: Job, outcome: Outcome, forbidden_by: ReasonCode | None = None) -> OutcomeFact:
        attempt_id, provider = job.claim.attempt_id, self._adapter.name
        match outcome:
            case Accepted(reference, segments):
                self._metrics.attempt(self.channel, "accepted")
                return AttemptAccepted(attempt_id, provider, reference, segments)
            case Rejected("config", code):
                # No fault of the customer's, and nothing was sent: the contact waits until somebody has mended it.
                _log.error("provider_misconfigured", channel=self.channel, provider=provider, code=code)
                self._metrics.attempt(self.channel, "deferred")
                return AttemptReleased(attempt_id, "provider_misconfigured", self._clock.now() + _MENDED_MS)
            case Rejected(refusal, code):
                self._metrics.attempt(self.channel, "rejected")
                return AttemptRejected(attempt_id, provider, refusal, code)
            case Unknown(code):
                self._metrics.attempt(self.channel, "in_doubt")
                return AttemptInDoubt(attempt_id, provider, code)
            case Deferred(retry_after_s, scope, _):
                self._metrics.attempt(self.channel, "deferred")
                pause = max(retry_after_s, _LEAST_RETRY_S)
                if scope != "message":
                    self._resting_until = time.monotonic() + pause
                reason: ReasonCode = "provider_unreachable" if scope == "provider" else "provider_limit"
                return AttemptReleased(attempt_id, reason, self._clock.now() + int(pause * 1000))
            case NotStarted():
                self._metrics.attempt(self.channel, "released")
                return AttemptReleased(attempt_id, forbidden_by or "lease_expired")

    def _busy(self, change: int) -> None:
        self._in_flight += change
        self._metrics.sends_in_flight(self.channel, self._in_flight)


class Senders:
    """All pools of a worker."""

    def __init__(self, pools: Mapping[Channel, Pool], calls: Hourly) -> None:
        """One pool for each channel that has a provider; where nobody is called, none. `calls` counts call tasks."""
        self._pools = pools
        self._hours = {channel: pool.hourly for channel, pool in pools.items()} | {"call_task": calls}

    def start(self) -> None:
        """Start all workers."""
        for pool in self._pools.values():
            pool.start()

    def on_credit(self, listener: Callable[[], None]) -> None:
        """Call `listener` when a pool that was used up has half of its credits again."""
        for pool in self._pools.values():
            pool.on_credit = listener

    def pool(self, channel: Channel) -> Pool | None:
        """The pool of a channel; None where nobody has to be called."""
        return self._pools.get(channel)

    def reserve(self, claim: Claim, partition: int) -> None:
        """The lane of a partition is about to flush a claim; what is no contact, such as a letter, does not count."""
        pool = self._pools.get(claim.channel)
        if pool is not None:
            pool.reserve(partition)
        elif claim.channel in _WITHOUT_PROVIDER and claim.stage.timed:
            self._hours[claim.channel].count(1, partition)

    def give_back(self, claim: Claim, partition: int) -> None:
        """It was not flushed."""
        pool = self._pools.get(claim.channel)
        if pool is not None:
            pool.give_back(partition)

    @property
    def exhausted(self) -> frozenset[Channel]:
        """Channels that need no credit and may not be used any more in this hour."""
        return frozenset(channel for channel in _WITHOUT_PROVIDER if self._hours[channel].reached)

    def with_credit(self) -> frozenset[Channel]:
        """Channels that may be claimed for now; where nobody has to be called, no credit is needed."""
        if not self._pools:
            return _EVERY_CHANNEL
        return frozenset(c for c, pool in self._pools.items() if pool.available > 0) | _WITHOUT_PROVIDER

    @property
    def all_exhausted(self) -> bool:
        """Whether every provider has as many open attempts as it may."""
        return bool(self._pools) and not any(pool.available > 0 for pool in self._pools.values())

    def knows(self, attempt_id: str) -> bool:
        """Whether any pool is still to report an outcome of the attempt."""
        return any(pool.knows(attempt_id) for pool in self._pools.values())

    def made(self, partition: int) -> tuple[int, dict[Channel, int]]:
        """The present hour, counted from the epoch, and the contacts that a partition has claimed in it, by channel."""
        hours = self._hours
        return hours["call_task"].hour, {channel: each.made(partition) for channel, each in hours.items()}

    def adopt(self, partition: int, hour: int, made: Mapping[Channel, int]) -> None:
        """A partition was restored: go on with its counts."""
        for channel, each in self._hours.items():
            each.adopt(partition, hour, made.get(channel, 0))

    def abandon(self, partition: int) -> None:
        """A partition is somebody else's, and its counts with it."""
        for each in self._hours.values():
            each.abandon(partition)

    def withdraw(self, attempt_id: str) -> None:
        """The attempt is no longer wanted."""
        for pool in self._pools.values():
            pool.withdraw(attempt_id)

    async def drain(self, timeout_s: float) -> None:
        """Finish what is under way and stop."""
        await asyncio.gather(*(pool.drain(timeout_s) for pool in self._pools.values()))
