"""Attempts in doubt: asking the provider what became of them, first soon, and once more a minute later.

Found: the attempt was accepted. Not found twice, or nothing to be found out: the policy decides (`core.flights`). Only the
lane's owner asks, and only while its gate is open: an answer that stands unread in the inbox comes first.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, assert_never

import structlog

from channels.protocol import Absent, Accepted, Adapter, CannotTell, Deferred, Finding, Lookup
from dispatcher.engine.config import Patience
from dispatcher.engine.keeping import PLAIN, Keeper
from dispatcher.engine.lease import boot_seconds
from dispatcher.engine.outcomes import OutcomeFact
from schemas.inbox import AttemptAccepted, AttemptLooked
from schemas.state import LOOKED_ENOUGH, Attempt
from schemas.values import Channel

_log = structlog.get_logger(__name__)

_ROUND_S = 0.5
_MOST_AT_ONCE = 8


_WEIGHT: Mapping[type, int] = {Accepted: 0, Deferred: 1, CannotTell: 2, Absent: 3}
"""Of several accounts' words: one that has the message settles it, and only if all know of none there is none."""


class Report(Protocol):
    """Writes a fact about an attempt into the inbox; returns when it stands."""

    async def __call__(self, customer_id: str, fact: OutcomeFact) -> None:
        """Append it."""
        ...


@dataclass(frozen=True, slots=True)
class Open:
    """What a lane knows of its customers in doubt: keys and state records. `open` is its gate."""

    doubtful: Callable[[], Sequence[tuple[bytes, bytes]]]
    open: Callable[[], bool]
    keeper: Keeper = PLAIN


@dataclass(slots=True)
class _Watch:
    """When to look next (seconds since boot), after how many looks."""

    looks: int
    at: float


class Doubts:
    """The doubts of all lanes of a worker; `lanes` are those that serve now."""

    def __init__(
        self,
        lanes: Callable[[], Sequence[Open]],
        adapters: Mapping[Channel, Mapping[str, Adapter]],
        report: Report,
        patience: Patience | None = None,
        *,
        now: Callable[[], float] = boot_seconds,
    ) -> None:
        """Asks nobody before `round`; `adapters` are those of each channel's accounts, by name."""
        self._lanes = lanes
        self._adapters = adapters
        self._report = report
        self._patience = patience or Patience()
        self._now = now
        self._watched: dict[str, _Watch] = {}

    async def run(self) -> None:
        """Look around without end."""
        while True:
            await self.round()
            await asyncio.sleep(_ROUND_S)

    async def round(self) -> None:
        """Ask about every attempt whose time has come."""
        seen = self._in_doubt()
        self._watched = {attempt_id: self._watch(attempt_id, seen[attempt_id][1]) for attempt_id in seen}
        due = [attempt_id for attempt_id, watch in self._watched.items() if watch.at <= self._now()]
        for start in range(0, len(due), _MOST_AT_ONCE):
            await asyncio.gather(*(self._look(each, *seen[each]) for each in due[start : start + _MOST_AT_ONCE]))

    def _in_doubt(self) -> dict[str, tuple[str, Attempt]]:
        """By attempt, of the lanes whose gate is open: customer and attempt."""
        seen: dict[str, tuple[str, Attempt]] = {}
        for lane in self._lanes():
            if lane.open():
                seen |= _attempts(lane.doubtful(), lane.keeper)
        return seen

    def _watch(self, attempt_id: str, attempt: Attempt) -> _Watch:
        known = self._watched.get(attempt_id)
        if known is not None and known.looks == attempt.looks:
            return known
        wait = self._patience.between_s if attempt.looks else self._patience.first_s
        return _Watch(attempt.looks, self._now() + wait)

    async def _look(self, attempt_id: str, customer_id: str, attempt: Attempt) -> None:
        provider, finding = await self._find(attempt_id, attempt)
        match finding:
            case Accepted(reference, segments):
                if attempt_id not in self._in_doubt():
                    return  # given back while the provider looked: what it found may be the message that was sent instead
                await self._report(customer_id, AttemptAccepted(attempt_id, provider, reference, segments))
            case Absent():
                await self._report(customer_id, AttemptLooked(attempt_id, provider, "absent"))
            case CannotTell():
                await self._report(customer_id, AttemptLooked(attempt_id, provider, "cannot_tell"))
            case Deferred(retry_after_s, _, code):
                _log.warning("doubt_unanswered", attempt_id=attempt_id, provider=provider, code=code)
                self._watched[attempt_id] = _Watch(attempt.looks, self._now() + retry_after_s)
                return
            case _:
                assert_never(finding)
        # Until the fact has come through the inbox, the attempt looks as before: not asked again meanwhile.
        self._watched[attempt_id] = _Watch(attempt.looks, self._now() + self._patience.between_s)

    async def _find(self, attempt_id: str, attempt: Attempt) -> tuple[str, Finding]:
        """The word of the account that was called; of all accounts, where nobody knows which was. With its name."""
        accounts = self._adapters.get(attempt.channel, {})
        called = [attempt.provider] if attempt.provider else list(accounts)
        if not attempt.contact_point:  # of a lost state: nobody knows where it went
            called = []
        lookup = Lookup(attempt_id, attempt.contact_point, attempt.claimed_at)
        found = [(name, await self._ask(name, accounts[name], lookup)) for name in called if name in accounts]
        return min(found, key=lambda each: _WEIGHT[type(each[1])], default=(attempt.provider, CannotTell()))

    async def _ask(self, name: str, adapter: Adapter, lookup: Lookup) -> Finding:
        try:
            return await adapter.reconcile(lookup, deadline_s=self._patience.answer_s)
        except Exception as fault:  # an adapter's fault must not end the asking
            _log.exception("reconcile_failed", attempt_id=lookup.attempt_id, provider=name)
            return Deferred(self._patience.between_s, "provider", type(fault).__name__)


def _attempts(records: Sequence[tuple[bytes, bytes]], keeper: Keeper) -> dict[str, tuple[str, Attempt]]:
    """Attempts in doubt of which more can be found out, with their customers."""
    return {
        attempt_id: (key.decode(), attempt)
        for key, record in records
        for attempt_id, attempt in keeper.customer(key, record).attempts.items()
        if attempt.state == "in_doubt" and attempt.looks < LOOKED_ENOUGH
    }
