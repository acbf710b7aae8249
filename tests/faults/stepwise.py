"""An adapter around another to which something happens at one step of one send."""

import asyncio
from collections.abc import Callable
from typing import Literal, get_args

from channels.protocol import Adapter, Capabilities, Finding, Lookup, Message, Outcome, Permit, Prepared, Rejected

At = Literal["composing", "permitted", "under_way", "answered"]
"""Before gate and lease are read, right after, when bytes have left, when the answer is there."""

SEND_STEPS: tuple[At, ...] = get_args(At)

_UNDER_WAY_S = 0.002


class Stepwise:
    """Behaves like `inner` but for step `at` of a send after the first `before`: there, once, `happens` is called."""

    def __init__(self, inner: Adapter, at: At, before: int, happens: Callable[[], None]) -> None:
        self._inner = inner
        self._at = at
        self._before = before
        self._happens = happens
        self._sends = 0
        self._over = False

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def capabilities(self) -> Capabilities:
        return self._inner.capabilities

    def prepare(self, message: Message) -> Prepared | Rejected:
        return self._inner.prepare(message)

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:
        return await self._inner.reconcile(lookup, deadline_s=deadline_s)

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        self._sends += 1
        if self._sends <= self._before or self._over:
            return await self._inner.send(prepared, permit=permit, deadline_s=deadline_s)
        self._reached("composing")

        def last_permit() -> bool:
            allowed = permit()
            if allowed and self._at == "under_way":
                asyncio.get_running_loop().call_later(_UNDER_WAY_S, self._reached, "under_way")
            elif allowed:
                self._reached("permitted")
            return allowed

        outcome = await self._inner.send(prepared, permit=last_permit, deadline_s=deadline_s)
        self._reached("answered")
        return outcome

    def _reached(self, step: At) -> None:
        if step == self._at and not self._over:
            self._over = True
            self._happens()

    async def close(self) -> None:
        await self._inner.close()
