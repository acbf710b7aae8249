"""A few connections to one mail server: one message at a time, used again while they are surely in step.

A connection that saw an exception or a cancellation is aborted, never used again: replies on it may belong to
a command that nobody waits for any more.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, cast

import aiosmtplib

from channels.accounts import SmtpConfig
from channels.email_smtp_replies import Phase

Progress = Callable[[Phase], None]
"""Told which phase begins."""

_GOODBYE_S: Final = 1.0


@dataclass(slots=True)
class _Open:
    smtp: aiosmtplib.SMTP
    since: float
    idle_since: float = 0.0
    messages: int = 0


class Connections:
    """At most `config.connections` at a time; whoever asks for one more waits."""

    def __init__(self, config: SmtpConfig) -> None:
        self._config = config
        self._places = asyncio.Semaphore(config.connections)
        self._idle: list[_Open] = []
        self._closed = False
        self._tls = None if config.encryption == "none" else ssl.create_default_context(cafile=config.ca_file)

    @asynccontextmanager
    async def ready(self, progress: Progress) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection that is logged in and has no mail in progress; aborted unless the block ends in order.

        Raises:
            aiosmtplib.SMTPException, OSError: no connection could be made.
        """
        async with self._places:
            current = await self._reused(progress) or await self._opened(progress)
            try:
                yield current.smtp
            except BaseException:
                abort(current.smtp)
                raise
            current.messages += 1
            await self._put_back(current)

    async def _reused(self, progress: Progress) -> _Open | None:
        """The connection that was used last, if the server still answers on it."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            current = self._idle.pop()
            if not current.smtp.is_connected:
                continue
            worn = current.messages >= self._config.per_connection or now - current.since > self._config.age_s
            if worn or now - current.idle_since > self._config.idle_s:
                abort(current.smtp)
                continue
            progress("hello")
            try:
                await current.smtp.rset(timeout=self._config.connect_s)
            except (aiosmtplib.SMTPException, OSError):
                abort(current.smtp)
            except BaseException:
                abort(current.smtp)
                raise
            else:
                return current
        return None

    async def _opened(self, progress: Progress) -> _Open:
        config = self._config
        if self._closed:
            raise ConnectionError("the adapter is closed")
        smtp = aiosmtplib.SMTP(
            hostname=config.host,
            port=config.port,
            local_hostname=config.ehlo_name or config.sender.rpartition("@")[2] or "localhost",
            use_tls=config.encryption == "tls",
            start_tls=False,
            tls_context=self._tls,
            timeout=config.connect_s,
        )
        try:
            progress("connect")
            await smtp.connect()
            progress("hello")
            await smtp.ehlo()
            if config.encryption == "starttls":
                await smtp.starttls(server_hostname=config.host, tls_context=self._tls)
                await smtp.ehlo()
            if config.username is not None:
                progress("auth")
                await smtp.login(config.username, config.password or "")
        except BaseException:
            abort(smtp)
            raise
        return _Open(smtp, since=asyncio.get_running_loop().time())

    async def _put_back(self, current: _Open) -> None:
        if self._closed:
            abort(current.smtp)
        elif current.smtp.is_connected:
            current.idle_since = asyncio.get_running_loop().time()
            self._idle.append(current)

    async def close(self) -> None:
        """Close the idle connections in good order; those in use are closed when their message is done."""
        self._closed = True
        while self._idle:
            smtp = self._idle.pop().smtp
            try:
                if smtp.is_connected:
                    await smtp.quit(timeout=_GOODBYE_S)
            except (aiosmtplib.SMTPException, OSError):
                pass
            finally:
                abort(smtp)


def abort(smtp: aiosmtplib.SMTP) -> None:
    """Close at once, without sending what is still buffered: half a message must not become a whole one."""
    transport = smtp.transport
    smtp.close()
    if transport is not None:
        cast("asyncio.WriteTransport", transport).abort()
