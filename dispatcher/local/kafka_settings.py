"""How the embedded broker is configured: one node, loopback only, small enough to share a laptop."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CLUSTER_ID: Final = "ZGlzcGF0Y2hlci1sb2NhbA"
"""22 characters of base64, as Kafka wants it; fixed, since each data folder is new."""


@dataclass(frozen=True, slots=True)
class Sizing:
    """What the broker's JVM may use."""

    heap_mb: int
    quick_start: bool
    """First compiler and serial collector only: up a second earlier, about half as fast under load."""

    def flags(self) -> list[str]:
        """Options of the JVM."""
        quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"] if self.quick_start else []
        return [f"-Xms{self.heap_mb // 2}m", f"-Xmx{self.heap_mb}m", *quick]


SMALL: Final = Sizing(heap_mb=384, quick_start=True)
"""Demo and tests."""
BENCH: Final = Sizing(heap_mb=1024, quick_start=False)
"""Figures: the broker must not be what is measured."""

_FIXED: Final[Mapping[str, str]] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "BROKER",
    "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
    # One node: every internal topic has one copy.
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "min.insync.replicas": "1",
    # 50 partitions each are slow to create and to load.
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.num.partitions": "8",
    # Groups form at once, and a test may want a member declared dead after a second.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # A misspelt topic is an error here as in production.
    "auto.create.topics.enable": "false",
    "message.max.bytes": str(2 * 1024 * 1024),
    "replica.fetch.max.bytes": str(2 * 1024 * 1024),
    # The cleaner runs, as in production. Its default is 128 MB of heap, that of a partition 20 MB of index.
    "log.cleaner.enable": "true",
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    "log.index.size.max.bytes": str(1024 * 1024),
}


def server_properties(*, broker_port: int, controller_port: int, data: Path, overrides: Mapping[str, str]) -> str:
    """The text of `server.properties`; `overrides` win over everything of ours."""
    placed = {
        "listeners": f"BROKER://127.0.0.1:{broker_port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"BROKER://127.0.0.1:{broker_port}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "log.dirs": str(data),
    }
    settings = {**_FIXED, **placed, **overrides}
    return "".join(f"{name}={value}\n" for name, value in settings.items())
