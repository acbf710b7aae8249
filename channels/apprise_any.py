"""Any service that the package Apprise knows, at best effort: it says that something failed, never what.

No provider id, no class of refusal, no delay, and no way to ask later: a failure may have sent the message, so it is in
doubt and a person has to look. Where a service matters, it deserves an adapter of its own.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from apprise import Apprise, AppriseResultStatus, NotifyFormat

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
    Unknown,
)
from schemas.values import Channel

PLACE: Final = "{to}"
"""Stands for the recipient in an address."""

_TALKERS: Final = ("apprise", "urllib3", "requests")
"""Logs that hold addresses and texts."""


class AppriseAny:
    """Sends by every one of these addresses; each names the recipient's place, or one mailbox would get everybody's bills.

    Apprise and the library under it log addresses and texts: their logs are shut, for the whole process.
    """

    name: Final = "apprise"

    def __init__(self, channel: Channel, addresses: Sequence[str]) -> None:
        self.capabilities: Final = Capabilities(channel, idempotency="none", max_text=None, expires=False)
        self._addresses = tuple(addresses)
        self._closed = False
        for talker in _TALKERS:
            logging.getLogger(talker).setLevel(logging.CRITICAL + 1)
        # Here, not at the first send: it imports some hundred modules when it is first shown an address.
        Apprise().add(self._addresses)

    def __repr__(self) -> str:
        return f"AppriseAny({self.capabilities.channel}, {len(self._addresses)} addresses)"

    def prepare(self, message: Message) -> Prepared | Rejected:
        """Put the recipient in its place."""
        if not message.text.strip():
            return Rejected("content", "empty")
        return Prepared(message)

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        """Hand it to Apprise; a thread of its may go on after the deadline."""
        message = prepared.message
        recipient = quote(message.recipient, safe="@+")
        services = Apprise()
        for address in self._addresses:
            if not services.add(address.replace(PLACE, recipient)):
                return Rejected("config", "no-such-service")
        if self._closed or not permit():
            return NotStarted()
        try:
            async with asyncio.timeout(deadline_s):
                result = await services.async_notify(
                    body=message.text, title=message.subject or "", body_format=NotifyFormat.TEXT
                )
        except TimeoutError:
            return Unknown("timeout")
        if result.status is AppriseResultStatus.SUCCESS:
            return Accepted(message.attempt_id)
        return Unknown(result.status.name.lower())

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:  # noqa: ARG002
        """Apprise keeps nothing and asks nobody."""
        return CannotTell()

    async def health(self, *, deadline_s: float) -> Health:  # noqa: ARG002
        """Nor can it look without sending."""
        return CannotTell()

    async def close(self) -> None:
        """Send nothing more."""
        self._closed = True
