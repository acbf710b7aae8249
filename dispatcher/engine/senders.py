"""Senders: bounded pools, off the lanes, that hand claimed attempts to channel adapters and report what came of them.

A lane claims only against a credit of the channel's pool. So nothing new is claimed while a provider is slow or Kafka is
away, and no account sees more calls at a time than it takes. Gate and lease are read right before the first byte.
"""

import asyncio
from collections.abc import Callable, Mapping

from dispatcher.core.decide import Claim
from dispatcher.engine.desk import Desk
from dispatcher.engine.hourly import Hourly
from dispatcher.engine.pool import Pool
from schemas.values import CHANNELS, Channel

_REVIEW_S = 1.0
_EVERY_CHANNEL = frozenset(CHANNELS)
_WITHOUT_PROVIDER: frozenset[Channel] = frozenset({"call_task"})


class Senders:
    """All pools of a worker."""

    def __init__(self, pools: Mapping[Channel, Pool], calls: Hourly, desk: Desk | None = None) -> None:
        """One pool for each channel that has a provider; where nobody is called, none. `calls` counts call tasks.

        `desk` are the people who work them off, None: as many as it takes.
        """
        self._pools = pools
        self.desk = desk or Desk()
        self._hours = {channel: pool.credits.hourly for channel, pool in pools.items()} | {"call_task": calls}

    def divide(self, share: float) -> None:
        """This worker has a share (0 to 1) of all partitions, and of every account's limit."""
        for pool in self._pools.values():
            pool.divide(share)

    def received(self, attempt_id: str, *, delivered: bool) -> None:
        """A receipt of a message came."""
        for pool in self._pools.values():
            pool.received(attempt_id, delivered=delivered)

    async def run(self) -> None:
        """Look without end how the accounts are."""
        while True:
            for pool in self._pools.values():
                pool.review()
            await asyncio.sleep(_REVIEW_S)

    def on_credit(self, listener: Callable[[], None]) -> None:
        """Call `listener` when a pool that was used up has half of its credits again."""
        for pool in self._pools.values():
            pool.credits.on_return = listener

    def pool(self, channel: Channel) -> Pool | None:
        """The pool of a channel; None where nobody has to be called."""
        return self._pools.get(channel)

    def reserve(self, claim: Claim, partition: int) -> None:
        """The lane of a partition is about to flush a claim; what is no contact, such as a letter, does not count."""
        pool = self._pools.get(claim.channel)
        if pool is not None:
            pool.credits.take(partition)
        elif claim.channel in _WITHOUT_PROVIDER and claim.stage.timed:
            self._hours[claim.channel].count(1, partition)
            if claim.stage.task != "visit":
                self.desk.count(partition)

    def give_back(self, claim: Claim, partition: int) -> None:
        """It was not flushed; how many tasks the desk has, the state says that the lane restores."""
        pool = self._pools.get(claim.channel)
        if pool is not None:
            pool.credits.give_back(partition)
        elif claim.channel in _WITHOUT_PROVIDER and claim.stage.timed:
            self._hours[claim.channel].count(-1, partition)

    @property
    def exhausted(self) -> frozenset[Channel]:
        """Channels that need no credit and may not be used any more in this hour."""
        return frozenset(channel for channel in _WITHOUT_PROVIDER if self._hours[channel].reached)

    def with_credit(self) -> frozenset[Channel]:
        """Channels that may be claimed for now; where nobody has to be called, no credit is needed."""
        if not self._pools:
            return _EVERY_CHANNEL
        return frozenset(c for c, pool in self._pools.items() if pool.credits.available > 0) | _WITHOUT_PROVIDER

    def with_reserve(self) -> frozenset[Channel]:
        """Channels that may be claimed for by mandatory stages."""
        return frozenset(c for c, pool in self._pools.items() if pool.credits.available_for_mandatory > 0)

    @property
    def all_exhausted(self) -> bool:
        """Whether every provider has as many open attempts as it may, mandatory ones too."""
        return bool(self._pools) and not any(pool.credits.available_for_mandatory > 0 for pool in self._pools.values())

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
        self.desk.abandon(partition)

    def withdraw(self, attempt_id: str) -> None:
        """The attempt is no longer wanted."""
        for pool in self._pools.values():
            pool.withdraw(attempt_id)

    async def drain(self, timeout_s: float) -> None:
        """Finish what is under way and stop."""
        await asyncio.gather(*(pool.drain(timeout_s) for pool in self._pools.values()))
