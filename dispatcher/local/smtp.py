"""A mail server that delivers nothing and keeps what it takes, in the running loop: for trials and tests.

It refuses every recipient outside the domains reserved for tests. Faults are staged, one a message, scripted for a
recipient, or lasting.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiosmtpd.smtp import Envelope, LoginPassword

from dispatcher.local.durable_lines import DurableLines
from dispatcher.local.smtp_faults import Bounces, Complains, IsAway, SmtpFault
from dispatcher.local.smtp_mail import SentMail
from dispatcher.local.smtp_reports import absence, bounce, complaint
from dispatcher.local.smtp_scripts import Scripts
from dispatcher.local.smtp_session import Connection

_NOBODY: Final = (None, "<>")
"""The sender of a report, which asks for no report of its own."""


class SmtpSink:
    """Serves while entered; `messages` are those it took, oldest first.

    `scripts` say what meets whom, `by_recipient` what meets somebody always. What servers send back (`Bounces`, `Complains`,
    `IsAway`) is in `returned`, and as `.eml` files in the folder `returns`. `outbox` gets each mail as an `.eml` file,
    `journal` a line of JSON a mail, on the disk before the reply.
    `tls` with `starttls` makes a server that refuses mail before STARTTLS, `tls` alone one that speaks TLS from
    the first byte. `login` (name, password) is then required.
    `port` 0 takes a free one.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        outbox: Path | None = None,
        returns: Path | None = None,
        journal: Path | None = None,
        tls: ssl.SSLContext | None = None,
        starttls: bool = False,
        login: tuple[str, str] | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.messages: list[SentMail] = []
        self.returned: list[bytes] = []
        self.scripts = Scripts(clock)
        self.by_recipient = self.scripts.by_recipient
        self.accepted = 0
        self.sessions: set[Connection] = set()
        self.login = login
        self._port, self._outbox, self._returns, self._clock = port, outbox, returns, clock
        self._journal_path = journal
        self._tls, self._starttls = tls, starttls
        self._read = 0
        self._arrived = asyncio.Condition()
        self._deserted = asyncio.Event()

    def stage(self, faults: Iterable[SmtpFault]) -> None:
        """Let the next mails meet these faults, one each."""
        self.scripts.stage(faults)

    def heal(self) -> None:
        """Forget what is staged and has met nobody yet."""
        self.scripts.heal()

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
        await self._journal.close()

    def _session(self) -> Connection:
        return Connection(self, tls=self._tls if self._starttls else None)

    def refuses(self, login: object) -> bool:
        """Whether this is another name or password than the one it was told to ask for."""
        given = (login.login, login.password) if isinstance(login, LoginPassword) else None
        return self.login is None or given != (self.login[0].encode(), self.login[1].encode())

    def take(self, envelope: Envelope, fault: SmtpFault | None) -> int:
        """Keep a mail, once for each of its recipients, and send back what a fault says; how many it has now."""
        content = envelope.original_content or b""
        sender = "" if envelope.mail_from in _NOBODY else str(envelope.mail_from)
        for recipient in envelope.rcpt_tos:
            mail = SentMail(self._clock(), sender, recipient, content)
            if self._journal_path is not None:
                named = str(mail.parsed()["Message-ID"] or "")
                self._journal.add({"at": mail.at, "to": recipient, "from": mail.sender, "message_id": named})
            self.messages.append(mail)
            if self._outbox is not None:
                (self._outbox / f"{len(self.messages):05d}.eml").write_bytes(content)
            self._send_back(mail, fault)
        return len(self.messages)

    def _send_back(self, mail: SentMail, fault: SmtpFault | None) -> None:
        match fault:
            case Bounces(status, says):
                report = bounce(mail, at=self._clock(), status=status, says=says)
            case Complains(kind):
                report = complaint(mail, at=self._clock(), kind=kind)
            case IsAway():
                report = absence(mail, at=self._clock())
            case _:
                return
        self.returned.append(report)
        if self._returns is not None:
            (self._returns / f"{len(self.returned):05d}.eml").write_bytes(report)

    async def durable(self) -> None:
        """Wait until what was taken is on the disk."""
        await self._journal.durable()

    async def nobody_connected(self) -> None:
        """Wait until every client has left."""
        await self._deserted.wait()

    def entered(self, session: Connection) -> None:
        """Count a connection; STARTTLS makes the same one once more."""
        self.accepted += session not in self.sessions
        self.sessions.add(session)
        self._deserted.clear()

    def left(self, session: Connection) -> None:
        """Forget a connection that has ended."""
        self.sessions.discard(session)
        if not self.sessions:
            self._deserted.set()

    async def read_whole(self) -> None:
        """Tell whoever waits for it that one more mail has been read."""
        async with self._arrived:
            self._read += 1
            self._arrived.notify_all()
