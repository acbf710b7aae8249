"""Links that fall silent, refuse, crawl or break: toxiproxy in front of a server, built from its source at first use."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import aiohttp

from dispatcher.local.ports import free_ports
from dispatcher.local.process import LocalProcess
from tests.broker.installation import ROOT
from tests.broker.operations import eventually
from tests.faults.scene import Skipped

_VERSION: Final = "2.12.0"
_MODULE: Final = f"github.com/Shopify/toxiproxy/v2/cmd/server@v{_VERSION}"
_TOOL: Final = ROOT / ".tools" / f"toxiproxy-{_VERSION}" / "server"
_BUILT_WITHIN_S: Final = 400.0
_FOREVER_MS: Final = 3_600_000

Stream = Literal["upstream", "downstream"]
"""From the client to the server, and back."""


@dataclass(frozen=True)
class Link:
    """A way to a server that can be disturbed; `heal` undoes everything."""

    port: int
    _session: aiohttp.ClientSession
    _control: str

    async def cut(self, *streams: Stream) -> None:
        """Nothing arrives any more this way, and no connection breaks; what was sent meanwhile arrives after healing."""
        for stream in streams:
            await self._toxic(stream, "latency", {"latency": _FOREVER_MS})

    async def refuse(self) -> None:
        """Break all connections and accept none."""
        await self._post("/proxies/link", {"enabled": False})

    async def slow(self, latency_ms: int, jitter_ms: int, kb_per_s: int) -> None:
        """Late and narrow both ways, and in small pieces."""
        for stream in ("upstream", "downstream"):
            await self._toxic(stream, "latency", {"latency": latency_ms, "jitter": jitter_ms})
            await self._toxic(stream, "bandwidth", {"rate": kb_per_s})
            await self._toxic(stream, "slicer", {"average_size": 1_000, "size_variation": 500, "delay": 10})

    async def reset(self) -> None:
        """Break all connections the hard way, and each new one at once."""
        await self._toxic("downstream", "reset_peer", {"timeout": 0})

    async def heal(self) -> None:
        """As if nothing had been."""
        await self._post("/reset", {})

    async def _toxic(self, stream: str, kind: str, attributes: Mapping[str, int]) -> None:
        named = {"name": f"{kind}-{stream}", "type": kind, "stream": stream, "attributes": dict(attributes)}
        await self._post("/proxies/link/toxics", named)

    async def _post(self, path: str, body: object) -> None:
        async with self._session.post(self._control + path, json=body) as answer:
            if answer.status >= 400:
                raise RuntimeError(f"toxiproxy refused {path}: {await answer.text()}")


@asynccontextmanager
async def toxiproxy(folder: Path, *, listen: int, upstream: int) -> AsyncIterator[Link]:
    """A link from one loopback port to another.

    Raises:
        Skipped: there is no toxiproxy, and none can be built.
    """
    tool = await asyncio.to_thread(_tool)
    (port,) = free_ports(1)
    control = f"http://127.0.0.1:{port}"
    server = LocalProcess([tool, "-host", "127.0.0.1", "-port", str(port)], folder / "toxiproxy.log")
    try:
        async with aiohttp.ClientSession() as session:
            await eventually(lambda: _answers(session, control), "toxiproxy answers")
            link = Link(listen, session, control)
            body = {"name": "link", "listen": f"127.0.0.1:{listen}", "upstream": f"127.0.0.1:{upstream}"}
            await link._post("/proxies", body | {"enabled": True})
            yield link
    finally:
        await server.end()


async def _answers(session: aiohttp.ClientSession, control: str) -> bool:
    try:
        async with session.get(f"{control}/version") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _tool() -> Path:
    """The program; built by Go where it was not yet."""
    if _TOOL.exists():
        return _TOOL
    go = shutil.which("go")
    if go is None:
        raise Skipped("toxiproxy has to be built, and there is no Go")
    built = subprocess.run(
        [go, "install", _MODULE],
        env=os.environ | {"GOBIN": str(_TOOL.parent)},
        capture_output=True,
        text=True,
        timeout=_BUILT_WITHIN_S,
        check=False,
    )
    if built.returncode != 0:
        raise Skipped(f"toxiproxy could not be built: {built.stderr.strip()[-200:]}")
    return _TOOL
