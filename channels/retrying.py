"""Trying a send again at once, where it is certain that nothing was sent and the wait is short.

Only `Deferred` says so. Everything else is returned as it is: `Unknown` above all, which a second try could
turn into a second message. Long waits belong to whoever plans contacts, not to a sender that keeps others
waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, cast

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from channels.around import Around
from channels.protocol import (
    Adapter,
    Deferred,
    NotStarted,
    Outcome,
    Permit,
    Prepared,
)

Chance = Callable[[], float]
"""A number from 0 up to 1, such as `random.random`: it spreads the tries of many senders."""

_LONGER_S: Final = 30.0
"""What a try-again means once several tries have failed: it was no blip."""


@dataclass(frozen=True, slots=True)
class Patience:
    """At most `tries`, begun within `total_s` seconds; a wait of more than `wait_s` is not waited for."""

    tries: int = 3
    total_s: float = 10.0
    wait_s: float = 3.0


class Retrying(Around):
    """An adapter that tries another one again, after the pause that it asked for and up to a half more."""

    def __init__(
        self,
        adapter: Adapter,
        *,
        chance: Chance,
        patience: Patience | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(adapter)
        self._chance = chance
        self._patience = patience or Patience()
        self._pause = pause

    def __repr__(self) -> str:
        return f"Retrying({self._adapter!r})"

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        """Send until an outcome is final, the tries or the time are used up, or the permit is withdrawn."""
        now = asyncio.get_running_loop().time
        ends = now() + deadline_s
        last_start = now() + min(deadline_s, self._patience.total_s)
        first = await self._adapter.send(prepared, permit=permit, deadline_s=deadline_s)
        if not self._is_worth_another_try(first):
            return first  # nearly always: tenacity's bookkeeping costs a tenth of a send
        is_first = True

        async def once() -> Outcome:
            nonlocal is_first
            if is_first:
                is_first = False
                return first
            if not permit():
                return NotStarted()
            return await self._adapter.send(prepared, permit=permit, deadline_s=max(ends - now(), 0.0))

        def is_over(state: RetryCallState) -> bool:
            return state.attempt_number >= self._patience.tries or now() + state.upcoming_sleep >= last_start

        tries = AsyncRetrying(
            sleep=self._pause,
            retry=retry_if_result(self._is_worth_another_try),
            wait=self._wait,
            stop=is_over,
            retry_error_callback=_given_up,
        )
        return await tries(once)

    def _is_worth_another_try(self, outcome: Outcome) -> bool:
        return isinstance(outcome, Deferred) and outcome.retry_after_s <= self._patience.wait_s

    def _wait(self, state: RetryCallState) -> float:
        outcome = _outcome(state)
        asked = outcome.retry_after_s if isinstance(outcome, Deferred) else 0.0
        return asked * (1 + self._chance() / 2) + self._chance() / 10


def _outcome(state: RetryCallState) -> Outcome:
    if state.outcome is None:
        raise RuntimeError("tenacity asked about a try that has not ended")
    return cast("Outcome", state.outcome.result())


def _given_up(state: RetryCallState) -> Outcome:
    last = _outcome(state)
    if isinstance(last, Deferred):
        return replace(last, retry_after_s=max(last.retry_after_s, _LONGER_S))
    return last
