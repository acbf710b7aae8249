"""A worker whose adapters note when they were called, and accept everything.

usage: python -m tests.bench.noting_worker BROKER PREFIX PARTITIONS FILE
"""

import asyncio
import json
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TextIO

import uvloop

from channels.protocol import (
    Accepted,
    CannotTell,
    Capabilities,
    Finding,
    Lookup,
    Message,
    NotStarted,
    Outcome,
    Permit,
    Prepared,
    Rejected,
)
from dispatcher.core.decide import Claim
from dispatcher.core.policy import Policy, parse
from dispatcher.engine.account import Supply
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.parts import Parts
from dispatcher.engine.topology import Unsuited, stopping_sources
from dispatcher.engine.worker import Worker
from dispatcher.messages.rendering import Templates
from dispatcher.ops import interpreter, logs
from dispatcher.ops.clock import SettableClock
from dispatcher.ops.health import Health
from dispatcher.ops.metrics import Metrics
from schemas.values import Channel, to_millis
from tests.bench import load
from tests.broker.installation import POLICY


class Noting:
    """Writes coordinates of the cause and the time of the call; accepts."""

    def __init__(self, channel: Channel, file: TextIO, causes: dict[str, Claim]) -> None:
        self.name = f"noting-{channel}"
        self.capabilities = Capabilities(channel, "none", None, expires=False)
        self._file = file
        self._causes = causes

    def prepare(self, message: Message) -> Prepared | Rejected:
        return Prepared(message)

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        attempt_id = prepared.message.attempt_id
        if not permit():
            return NotStarted()
        cause = self._causes.pop(attempt_id).cause
        if cause is not None:
            note = {"topic": cause.topic, "partition": cause.partition, "offset": cause.offset, "at": time.time()}
            self._file.write(json.dumps(note) + "\n")
        return Accepted(attempt_id)

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:
        return CannotTell()

    async def close(self) -> None:
        self._file.flush()


async def main() -> None:
    broker, prefix, partitions, file = sys.argv[1:]
    policy = parse(POLICY.read_text("utf-8"))
    if not isinstance(policy, Policy):
        raise TypeError(str(policy))
    config = EngineConfig(Connection(broker), f"{prefix}dispatcher", prefix, int(partitions))
    async with Kafka(config.connection) as kafka:
        sources = await stopping_sources(kafka, config)
    if isinstance(sources, Unsuited):
        raise TypeError(sources.why)
    interpreter.tune()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    templates = Templates()
    claims: dict[str, Claim] = {}

    def compose(claim: Claim, policy: Policy) -> Message:
        claims[claim.attempt_id] = claim
        return templates.render(claim, policy)

    with Path(file).open("w", encoding="utf-8") as notes, tempfile.TemporaryDirectory() as folder:
        parts = Parts(
            policy=policy,
            objection=lambda _: None,
            supplies=(
                Supply("noting-sms", "sms", Noting("sms", notes, claims)),
                Supply("noting-email", "email", Noting("email", notes, claims)),
            ),
            compose=compose,
            script=templates.script,
            sending="on",
            allowlist=frozenset(),
            clock=SettableClock(to_millis(load.noon())),
            metrics=Metrics(policy.stage_ids),
            health=Health(),
            datadir=Path(folder),
        )
        await Worker(config, parts, sources).run(stop)


if __name__ == "__main__":
    logs.configure("info")
    uvloop.run(main())
