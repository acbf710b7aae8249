"""Providers that reach nobody, in the test's own loop, and a worker's settings that send to them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from dispatcher.local.smtp import SmtpSink
from dispatcher.local.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

SENDER = "+15005550006"


def number(n: int) -> str:
    """One of a thousand numbers that belong to nobody."""
    return f"+447700900{n:03d}"


@dataclass
class Providers:
    """What a worker sends to."""

    twilio: TwilioStandIn
    smtp: SmtpSink

    @property
    def settings(self) -> dict[str, str]:
        """Settings of a worker that really sends, to these."""
        return sending_to(self.twilio.base_url, self.smtp.url)

    def messages_to(self, point: str) -> int:
        """How often a number or an address got a message."""
        return self.reached().count(point)

    def reached(self) -> list[str]:
        """Numbers and addresses of all messages that were taken, repetitions included."""
        return [each.to for each in self.twilio.messages] + [each.recipient for each in self.smtp.messages]


def sending_to(twilio_url: str, smtp_url: str) -> dict[str, str]:
    """Settings of a worker that really sends, to these addresses."""
    return {
        "DISPATCHER_SENDING": "on",
        "DISPATCHER_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "DISPATCHER_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "DISPATCHER_TWILIO_FROM": SENDER,
        "DISPATCHER_TWILIO_BASE_URL": twilio_url,
        "DISPATCHER_SMTP_URL": smtp_url,
        "DISPATCHER_EMAIL_FROM": "billing@energy.example",
    }


def starting_at(instant: datetime) -> dict[str, str]:
    """The setting that makes a worker's clock start at an instant: nothing depends on this machine's hour."""
    return {"DISPATCHER_CLOCK": instant.isoformat()}


@asynccontextmanager
async def providers() -> AsyncIterator[Providers]:
    """Both stand-ins, up."""
    async with TwilioStandIn() as twilio, SmtpSink() as smtp:
        yield Providers(twilio, smtp)


class SlowLine:
    """A line to a provider that lets requests through at once and holds every answer back until `release`."""

    def __init__(self, port: int) -> None:
        """`port` is the provider's, on this machine."""
        self._port = port
        self._released = asyncio.Event()
        self._asked = asyncio.Event()
        self._lines: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where the line begins."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def release(self) -> None:
        """Let answers through from now on."""
        self._released.set()

    async def answered(self) -> None:
        """Wait until the provider has answered a request; the answer is held back."""
        await self._asked.wait()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _connect(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        provider, to_provider = await asyncio.open_connection("127.0.0.1", self._port)
        loop = asyncio.get_running_loop()
        for line in (self._pass(client, to_provider), self._hold(provider, to_client)):
            task = loop.create_task(line)
            self._lines.add(task)
            task.add_done_callback(self._lines.discard)

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError), contextlib.closing(target):
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()

    async def _hold(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError), contextlib.closing(target):
            while data := await source.read(65_536):
                self._asked.set()
                await self._released.wait()
                target.write(data)
                await target.drain()
