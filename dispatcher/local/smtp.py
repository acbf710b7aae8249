"""A mail server that delivers nothing and keeps what it takes, in the running loop: for trials and tests.

It refuses every recipient outside the domains reserved for tests. Faults are staged, one a message.
"""

import asyncio
import logging
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from dispatcher.local.durable_lines import DurableLines
from dispatcher.local.reserved import EXPECTED_ADDRESS, is_reserved_address

_LARGEST: Final = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer RCPT, or the end of DATA, with this line; the mail is not taken."""

    line: str
    at: Literal["RCPT", "DATA"] = "RCPT"


@dataclass(frozen=True, slots=True)
class DropAfterData:
    """Read the whole mail, keep it if `taken`, and close the connection without a reply."""

    taken: bool = False


@dataclass(frozen=True, slots=True)
class Stalls:
    """Read the whole mail, keep it if `taken`, and never reply."""

    taken: bool = False


SmtpFault = Reply | DropAfterData | Stalls


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail the sink took, as it came over the wire. `at`: milliseconds since the epoch."""

    at: int
    sender: str
    recipient: str
    content: bytes

    def parsed(self) -> EmailMessage:
        """The mail with its headers and parts."""
        return BytesParser(EmailMessage, policy=default).parsebytes(self.content)


class SmtpSink:
    """Serves while entered; `messages` are those it took, oldest first.

    `outbox` gets each as an `.eml` file, `journal` a line of JSON a mail, on the disk before the reply.
    `tls` with `starttls` makes a server that refuses mail before STARTTLS, `tls` alone one that speaks TLS from
    the first byte. `login` (name, password) is then required.
    `port` 0 takes a free one.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        outbox: Path | None = None,
        journal: Path | None = None,
        tls: ssl.SSLContext | None = None,
        starttls: bool = False,
        login: tuple[str, str] | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.messages: list[SentMail] = []
        self.by_recipient: dict[str, SmtpFault] = {}
        self.accepted = 0
        self.sessions: set[_Session] = set()
        self.login = login
        self._port, self._outbox, self._clock = port, outbox, clock
        self._journal_path = journal
        self._tls, self._starttls = tls, starttls
        self._staged: deque[SmtpFault] = deque()
        self._read = 0
        self._arrived = asyncio.Condition()
        self._deserted = asyncio.Event()

    def stage(self, faults: Iterable[SmtpFault]) -> None:
        """Let the next mails meet these faults, one each."""
        self._staged.extend(faults)

    def heal(self) -> None:
        """Forget what is staged and has met nobody yet."""
        self._staged.clear()

    async def arrival(self, mails: int) -> None:
        """Wait until this many mails have been read whole, taken or not."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: self._read >= mails)

    @property
    def port(self) -> int:
        """The port on 127.0.0.1 that it serves."""
        return self._port

    @property
    def url(self) -> str:
        """How `DISPATCHER_SMTP_URL` names it, without a login."""
        scheme = "smtp" if self._tls is None else "smtp+starttls" if self._starttls else "smtps"
        return f"{scheme}://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        # Its log lines hold addresses.
        logging.getLogger("mail").setLevel(logging.CRITICAL)
        loop = asyncio.get_running_loop()
        context = None if self._starttls else self._tls
        self._journal = DurableLines(self._journal_path)
        self._server = await loop.create_server(self._session, "127.0.0.1", self._port, ssl=context)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Break all connections and stop listening."""
        self._server.close()
        for session in list(self.sessions):
            session.hang_up()
        await self._server.wait_closed()
        self._journal.close()

    def _session(self) -> "_Session":
        return _Session(self, tls=self._tls if self._starttls else None)

    def refuses(self, login: object) -> bool:
        """Whether this is another name or password than the one it was told to ask for."""
        given = (login.login, login.password) if isinstance(login, LoginPassword) else None
        return self.login is None or given != (self.login[0].encode(), self.login[1].encode())

    def fault(self, recipient: str, at: Literal["RCPT", "DATA"]) -> SmtpFault | None:
        """What is staged for this recipient here; a fault of the queue is used up."""
        lasting = self.by_recipient.get(recipient)
        fault = lasting or (self._staged[0] if self._staged else None)
        is_here = fault is not None and (at == (fault.at if isinstance(fault, Reply) else "DATA"))
        if is_here and lasting is None:
            self._staged.popleft()
        return fault if is_here else None

    def take(self, envelope: Envelope) -> None:
        """Keep a mail, once for each of its recipients."""
        content = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            mail = SentMail(self._clock(), envelope.mail_from or "", recipient, content)
            if self._journal_path is not None:
                named = str(mail.parsed()["Message-ID"] or "")
                self._journal.add({"at": mail.at, "to": recipient, "from": mail.sender, "message_id": named})
            self.messages.append(mail)
            if self._outbox is not None:
                (self._outbox / f"{len(self.messages):05d}.eml").write_bytes(content)

    async def nobody_connected(self) -> None:
        """Wait until every client has left."""
        await self._deserted.wait()

    def entered(self, session: "_Session") -> None:
        """Count a connection; STARTTLS makes the same one once more."""
        self.accepted += session not in self.sessions
        self.sessions.add(session)
        self._deserted.clear()

    def left(self, session: "_Session") -> None:
        """Forget a connection that has ended."""
        self.sessions.discard(session)
        if not self.sessions:
            self._deserted.set()

    async def read_whole(self) -> None:
        """Tell whoever waits for it that one more mail has been read."""
        async with self._arrived:
            self._read += 1
            self._arrived.notify_all()


class _Session(SMTP):
    """One connection; it is known to its sink as long as it is open, so that the sink can end it."""

    def __init__(self, sink: SmtpSink, tls: ssl.SSLContext | None) -> None:
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
        self._sink = sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sink.entered(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._sink.left(self)

    def hang_up(self) -> None:
        """Close without a word, now."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()


class _Answers:
    """What the sink says to each command; aiosmtpd finds the methods by their names."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    def judge(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=not self._sink.refuses(data), handled=False)

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not is_reserved_address(address):
            return f"550 5.1.1 This server delivers nothing: the recipient must be {EXPECTED_ADDRESS}"
        fault = self._sink.fault(address, "RCPT")
        if isinstance(fault, Reply):
            return fault.line
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: _Session, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self._sink.fault(envelope.rcpt_tos[0], "DATA")
        if fault is None or (not isinstance(fault, Reply) and fault.taken):
            self._sink.take(envelope)
        await self._sink.read_whole()
        match fault:
            case None:
                return f"250 2.0.0 OK: queued as {len(self._sink.messages)}"
            case Reply(line):
                return line
            case Stalls():
                await asyncio.Event().wait()
            case DropAfterData():
                server.hang_up()
        return "421 4.3.2 Nobody reads this"
