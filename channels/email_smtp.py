"""E-mail over SMTP, phase by phase, because only the phase tells what a failure means.

Before DATA nothing was sent, whatever broke. Once DATA began, only the server's reply tells: without one the
message may have been taken (RFC 1047 describes the gap).
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Final

import aiosmtplib

from channels.accounts import SmtpConfig
from channels.email_mime import encoded, envelope_address, message_id
from channels.email_smtp_connections import Connections
from channels.email_smtp_replies import Phase, meaning
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
    Unknown,
    Unwell,
    Well,
)

_UNREACHABLE_S: Final = 1.0
_TLS_REFUSED_S: Final = 60.0


class SmtpEmail:
    """One mail server as a channel adapter; `clock` (seconds since the epoch) dates the mail's header."""

    name: Final = "smtp"
    capabilities: Final = Capabilities("email", idempotency="none", max_text=None, expires=False)

    def __init__(self, config: SmtpConfig, *, clock: Callable[[], float] = time.time) -> None:
        self._config = config
        self._clock = clock
        self._connections = Connections(config)

    def __repr__(self) -> str:
        return f"SmtpEmail({self._config!r})"

    def prepare(self, message: Message) -> Prepared | Rejected:
        """Check the addresses and headers and encode the mail."""
        recipient = envelope_address(message.recipient)
        if recipient is None:
            return Rejected("recipient", "address")
        sender = self._sender(message)
        if sender is None:
            return Rejected("config", "sender-address")
        payload = encoded(message, recipient, sender)
        return payload if isinstance(payload, Rejected) else Prepared(message, payload)

    def _sender(self, message: Message) -> str | None:
        return envelope_address(message.sender or self._config.sender)

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        """Hand the mail to the server; the permit is read before MAIL and again before DATA."""
        reached = _Reached()
        try:
            async with asyncio.timeout(min(deadline_s, self._config.timeout_s)):
                return await self._transact(prepared, permit, reached)
        except aiosmtplib.SMTPResponseException as refused:
            return _refused(reached.phase, refused)
        except ssl.SSLError:
            return _broken(reached.phase, "tls", _TLS_REFUSED_S)
        except TimeoutError:
            return _broken(reached.phase, "timeout", _UNREACHABLE_S)
        except OSError as unreachable:
            if isinstance(unreachable.__cause__, ssl.SSLError):
                return _broken(reached.phase, "tls", _TLS_REFUSED_S)
            return _broken(reached.phase, "connection", _UNREACHABLE_S)
        except aiosmtplib.SMTPException:
            # The server lacks what the configuration asks for: STARTTLS, or a way to log in.
            return _broken(reached.phase, "not-offered", _TLS_REFUSED_S)

    async def _transact(self, prepared: Prepared, permit: Permit, reached: "_Reached") -> Outcome:
        message = prepared.message
        sender, recipient = self._sender(message), envelope_address(message.recipient)
        if sender is None or recipient is None:
            raise ValueError("send() takes what prepare() returned")
        async with self._connections.ready(reached.begins) as smtp:
            if not permit():
                return NotStarted()
            try:
                reached.begins("mail")
                await smtp.mail(sender)
                reached.begins("rcpt")
                await smtp.rcpt(recipient)
                if not permit():
                    # The envelope without its DATA causes nothing; RSET before the next use forgets it.
                    return NotStarted()
                reached.begins("data")
                await smtp.data(_dated(prepared.payload, self._clock()), timeout=self._config.timeout_s)
            except aiosmtplib.SMTPResponseException as refused:
                outcome = meaning(reached.phase, refused.code, refused.message)
                if outcome is None:
                    raise
                # A definite refusal leaves the connection in step: it can be used again.
                return outcome
        return Accepted(message_id(message.contact_id or message.attempt_id, sender))

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:  # noqa: ARG002
        """SMTP has no question for what became of a mail."""
        return CannotTell()

    async def health(self, *, deadline_s: float) -> Health:
        """Open a connection as for a mail, or ask on one that is open, and begin none."""
        reached = _Reached()
        try:
            async with (
                asyncio.timeout(min(deadline_s, self._config.timeout_s)),
                self._connections.ready(reached.begins),
            ):
                return Well()
        except aiosmtplib.SMTPResponseException as refused:
            known = meaning(reached.phase, refused.code, refused.message)
            return Unwell(f"{reached.phase}-{refused.code}", ours=isinstance(known, Rejected))
        except (aiosmtplib.SMTPException, OSError) as away:
            return Unwell(f"{reached.phase}-{type(away).__name__}")

    async def close(self) -> None:
        """Close all connections."""
        await self._connections.close()


class _Reached:
    """How far a transaction came."""

    __slots__ = ("phase",)

    def __init__(self) -> None:
        self.phase: Phase = "connect"

    def begins(self, phase: Phase) -> None:
        self.phase = phase


def _dated(payload: bytes, at: float) -> bytes:
    return b"Date: " + formatdate(at).encode() + b"\r\n" + payload


def _refused(phase: Phase, refused: aiosmtplib.SMTPResponseException) -> Outcome:
    """A reply that is neither 4xx nor 5xx is a server out of step: it proves nothing of the message."""
    known = meaning(phase, refused.code, refused.message)
    return known or _broken(phase, f"reply-{refused.code}", _UNREACHABLE_S)


def _broken(phase: Phase, cause: str, wait_s: float) -> Outcome:
    """What a failure without a reply means."""
    return Unknown(cause) if phase == "data" else Deferred(wait_s, "provider", cause)
