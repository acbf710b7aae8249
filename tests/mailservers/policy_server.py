"""What Postfix asks before it takes a mail: its policy protocol, answered by the test."""

import asyncio
import contextlib
from collections import deque


class PolicyServer:
    """Serves while entered. `answers` are the actions for a recipient's next attempts, the last one for all further."""

    def __init__(self):
        self.answers: dict[str, list[str]] = {}
        self.asked: deque[str] = deque()

    @property
    def port(self) -> int:
        return self._server.sockets[0].getsockname()[1]

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _serve(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError), contextlib.closing(writer):
            while True:
                asked = (await reader.readuntil(b"\n\n")).decode().splitlines()
                attributes = dict(line.split("=", 1) for line in asked if line)
                writer.write(f"action={self._action(attributes['recipient'])}\n\n".encode())
                await writer.drain()

    def _action(self, recipient):
        self.asked.append(recipient)
        left = self.answers.get(recipient, ["DUNNO"])
        return left.pop(0) if len(left) > 1 else left[0]
