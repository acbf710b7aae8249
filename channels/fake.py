"""An adapter without a provider: it does what its script says and remembers, cheaply, what it was asked."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from channels.protocol import (
    Accepted,
    CannotTell,
    Capabilities,
    Finding,
    Health,
    Lookup,
    Message,
    NotStarted,
    Outcome,
    Permit,
    Prepared,
    Rejected,
    Well,
)
from schemas.values import Channel

Script = Callable[[Message], Outcome]
"""What becomes of a message."""


def accepts(message: Message) -> Outcome:
    """Every message is taken; its attempt id is its reference."""
    return Accepted(message.attempt_id)


def in_turn(outcomes: Iterable[Outcome]) -> Script:
    """These outcomes, one a message; then every message is taken."""
    queue = deque(outcomes)
    return lambda message: queue.popleft() if queue else accepts(message)


class FakeAdapter:
    """`calls` holds (attempt id, `clock()`) of each send that the permit let through, in order."""

    name: Final = "fake"

    def __init__(self, channel: Channel, script: Script = accepts, *, clock: Callable[[], int] = time.time_ns) -> None:
        self.capabilities = Capabilities(channel, idempotency="none", max_text=None, expires=False)
        self.calls: list[tuple[str, int]] = []
        self.closed = False
        self._script = script
        self._clock = clock

    def prepare(self, message: Message) -> Prepared | Rejected:
        """Take anything."""
        return Prepared(message)

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:  # noqa: ARG002
        """What the script says, without a pause."""
        if not permit():
            return NotStarted()
        self.calls.append((prepared.message.attempt_id, self._clock()))
        return self._script(prepared.message)

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:  # noqa: ARG002
        """There is no list to look into."""
        return CannotTell()

    async def health(self, *, deadline_s: float) -> Health:  # noqa: ARG002
        """Nothing can be the matter with it."""
        return Well()

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
