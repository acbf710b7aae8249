"""How fast hooks are answered: signed status callbacks at a steady rate, each 204 only when its receipt stands in Kafka."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from schemas.topics import INBOX
from tests.bench.runs import Figures
from tests.broker.gateways import gateway
from tests.broker.installation import ROOT, installation, new_prefix

RATE: Final = 500.0
SECONDS: Final = 20.0
PARTITIONS: Final = 16
_WARM_S: Final = 3.0


async def hooks(broker: str, folder: Path, figures: Figures) -> None:
    """Gateway and load, each a process of its own; a warm-up is not counted."""
    async with installation(broker, new_prefix(), folder, partitions=PARTITIONS) as made:
        made.nursery = None
        at = await gateway(made)
        await at.client.aclose()
        host, port = at.client.base_url.host, at.client.base_url.port
        await _load(host, port or 0, _WARM_S)
        before = _cpu_s(at.process.pid)
        told = await _load(host, port or 0, SECONDS)
        told["cpu_ms_a_call"] = round((_cpu_s(at.process.pid) - before) / told["calls"] * 1000, 3)
        async with Kafka(Connection(broker)) as client:
            ends = await client.ends(made.config.topic(INBOX))
        told["standing"] = sum(end - start for start, end in ends.values()) - PARTITIONS
    figures.hooks_ms = told["ms"]
    figures.details["hooks"] = told


def _cpu_s(pid: int) -> float:
    """Processor seconds that a process has used: what remains comparable on a machine that does other things too."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _load(host: str, port: int, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.gateway_load", host, str(port), str(RATE), str(seconds)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0, "the load failed"
    told: dict[str, Any] = json.loads(out)
    return told
