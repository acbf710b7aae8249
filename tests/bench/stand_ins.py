"""Providers that cost next to nothing, in a process of their own: what is measured against them is the sender.

usage: python -m tests.bench.stand_ins twilio|smtp MILLISECONDS     prints its port and serves until it is ended

They speak just enough of each protocol for the official clients, keep no list, check nothing, and answer to a message
after so many milliseconds.
"""

import asyncio
import json
import re
import sys
from itertools import count
from typing import Protocol, cast

import uvloop

from dispatcher.local.twilio import ACCOUNT_SID
from dispatcher.local.twilio_resources import SentSms, resource

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_SID = "SM" + "f" * 32
_REPLIES = {b"EHLO": b"250-sink.invalid\r\n250 8BITMIME\r\n", b"QUIT": b"221 2.0.0 Bye\r\n"}
_END_OF_MAIL = b"\r\n.\r\n"


class _Writes(Protocol):
    def write(self, data: bytes) -> None: ...


def _answer(out: _Writes, data: bytes) -> None:
    after = int(sys.argv[2]) / 1000
    if after:
        asyncio.get_running_loop().call_later(after, out.write, data)
    else:
        out.write(data)


class QuickTwilio(asyncio.Protocol):
    """Answers every POST with a message resource of a new id."""

    _made = count(1)

    def __init__(self) -> None:
        self._waiting = b""
        made = SentSms(_SID, 1_772_611_200_000, "+447700900123", "+15005550006", "x" * 150, None)
        self._body = json.dumps(resource(made, ACCOUNT_SID)).encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out = cast("_Writes", transport)

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._waiting, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._waiting) < whole:
                return
            self._waiting = self._waiting[whole:]
            body = self._body.replace(_SID.encode(), b"SM%032x" % next(self._made))
            head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            _answer(self._out, head + body)


class QuickSmtp(asyncio.Protocol):
    """Takes every mail."""

    def __init__(self) -> None:
        self._waiting = b""
        self._in_mail = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out = cast("_Writes", transport)
        self._out.write(b"220 sink.invalid ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while True:
            ending = _END_OF_MAIL if self._in_mail else b"\r\n"
            end = self._waiting.find(ending)
            if end < 0:
                return
            line, self._waiting = self._waiting[:end], self._waiting[end + len(ending) :]
            if self._in_mail:
                self._in_mail = False
                _answer(self._out, b"250 2.0.0 OK: queued\r\n")
            else:
                self._out.write(self._reply(line[:4].upper()))

    def _reply(self, verb: bytes) -> bytes:
        if verb == b"DATA":
            self._in_mail = True
            return b"354 go on\r\n"
        return _REPLIES.get(verb, b"250 2.0.0 OK\r\n")


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(QuickTwilio if sys.argv[1] == "twilio" else QuickSmtp, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
