"""One account of a provider: its own adapter, limit, pace and calls, so that one in trouble takes nothing from another."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from channels.around import Around
from channels.protocol import (
    Accepted,
    Adapter,
    Deferred,
    Message,
    NotStarted,
    Outcome,
    Permit,
    Prepared,
)
from dispatcher.engine.bucket import Bucket
from dispatcher.engine.concurrency import Concurrency, presses
from dispatcher.engine.pace import Pace
from dispatcher.engine.telling import LEAST_RETRY_S, Ended
from schemas.values import Channel

_WEIGHT = 1 / 8
"""Of the last message in the smoothed number of units that a message has."""


_OF_AN_ACCOUNT = re.compile(r"\+[0-9]+|MG[0-9a-fA-F]{32}")
"""Senders that belong to one account; a name may be used by any."""


def _once(adapter: Adapter) -> Adapter:
    return adapter


@dataclass(frozen=True, slots=True)
class Supply:
    """A configured account. `name` is for journal, metrics and people; `weight` is relative to the channel's others.

    `per_second`: units (segments of texts, or mails) that it takes in a second from all workers together, None: any number.
    `own_numbers`: a creditor's number, or its service at the provider, is another account's; this one sends by its own.
    `persist` makes an adapter that tries a send again, where it is certain that nothing was sent.
    """

    name: str
    channel: Channel
    adapter: Adapter
    weight: int = 50
    per_second: float | None = None
    own_numbers: bool = False
    persist: Callable[[Adapter], Adapter] = _once

    def worded(self, message: Message) -> Message:
        """The message as this account can send it."""
        if self.own_numbers and message.sender is not None and _OF_AN_ACCOUNT.fullmatch(message.sender):
            return replace(message, sender=None)
        return message


class Account:
    """A supply at work. Times are in seconds of the clock that the pool reads."""

    def __init__(self, supply: Supply, *, workers: int, most_open: int, lease_s: float, now: float) -> None:
        """`workers` calls at a time at most, and `most_open` claims without a standing outcome."""
        self.name = supply.name
        self.supply = supply
        self.adapter = supply.adapter
        self.concurrency = Concurrency(workers)
        self._pace = Pace(workers, most_open=most_open, lease_s=lease_s)
        self._half_lease_s = lease_s / 2
        self._bucket = None if supply.per_second is None else Bucket(supply.per_second, now)
        self._units = 1.0
        self._resting_until = -1.0
        self.calls = 0
        self.listener: Callable[[Outcome, float], None] = lambda _outcome, _now: None

    @property
    def limited(self) -> bool:
        """Whether units have to be counted."""
        return self._bucket is not None

    def divide(self, share: float, now: float) -> None:
        """This worker has a share (0 to 1) of the partitions, and of the account's limit."""
        if self._bucket is not None and self.supply.per_second is not None:
            self._bucket.divide(self.supply.per_second * share, now)

    def bound(self, now: float) -> int:
        """How many claims may stand open for this account: what it takes within half a lease; 0 while it is left alone."""
        if now < self._resting_until:
            return 0
        bound = self._pace.bound
        if self._bucket is None:
            return bound
        return min(bound, max(1, int(self._bucket.rate * self._half_lease_s / self._units)))

    def is_free(self, now: float) -> bool:
        """Whether a call may begin, as far as places and its being left alone go; the limit is another question."""
        return self.calls < self.concurrency.limit and now >= self._resting_until

    def wait(self, now: float) -> float:
        """Seconds until the limit lets a message start."""
        return 0.0 if self._bucket is None else self._bucket.wait(now)

    def begin(self, units: int, now: float) -> None:
        """A message of so many units takes a place."""
        self.calls += 1
        if self._bucket is not None:
            self._bucket.take(units, now)
            self._units += (units - self._units) * _WEIGHT

    def end(self, outcome: Ended, units: int, seconds: float, now: float, *, started: bool) -> None:
        """What came of it in the end, and after how long; `started`: a first byte was permitted."""
        self.calls -= 1
        if not started and self._bucket is not None:
            self._bucket.give_back(units)
        if not isinstance(outcome, NotStarted):
            self._pace.took(seconds)
        if isinstance(outcome, Deferred) and outcome.scope != "message":
            self._resting_until = now + max(outcome.retry_after_s, LEAST_RETRY_S)

    def again(self, units: int, now: float) -> None:
        """A further try is about to start: it counts like the first."""
        if self._bucket is not None:
            self._bucket.take(units, now)

    def heard(self, outcome: Outcome, now: float) -> None:
        """What came of one try; the listener hears it too. `NotStarted` where there was none: it may have been a probe."""
        self.listener(outcome, now)
        if presses(outcome):
            self.concurrency.pressed(now)
        elif isinstance(outcome, Accepted):
            self.concurrency.went_well()


class Call(Around):
    """The adapter of an account as one message meets it: every try is counted, and heard."""

    def __init__(self, account: Account, units: int, now: Callable[[], float]) -> None:
        """The first try has been counted."""
        super().__init__(account.adapter)
        self._account = account
        self._units = units
        self._now = now
        self._tried = False

    @property
    def name(self) -> str:
        """The name of the account."""
        return self._account.name

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        """One try."""
        if self._tried:
            self._account.again(self._units, self._now())
        self._tried = True
        outcome = await self._adapter.send(prepared, permit=permit, deadline_s=deadline_s)
        self._account.heard(outcome, self._now())
        return outcome
