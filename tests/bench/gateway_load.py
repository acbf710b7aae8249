"""Calls of Twilio at a steady rate, from a process of its own: `python -m tests.bench.gateway_load HOST PORT RATE SECONDS`.

Each call has its moment, and its time is counted from then on, whether or not the one before has been answered: a slow
answer does not make the next call come later. Prints one JSON object.
"""

import asyncio
import gc
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

import uvloop
from twilio.request_validator import RequestValidator

from channels.callback_token import token
from tests.broker.gateways import ORIGIN, TWILIO

CONNECTIONS: Final = 32
_LEAD_S: Final = 0.5


def call(number: int, host: str) -> bytes:
    """One signed status callback, as it goes over the line."""
    path = f"/hooks/twilio/status/{token(f'C-{number % 5_000}', f'attempt-{number}')}"
    form = {
        "AccountSid": TWILIO["DISPATCHER_TWILIO_ACCOUNT_SID"],
        "MessageSid": f"SM{number:032x}",
        "MessageStatus": "delivered",
        "SmsSid": f"SM{number:032x}",
        "SmsStatus": "delivered",
        "To": "+447700900321",
        "From": "+447700900999",
        "ApiVersion": "2010-04-01",
        "RawDlrDoneDate": "2603041000",
    }
    signature = RequestValidator(TWILIO["DISPATCHER_TWILIO_AUTH_TOKEN"]).compute_signature(ORIGIN + path, form)
    body = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        f"x-twilio-signature: {signature}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass
class Load:
    """Calls still to be made, each with its moment, and how long each took (seconds) with its status."""

    calls: asyncio.Queue[tuple[float, bytes]] = field(default_factory=asyncio.Queue)
    took: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    async def serve(self, host: str, port: int) -> None:
        """One connection that makes the next call, whichever it is."""
        reader, writer = await asyncio.open_connection(host, port)
        while True:
            due, request = await self.calls.get()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            self.took.append(time.monotonic() - due)
            status = int(head[9:12])
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status != 204:
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
            self.calls.task_done()


async def run(host: str, port: int, rate: float, seconds: float) -> Load:
    """Make the calls and wait for every answer."""
    requests = [call(number, host) for number in range(int(rate * seconds))]
    load = Load()
    gc.freeze()
    connections = [asyncio.create_task(load.serve(host, port)) for _ in range(CONNECTIONS)]
    began = time.monotonic() + _LEAD_S
    for number, request in enumerate(requests):
        due = began + number / rate
        if (wait := due - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        load.calls.put_nowait((due, request))
    waiting = asyncio.create_task(load.calls.join())
    await asyncio.wait({waiting, *connections}, return_when=asyncio.FIRST_COMPLETED)
    for each in connections:
        if each.done():
            each.result()
        each.cancel()
    return load


def main() -> None:
    """Run and print."""
    host, port, rate, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    load = uvloop.run(run(host, port, rate, seconds))
    took = sorted(load.took)
    cuts = {
        f"p{cut:g}": round(took[min(len(took) - 1, int(len(took) * cut / 100))] * 1000, 2) for cut in (50, 95, 99, 99.9)
    }
    print(json.dumps({"rate": rate, "calls": len(took), "statuses": load.statuses, "ms": cuts}))


if __name__ == "__main__":
    main()
