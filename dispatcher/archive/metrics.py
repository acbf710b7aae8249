"""What the archiver counts; the table of `ops.archive_series` says what each figure means."""

import platform
from collections import Counter as Tally
from collections.abc import Mapping, Sequence

from dispatcher import __version__
from dispatcher.engine.clients import Record
from dispatcher.ops.meters import Meters
from dispatcher.ops.table import TABLE


class ArchiveMetrics:
    """The metrics of one archiver."""

    def __init__(self) -> None:
        self._meters = Meters(TABLE["archive"])
        self._meters.gauge("build_info").info(__version__, platform.python_version())

    def written(self, records: Sequence[Record], prefix: str) -> None:
        """A turn stands."""
        for topic, n in Tally(record.topic for record in records).items():
            self._meters.counter("archive_records").add(n, topic.removeprefix(prefix))

    def behind(self, prefix: str, read: Mapping[tuple[str, int], int], ends: Mapping[tuple[str, int], int]) -> None:
        """How far the topics are read."""
        lag: Tally[str] = Tally()
        for (topic, partition), end in ends.items():
            lag[topic.removeprefix(prefix)] += max(0, end - read[topic, partition])
        for topic, n in lag.items():
            self._meters.gauge("archive_behind_records").set(n, topic)

    def caught_up(self, at: float) -> None:
        """All that stood in the topics is written, found at an instant (seconds since 1970)."""
        self._meters.gauge("archive_caught_up_timestamp_seconds").set(at)

    def unread(self, n: int) -> None:
        """Records were left out."""
        self._meters.counter("archive_unread_records").add(n)

    def on_duty(self, on: bool) -> None:  # noqa: FBT001 - the state itself, not an option
        """Whether this process writes."""
        self._meters.gauge("archive_on_duty").set(on)

    def failed(self, other: str) -> None:
        """Kafka or the database did not do what was asked."""
        self._meters.counter("archive_failures").add(1, other)

    def emptied(self, why: str, n: int) -> None:
        """Something was emptied: `erased` or `expired`."""
        self._meters.counter("archive_emptied").add(n, why)

    def reported(
        self,
        *,
        recovered: Mapping[tuple[str, ...], float],
        overdue: Mapping[tuple[str, ...], float],
        kept: Mapping[tuple[str, ...], float],
    ) -> None:
        """A few figures of the reports: by currency, what is overdue (minor units) by currency and class of age."""
        self._meters.gauge("report_recovery_ratio").only(recovered)
        self._meters.gauge("report_overdue_minor_units").only(overdue)
        self._meters.gauge("report_promises_kept_ratio").only(kept)

    def loop_lag(self, seconds: float) -> None:
        """How late the event loop woke a sleeper."""
        self._meters.histogram("loop_lag_seconds").observe(seconds)

    def exposition(self) -> bytes:
        """The text that Prometheus reads."""
        return self._meters.exposition()
