"""One connection to the mail sink: what it says to each command."""

import asyncio
import ssl
from typing import AnyStr, Final, Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from dispatcher.local.reserved import EXPECTED_ADDRESS, is_reserved_address
from dispatcher.local.smtp_faults import DropAfterData, Greylists, Reply, Slow, SmtpFault, Stalls
from dispatcher.local.smtp_scripts import Scripts

_LARGEST: Final = 10 * 1024 * 1024
_ENDS: Final = b"421"


class Sink(Protocol):
    """What a connection belongs to."""

    login: tuple[str, str] | None
    scripts: Scripts

    def refuses(self, login: object) -> bool:
        """Whether these are not the name and password it asks for."""
        ...

    def take(self, envelope: Envelope, fault: SmtpFault | None) -> int:
        """Keep a mail, and send back what a fault says; how many it has now."""
        ...

    def entered(self, session: "Connection") -> None:
        """A connection has been made."""
        ...

    def left(self, session: "Connection") -> None:
        """A connection has ended."""
        ...

    async def durable(self) -> None:
        """What was kept is on the disk."""
        ...

    async def read_whole(self) -> None:
        """A mail has been read."""
        ...


class Connection(SMTP):
    """It is known to its sink as long as it is open, so that the sink can end it."""

    def __init__(self, sink: Sink, tls: ssl.SSLContext | None) -> None:
        self._sink, self._greeted = sink, False
        super().__init__(
            _Answers(sink),
            hostname="sink.invalid",
            data_size_limit=_LARGEST,
            tls_context=tls,
            require_starttls=tls is not None,
            auth_required=sink.login is not None,
            auth_require_tls=tls is not None,
            authenticator=_Answers(sink).judge,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tell the sink."""
        self._sink.entered(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the sink."""
        super().connection_lost(error)
        self._sink.left(self)

    async def push(self, status: AnyStr) -> None:
        """Write a reply; the first of a connection is its greeting."""
        line = _bytes(status)
        if not self._greeted:
            self._greeted = True
            fault = self._sink.scripts.meets("CONNECT")
            line = fault.line.encode() if isinstance(fault, Reply) else line
        await super().push(line)
        if line.startswith(_ENDS):
            self.hang_up(after_writing=True)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Refuse the command itself where that is scripted."""
        envelope = self.envelope
        if envelope is not None and envelope.rcpt_tos:
            fault = self._sink.scripts.meets("DATA COMMAND", envelope.mail_from or "", envelope.rcpt_tos[0])
            if isinstance(fault, Reply):
                await self.push(fault.line)
                return
        await super().smtp_DATA(arg)

    def hang_up(self, *, after_writing: bool = False) -> None:
        """Close without a word, at once or when all that was written is sent."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.close() if after_writing else self.transport.abort()


def _bytes(status: str | bytes) -> bytes:
    return status if isinstance(status, bytes) else status.encode()


class _Answers:
    """aiosmtpd finds the methods by their names."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def judge(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=not self._sink.refuses(data), handled=False)

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._sink.scripts.meets("MAIL")
        if isinstance(fault, Reply):
            return fault.line
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not is_reserved_address(address):
            return f"550 5.1.1 This server delivers nothing: the recipient must be {EXPECTED_ADDRESS}"
        fault = self._sink.scripts.meets("RCPT", envelope.mail_from or "", address)
        if isinstance(fault, Reply | Greylists):
            return fault.line
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Connection, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self._sink.scripts.meets("DATA", envelope.mail_from or "", envelope.rcpt_tos[0])
        is_lost = isinstance(fault, Reply) or (isinstance(fault, DropAfterData | Stalls) and not fault.taken)
        queued = 0 if is_lost else self._sink.take(envelope, fault)
        await self._sink.durable()
        await self._sink.read_whole()
        match fault:
            case Reply(line):
                return line
            case Stalls():
                await asyncio.Event().wait()
            case DropAfterData():
                server.hang_up()
            case Slow(seconds):
                await asyncio.sleep(seconds)
            case _:
                pass
        return f"250 2.0.0 OK: queued as {queued}"
