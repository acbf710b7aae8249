"""Brokers that rows disturb: a cluster of three, one behind links that can be cut, one on a small disk, a tidy one."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient

from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.ports import free_ports
from tests.broker.operations import eventually
from tests.faults.links import Link, toxiproxy
from tests.faults.scene import Broker, Skipped

_DISK_MB = 192
_COPIES = 3
_COMPLETE_S = 60.0


OwnBroker = Callable[[Path], AbstractAsyncContextManager[Broker]]
"""A broker of a row's own, with its files in a folder."""


@dataclass(frozen=True)
class Cluster:
    """Three brokers; every partition has three copies, of which two must have a record before it counts."""

    nodes: Mapping[int, EmbeddedKafka]
    replication: int = _COPIES

    @property
    def bootstrap_servers(self) -> str:
        return ",".join(each.bootstrap_servers for each in self.nodes.values())

    async def leader(self, topic: str, partition: int) -> EmbeddedKafka:
        """The broker that leads a partition."""
        told = await self._partitions(topic)
        return self.nodes[next(each["leader"] for each in told if each["partition"] == partition)]

    async def complete(self, topic: str) -> None:
        """Wait until all copies of a topic are equal again."""

        async def so() -> bool:
            return all(len(each["isr"]) == _COPIES for each in await self._partitions(topic))

        await eventually(so, f"{topic} has all its copies", timeout_s=_COMPLETE_S)

    async def _partitions(self, topic: str) -> list[dict[str, object]]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap_servers)
        await admin.start()
        try:
            told = await admin.describe_topics([topic])
        finally:
            await admin.close()
        return told[0]["partitions"]


@asynccontextmanager
async def three(folder: Path) -> AsyncIterator[Cluster]:
    """A cluster of three, each of them broker and controller."""
    ports = free_ports(2 * _COPIES)
    voters = ",".join(f"{node}@127.0.0.1:{ports[_COPIES + node - 1]}" for node in range(1, _COPIES + 1))
    copies = {
        "offsets.topic.replication.factor": str(_COPIES),
        "transaction.state.log.replication.factor": str(_COPIES),
        "transaction.state.log.min.isr": "2",
        "min.insync.replicas": "2",
        "controller.quorum.voters": voters,
        # A dead one is given up after 4 s instead of 9.
        "broker.session.timeout.ms": "4000",
        "broker.heartbeat.interval.ms": "500",
    }
    nodes = {}
    for node in range(1, _COPIES + 1):
        broker, controller = ports[node - 1], ports[_COPIES + node - 1]
        listeners = f"BROKER://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}"
        own = {"node.id": str(node), "listeners": listeners}
        nodes[node] = EmbeddedKafka(overrides=copies | own, log_path=folder / f"kafka-{node}.log", port=broker)
    try:
        # None is ready before a second one is.
        await asyncio.gather(*(each.start() for each in nodes.values()))
        yield Cluster(nodes)
    finally:
        await asyncio.gather(*(each.stop() for each in nodes.values()))


@dataclass(frozen=True)
class Linked:
    """A broker with a second address, which leads through a link; what listens there is told that address alone."""

    kafka: EmbeddedKafka
    link: Link

    @property
    def bootstrap_servers(self) -> str:
        return self.kafka.bootstrap_servers


@asynccontextmanager
async def linked(folder: Path) -> AsyncIterator[Linked]:
    """A broker with a link to it."""
    direct, behind, controller, before = free_ports(4)
    addresses = f"BROKER://127.0.0.1:{direct},LINKED://127.0.0.1"
    overrides = {
        "listeners": f"{addresses}:{behind},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"{addresses}:{before}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,LINKED:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
    }
    async with (
        toxiproxy(folder, listen=before, upstream=behind) as link,
        EmbeddedKafka(overrides=overrides, log_path=folder / "kafka.log", port=direct) as kafka,
    ):
        yield Linked(kafka, link)


@dataclass(frozen=True)
class Cramped:
    """A broker whose disk can be filled."""

    kafka: EmbeddedKafka
    disk: Path

    @property
    def bootstrap_servers(self) -> str:
        return self.kafka.bootstrap_servers

    def fill(self) -> None:
        """Leave no byte."""
        with (self.disk / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(65_536))
            except OSError:
                return

    def clear(self) -> None:
        """Make space again."""
        (self.disk / "ballast").unlink()


@asynccontextmanager
async def cramped(folder: Path) -> AsyncIterator[Cramped]:
    """A broker on a small disk of its own.

    Raises:
        Skipped: only root can mount one.
    """
    if os.geteuid() != 0:
        raise Skipped("only root can mount a small disk")
    disk = folder / "disk"
    disk.mkdir(parents=True)
    mounted = await asyncio.to_thread(_run, "mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m", "tmpfs", str(disk))
    if mounted is not None:
        raise Skipped(f"a small disk cannot be mounted: {mounted}")
    try:
        async with EmbeddedKafka(log_path=folder / "kafka.log", data=disk / "data") as kafka:
            yield Cramped(kafka, disk)
    finally:
        await asyncio.to_thread(_run, "umount", str(disk))


@asynccontextmanager
async def tidy(folder: Path) -> AsyncIterator[EmbeddedKafka]:
    """A broker that looks for something to compact every 100 ms."""
    often = {"log.cleaner.backoff.ms": "100", "log.segment.delete.delay.ms": "100"}
    async with EmbeddedKafka(overrides=often, log_path=folder / "kafka.log") as kafka:
        yield kafka


def _run(*command: str) -> str | None:
    """Run it; what it complained of."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stderr.strip()
