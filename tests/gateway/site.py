"""A gateway without Kafka: its handlers, and a writer that remembers what it was given, or is away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import httpx
from litestar.types import ASGIApp

from dispatcher.gateway.api_keys import SCOPES, Scope, new_key
from dispatcher.gateway.app import gateway
from dispatcher.gateway.appending import Append, Away, Entry, Stood
from dispatcher.gateway.buckets import Buckets
from dispatcher.gateway.metrics import GatewayMetrics
from dispatcher.gateway.parts import Parts
from schemas.points import point_key
from schemas.values import to_micros

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PARTITIONS = 16
POINT_KEY = point_key("a secret of the tests")
PLENTY = 1_000_000.0


class Writer:
    """Remembers what it was given; says that Kafka is away where it was told so."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.away = False

    async def __call__(self, entries: Sequence[Entry]) -> Stood | Away:
        if self.away:
            return Away("paused by a test")
        self.entries += entries
        return Stood()


_append: type[Append] = Writer


@dataclass
class Clock:
    """Seconds that pass only when a test says so."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Site:
    """A gateway, what it wrote, and a client who has a key for everything."""

    parts: Parts
    writer: Writer
    clock: Clock
    key: str
    app: ASGIApp = field(init=False)
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.app = gateway(self.parts)
        self.client = self.client_with({"Authorization": f"Bearer {self.key}"})

    def client_with(self, headers: dict[str, str], address: str = "192.0.2.1") -> httpx.AsyncClient:
        """A client with other headers, at another address."""
        transport = httpx.ASGITransport(self.app, client=(address, 1))
        return httpx.AsyncClient(transport=transport, base_url="https://gateway.example", headers=headers)

    def counted(self, series: str) -> float:
        """The value of a series of the gateway's metrics."""
        lines = self.parts.metrics.exposition().decode().splitlines()
        return float(next(line for line in lines if line.startswith(f"{series} ")).rpartition(" ")[2])


def site(scopes: Iterable[Scope] = SCOPES, **other: object) -> Site:
    """A gateway with one known caller, called billing; `other` replaces parts of it."""
    key, known = new_key("billing", scopes, lambda size: "k" * size)
    writer, clock = Writer(), Clock()
    ids = iter(range(1_000_000))

    async def answers() -> bool:
        return not writer.away

    parts = Parts(
        append=writer,
        now=lambda: to_micros(NOW),
        random_id=lambda: f"id-{next(ids)}",
        partitions=PARTITIONS,
        point_key=POINT_KEY,
        keys=(known,),
        callers=Buckets(PLENTY, PLENTY, clock),
        strangers=Buckets(PLENTY, PLENTY, clock),
        metrics=GatewayMetrics(),
        kafka_answers=answers,
    )
    return Site(replace(parts, **other), writer, clock, key)
