"""What a sender is measured against: a bare loop around the official client, nothing decided, nothing recorded.

usage: python -m tests.bench.bare_sending twilio|smtp PORT COUNT AT_ONCE     prints messages a second
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosmtplib
import uvloop
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from dispatcher.local.twilio import ACCOUNT_SID, AUTH_TOKEN

Send = Callable[[int], Awaitable[object]]

_TEXT = (
    "Example Energy: your invoice 2026-1234 of GBP 125.00 is due. Pay or talk to us: 020 7946 0100. STOP to opt out."
)
_FROM = "billing@energy.example"


async def texts(port: int, count: int, at_once: int) -> float:
    """Create messages through one client, so many at a time."""
    http = AsyncTwilioHttpClient()
    client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http, environment={"TWILIO_EDGE": ""})
    client.api.base_url = f"http://127.0.0.1:{port}"

    async def send(number: int) -> object:
        to = f"+44770{number:07d}"
        return await client.messages.create_async(to=to, from_="+447700900100", body=_TEXT, validity_period=36_000)

    try:
        return await _timed([send] * at_once, count)
    finally:
        await http.close()


async def mails(port: int, count: int, at_once: int, mail: bytes) -> float:
    """Send through so many connections, each used again and again."""
    lines = [aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) for _ in range(at_once)]
    for line in lines:
        await line.connect()

    def through(line: aiosmtplib.SMTP) -> Send:
        async def send(number: int) -> object:
            return await line.sendmail(_FROM, [f"crowd-{number:07d}@example.com"], mail)

        return send

    try:
        return await _timed([through(line) for line in lines], count)
    finally:
        for line in lines:
            await line.quit()


async def _timed(senders: list[Send], count: int) -> float:
    """Messages a second, the first ones left out: connections are made for them."""
    numbers = iter(range(len(senders), count + len(senders)))
    for number, send in enumerate(senders):
        await send(number)

    async def work(send: Send) -> None:
        for number in numbers:
            await send(number)

    began = time.monotonic()
    await asyncio.gather(*(work(send) for send in senders))
    return count / (time.monotonic() - began)


async def main() -> None:
    which, port, count, at_once, *mail = sys.argv[1:]
    if which == "twilio":
        rate = await texts(int(port), int(count), int(at_once))
    else:
        rate = await mails(int(port), int(count), int(at_once), Path(mail[0]).read_bytes())
    print(round(rate, 1))


if __name__ == "__main__":
    uvloop.run(main())
