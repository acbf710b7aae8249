"""A channel without a provider: messages are shown where the process runs. For a first look, never for customers."""

import sys
from typing import Final, TextIO

from channels.protocol import (
    Accepted,
    CannotTell,
    Capabilities,
    Deferred,
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


class Console:
    """Writes each message to a stream, standard output if none is given; recipient and text are in clear there."""

    name: Final = "console"

    def __init__(self, channel: Channel, stream: TextIO | None = None) -> None:
        self.capabilities: Final = Capabilities(channel, idempotency="none", max_text=None, expires=False)
        self._stream = stream
        self._closed = False

    def __repr__(self) -> str:
        return f"Console({self.capabilities.channel})"

    def prepare(self, message: Message) -> Prepared | Rejected:
        """Write it as it will be shown."""
        lines = [f"--- {message.channel} to {message.recipient} ({message.attempt_id})"]
        if message.subject is not None:
            lines.append(f"Subject: {message.subject}")
        return Prepared(message, "\n".join((*lines, message.text, "")).encode(errors="replace"))

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:  # noqa: ARG002
        """Show it."""
        if self._closed or not permit():
            return NotStarted()
        stream = self._stream or sys.stdout
        try:
            stream.write(prepared.payload.decode())
            stream.flush()
        except (OSError, ValueError):
            return Deferred(60.0, "provider", "stream-closed")
        return Accepted(prepared.message.attempt_id)

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:  # noqa: ARG002
        """What was shown is not kept."""
        return CannotTell()

    async def health(self, *, deadline_s: float) -> Health:  # noqa: ARG002
        """Nothing can be the matter with it."""
        return Well()

    async def close(self) -> None:
        """Show nothing more; the stream is not ours to close."""
        self._closed = True
