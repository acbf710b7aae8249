"""What the archiver counts."""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics
from prometheus_client.exposition import generate_latest

from dispatcher.archive.batch import ARCHIVED
from dispatcher.engine.clients import Record

_PREFIX: Final = "dispatcher_archive_"


class ArchiveMetrics:
    """The metrics of one archiver."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped
        self.registry = CollectorRegistry(auto_describe=True)
        self._written = Counter(
            f"{_PREFIX}records", "Records that stand in the database.", ["topic"], registry=self.registry
        )
        self._behind = Gauge(
            f"{_PREFIX}behind_records", "Records that are not written yet.", ["topic"], registry=self.registry
        )
        self._unread = Counter(
            f"{_PREFIX}unread_records", "Records that this release cannot read.", registry=self.registry
        )
        self._on_duty = Gauge(f"{_PREFIX}on_duty", "1 while this process writes.", registry=self.registry)
        self._failures = Counter(
            f"{_PREFIX}failures", "Times that Kafka or the database did not do it.", ["of"], registry=self.registry
        )
        self._emptied = Counter(
            f"{_PREFIX}emptied", "Texts and records that were emptied.", ["why"], registry=self.registry
        )
        for topic in ARCHIVED:
            self._written.labels(topic)
            self._behind.labels(topic)
        for other in ("kafka", "database"):
            self._failures.labels(other)
        for why in ("erased", "expired"):
            self._emptied.labels(why)

    def written(self, records: Sequence[Record], prefix: str) -> None:
        """A turn stands."""
        for topic, n in Tally(record.topic for record in records).items():
            self._written.labels(topic.removeprefix(prefix)).inc(n)

    def behind(self, prefix: str, read: Mapping[tuple[str, int], int], ends: Mapping[tuple[str, int], int]) -> None:
        """How far the topics are read."""
        lag: Tally[str] = Tally()
        for (topic, partition), end in ends.items():
            lag[topic.removeprefix(prefix)] += max(0, end - read[topic, partition])
        for topic, n in lag.items():
            self._behind.labels(topic).set(n)

    def unread(self, n: int) -> None:
        """Records were left out."""
        self._unread.inc(n)

    def on_duty(self, on: bool) -> None:  # noqa: FBT001 - the state itself, not an option
        """Whether this process writes."""
        self._on_duty.set(on)

    def failed(self, other: str) -> None:
        """Kafka or the database did not do what was asked."""
        self._failures.labels(other).inc()

    def emptied(self, why: str, n: int) -> None:
        """Something was emptied: `erased` or `expired`."""
        self._emptied.labels(why).inc(n)

    def exposition(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)
