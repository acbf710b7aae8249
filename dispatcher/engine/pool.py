"""A pool: the claims of one channel, from their credit to their outcome.

There are as many credits as the accounts' pace and limits allow, and one comes back when its outcome stands in the inbox.
Claims wait in a line; whoever is next gets a place at an account that has one and whose limit lets a message start. Nobody
holds a place, or uses up a limit, while a gate is closed.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from collections.abc import Set as AbstractSet

from channels.protocol import Message, NotStarted
from dispatcher.engine.account import Account
from dispatcher.engine.accounts import Accounts, may_go_elsewhere
from dispatcher.engine.attempting import Attempting
from dispatcher.engine.credits import Credits
from dispatcher.engine.forbidding import Forbidding
from dispatcher.engine.hourly import Hourly
from dispatcher.engine.job import Compose, Job
from dispatcher.engine.outcomes import Outcomes
from dispatcher.engine.telling import Ended, told
from dispatcher.engine.transactions import Entry
from dispatcher.engine.waiting_line import WaitingLine
from dispatcher.messages.sms_segments import segments
from dispatcher.ops.clock import Clock
from dispatcher.ops.logs import traced
from dispatcher.ops.metrics import Metrics
from schemas.inbox import AttemptRejected, AttemptReleased
from schemas.reasons import ReasonCode
from schemas.values import Channel

_LOOK_AGAIN_S = 0.05
"""Clocks close gates and end leases; nobody announces it."""
_LEAST_WAIT_S = 0.001
_SLICE_S = 0.002


class Pool:
    """The attempts of one channel: credits, a line, and the accounts that take them."""

    def __init__(
        self,
        channel: Channel,
        accounts: Sequence[Account],
        *,
        timeout_s: float,
        compose: Compose,
        outcomes: Outcomes,
        braked: Callable[[Channel, str], bool],
        barred: Callable[[Channel, str], ReasonCode | None],
        refused: Callable[[Channel, str, AttemptRejected], Entry | None],
        hourly: Hourly,
        clock: Clock,
        metrics: Metrics,
        now: Callable[[], float] = time.monotonic,
        sent: Callable[[str, Message], None] = lambda *_: None,
    ) -> None:
        """`timeout_s` bounds one call, `hourly` is the policy's limit; `now` is the clock of limits and pauses (seconds).

        `braked` tells whether an operator has stopped the channel, or a creditor, right now, `barred` why a number or
        address must not be used by now, `refused` what a refusal says of it. `sent` is told the customer's id and the words
        of what was sent, or may have been.
        """
        self.channel: Channel = channel
        self._accounts = Accounts(accounts, metrics)
        self._outcomes = outcomes
        self._refused = refused
        self._forbidding = Forbidding(channel, clock, braked, barred)
        self._attempting = Attempting(
            channel, self._forbidding, compose=compose, timeout_s=timeout_s, clock=clock, metrics=metrics, now=now
        )
        self.credits = Credits(lambda: self._accounts.bound(now()), hourly)
        self._clock = clock
        self._metrics = metrics
        self._now = now
        self._sent = sent
        self._line = WaitingLine()
        self._behind: list[Job] = []
        self._elsewhere: list[tuple[Job, AbstractSet[str]]] = []
        self._known: set[str] = set()
        self._counts_units = channel == "sms" and self._accounts.limited
        self._soon: asyncio.Handle | None = None
        self._later: asyncio.TimerHandle | None = None
        self._looked_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    def divide(self, share: float) -> None:
        """This worker has a share (0 to 1) of all partitions, and of each account's limit."""
        self._accounts.divide(share, self._now())
        self._serve_soon()

    def received(self, attempt_id: str, *, delivered: bool) -> None:
        """A receipt of a message came, whoever sent it."""
        self._accounts.received(attempt_id, self._now(), delivered=delivered)

    def review(self) -> None:
        """Once a second: look how the accounts are."""
        self._accounts.review(self._now())

    def submit(self, job: Job) -> None:
        """A claim stands: attempt it."""
        self._known.add(job.claim.attempt_id)
        self._line.put(job)
        self._serve_soon()

    def knows(self, attempt_id: str) -> bool:
        """Whether this worker is still to report an outcome of the attempt."""
        return attempt_id in self._known

    def withdraw(self, attempt_id: str) -> None:
        """The attempt is no longer wanted: if it has not started, it will not."""
        if attempt_id in self._known:
            self._forbidding.withdrawn.add(attempt_id)

    @property
    def busy(self) -> bool:
        """Whether any attempt is queued, under way or unreported."""
        return bool(self._known)

    async def drain(self, timeout_s: float) -> None:
        """Give back what has not started, wait for calls in flight and all outcomes, stop, and close the adapters."""
        self._forbidding.draining = True
        ends = time.monotonic() + timeout_s
        self._look_at_those_who_wait()
        while self._known and time.monotonic() < ends:  # noqa: ASYNC110 - time ends it too
            await asyncio.sleep(_LOOK_AGAIN_S)
        for handle in (self._soon, self._later):
            if handle is not None:
                handle.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._accounts.close()

    # --- who is next, and where

    def _serve_soon(self) -> None:
        if self._soon is None and (self._line or self._elsewhere):
            self._soon = asyncio.get_running_loop().call_soon(self._serve)

    def _serve(self) -> None:
        """Give places to those who wait, in slices between which the loop goes on."""
        self._soon = None
        ends = time.perf_counter() + _SLICE_S
        if self._elsewhere:
            self._serve_those_who_go_elsewhere()
        while self._line and (account := self._accounts.free(self._now())) is not None:
            job = self._line.take()
            if job is not None and self._may_start(job):
                self._begin(job, account)
            if time.perf_counter() > ends:
                self._serve_soon()
                return
        if self._line or self._behind or self._elsewhere:
            self._serve_later()

    def _serve_those_who_go_elsewhere(self) -> None:
        """They had their turn, at an account that did not send them."""
        waiting, self._elsewhere = self._elsewhere, []
        for job, tried in waiting:
            account = self._accounts.free(self._now(), tried)
            if account is None:
                self._elsewhere.append((job, tried))
            elif self._may_start(job):
                self._begin(job, account, tried)

    def _serve_later(self) -> None:
        """Look again when a limit lets a message start; and soon in any case, for whose time may be over."""
        wait = self._accounts.wait(self._now()) if self._line else None
        wait = _LOOK_AGAIN_S if wait is None else max(min(_LOOK_AGAIN_S, wait), _LEAST_WAIT_S)
        loop = asyncio.get_running_loop()
        if self._later is not None:
            if self._later.when() <= loop.time() + wait:
                return
            self._later.cancel()
        self._later = loop.call_later(wait, self._look_again)

    def _look_again(self) -> None:
        self._later = None
        if self._now() - self._looked_at >= _LOOK_AGAIN_S:
            self._look_at_those_who_wait()
        self._serve()

    def _look_at_those_who_wait(self) -> None:
        """Whose gate has opened goes first; who must not start any more is given back, whether there is a place or not."""
        self._looked_at = self._now()
        behind, self._behind = self._behind, []
        for job in reversed(behind):
            if self._may_start(job):
                self._line.put_back(job)
        for job in self._line.remove(self._is_over):
            self._may_start(job)
        for job, _ in [each for each in self._elsewhere if self._is_over(each[0])]:
            self._may_start(job)
        self._elsewhere = [each for each in self._elsewhere if not self._is_over(each[0])]

    def _is_over(self, job: Job) -> bool:
        return self._forbidding.why(job) not in {None, "input_behind"}

    def _may_start(self, job: Job) -> bool:
        """A gate that is closed is waited for: the claim is good while its lease is. Else it is given back."""
        why = self._forbidding.why(job)
        if why == "input_behind":
            self._behind.append(job)
        elif why is not None:
            self._report_soon(job, NotStarted(), "", why)
        return why is None

    # --- one attempt

    def _begin(self, job: Job, account: Account, tried: AbstractSet[str] = frozenset()) -> None:
        """What is logged of the attempt, the adapter's own lines too, names its trace: its task inherits the context."""
        with traced(job.claim.trace):
            self._begin_in_its_trace(job, account, tried)

    def _begin_in_its_trace(self, job: Job, account: Account, tried: AbstractSet[str]) -> None:
        message = self._attempting.composed(job)
        if not isinstance(message, Message):
            self._report_soon(job, message, account.name)
            return
        units = segments(message.text).parts if self._counts_units else 1
        self._accounts.begin(account, units, self._now())
        self._metrics.sends_in_flight(self.channel, self._accounts.calls)
        self._spawn(self._attempt(job, account, message, units, tried | {account.name}))

    async def _attempt(self, job: Job, account: Account, message: Message, units: int, tried: AbstractSet[str]) -> None:
        """`tried` are the accounts that certainly did not send it, this one among them."""
        try:
            attempted = await self._attempting.at(account, job, message, units)
        finally:
            self._metrics.sends_in_flight(self.channel, self._accounts.calls)
            self._serve_soon()
        outcome, refusal = attempted.outcome, attempted.refusal
        if isinstance(outcome, NotStarted) and refusal == "input_behind":
            self._behind.append(job)
            self._serve_later()
        elif may_go_elsewhere(outcome) and self._accounts.has_other(tried, self._now()):
            self._elsewhere.append((job, tried))
            self._serve_soon()
        else:
            if attempted.sent is not None:
                self._sent(job.claim.customer_id, attempted.sent)
            await self._report(job, outcome, account.name, refusal)

    def _report_soon(self, job: Job, outcome: Ended, account: str, why: ReasonCode | None = None) -> None:
        self._spawn(self._report(job, outcome, account, why))

    async def _report(self, job: Job, outcome: Ended, account: str, why: ReasonCode | None) -> None:
        """The credit comes back when the outcome stands; the place is somebody else's by then."""
        attempt_id = job.claim.attempt_id
        fact, counted = told(attempt_id, self.channel, account, outcome, self._clock.now(), forbidden_by=why)
        self._metrics.attempt(self.channel, counted)
        if account:
            self._metrics.account_attempt(account, counted)
            self._accounts.sent(account, attempt_id, outcome, self._now())
        said = self._refused(self.channel, job.claim.contact_point, fact) if isinstance(fact, AttemptRejected) else None
        await self._outcomes.report(job.claim.customer_id, fact, said)
        self._known.discard(attempt_id)
        self._forbidding.withdrawn.discard(attempt_id)
        self.credits.settled(job.partition, unsent=isinstance(fact, AttemptReleased))

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name=f"sender-{self.channel}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
