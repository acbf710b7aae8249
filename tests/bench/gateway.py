"""How fast hooks are answered: signed status callbacks at a steady rate, each 204 only when its receipt stands in Kafka.

python -m tests.bench.gateway [--rate 500] [--seconds 20]; written to build/bench/gateway.json
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.kafka_settings import BENCH
from schemas.topics import INBOX
from tests.broker.gateways import gateway
from tests.broker.installation import ROOT, installation, new_prefix

RESULT: Final = ROOT / "build" / "bench" / "gateway.json"
BAR_MS: Final = 25.0
PARTITIONS: Final = 16
_WARM_S: Final = 3


async def run(rate: float, seconds: float) -> dict[str, object]:
    """Kafka, a gateway and the load, each a process of its own; a warm-up is not counted."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        async with (
            EmbeddedKafka(sizing=BENCH, log_path=Path(folder) / "kafka.log") as kafka,
            installation(kafka.bootstrap_servers, new_prefix(), Path(folder), partitions=PARTITIONS) as made,
        ):
            made.nursery = None
            at = await gateway(made)
            await at.client.aclose()
            host, port = at.client.base_url.host, at.client.base_url.port
            await _load(host, port or 0, rate, _WARM_S)
            before = _cpu_s(at.process.pid)
            told = await _load(host, port or 0, rate, seconds)
            told["cpu_ms_a_call"] = round((_cpu_s(at.process.pid) - before) / told["calls"] * 1000, 3)
            async with Kafka(Connection(kafka.bootstrap_servers)) as client:
                ends = await client.ends(made.config.topic(INBOX))
            told["standing"] = sum(end - start for start, end in ends.values()) - PARTITIONS
            return told | {"bar_ms": BAR_MS, "met": told["ms"]["p99"] < BAR_MS, "load_average": os.getloadavg()[0]}


def _cpu_s(pid: int) -> float:
    """Processor seconds that a process has used: what remains comparable on a machine that does other things too."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _load(host: str, port: int, rate: float, seconds: float) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.bench.gateway_load", host, str(port), str(rate), str(seconds)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0, "the load failed"
    return json.loads(out)


def main() -> None:
    """Measure and write; the exit code does not depend on the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gateway")
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=20)
    asked = parser.parse_args()
    told = asyncio.run(run(asked.rate, asked.seconds))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
