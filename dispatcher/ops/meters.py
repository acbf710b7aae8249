"""The counters, gauges and histograms of one process, made from the table: every series is there, at 0, from the start.

Without that `rate()` misses the first event of each series. A value that its label's set does not hold is counted as
`unlisted`: so the number of series has a bound, and nobody's data can become a label.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final, Generic, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics import MetricWrapperBase

from dispatcher.ops.series import PREFIX, Configured, Series

UNLISTED: Final = "unlisted"

_Metric = TypeVar("_Metric", bound=MetricWrapperBase)


class _Children(Generic[_Metric]):
    """The series of one metric, looked up once each: `labels()` takes a lock and joins texts at every call."""

    def __init__(self, series: Series, metric: _Metric, allowed: Mapping[str, Iterable[str]]) -> None:
        self._series = series
        self._metric = metric
        self._allowed = {name: set(allowed[name]) for name in series.labels}
        self._children: dict[tuple[str, ...], _Metric] = {}
        for values in self._from_the_start():
            self.of(values)

    def of(self, values: tuple[str, ...]) -> _Metric:
        """The series with these label values."""
        child = self._children.get(values)
        if child is None:
            child = self._children[values] = self._made(values)
        return child

    def know(self, label: str, values: Iterable[str]) -> None:
        """The label may have these values too."""
        if label in self._allowed:
            self._allowed[label].update(values)
            self._children.clear()  # what was unlisted so far
            for combination in self._from_the_start():
                self.of(combination)

    def replace(self, values: tuple[str, ...]) -> None:
        """These are the only label values from now on."""
        self._metric.clear()
        self._children.clear()
        for name, value in zip(self._series.labels, values, strict=True):
            self._allowed[name].add(value)
        self.of(values)

    def _made(self, values: tuple[str, ...]) -> _Metric:
        if not values:
            return self._metric
        allowed = self._allowed.values()
        return self._metric.labels(*(v if v in known else UNLISTED for v, known in zip(values, allowed, strict=True)))

    def _from_the_start(self) -> Iterable[tuple[str, ...]]:
        if self._series.together is None:
            return product(*(sorted(values) for values in self._allowed.values()))
        configured = {name for name, values in self._series.labels.items() if isinstance(values, Configured)}
        return (
            combination
            for each in self._series.together
            for combination in product(
                *(
                    sorted(self._allowed[name]) if name in configured and value == "*" else (value,)
                    for name, value in zip(self._series.labels, each, strict=True)
                )
            )
        )


class Counting(_Children[Counter]):
    """A counter."""

    def add(self, n: float, *labels: str) -> None:
        """So many more."""
        self.of(labels).inc(n)


class Gauging(_Children[Gauge]):
    """A gauge."""

    def set(self, value: float, *labels: str) -> None:
        """It is so now."""
        self.of(labels).set(value)

    def only(self, values: Mapping[tuple[str, ...], float]) -> None:
        """These are all its series from now on, by their labels."""
        self._metric.clear()
        self._children.clear()
        for labels, value in values.items():
            for name, each in zip(self._series.labels, labels, strict=True):
                self._allowed[name].add(each)
            self.set(value, *labels)

    def info(self, *labels: str) -> None:
        """1, with these labels and no others any more."""
        self.replace(labels)
        self.set(1, *labels)


class Measuring(_Children[Histogram]):
    """A histogram."""

    def observe(self, seconds: float, *labels: str) -> None:
        """Once more, so long."""
        self.of(labels).observe(seconds)


class Meters:
    """The metrics of a table's lines; asked for by their names without the common prefix.

    `configured`: the values that this installation gives to labels, by label.
    """

    def __init__(self, table: Iterable[Series], configured: Mapping[str, Iterable[str]] | None = None) -> None:
        # A second line for every counter, which nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped
        self.registry = CollectorRegistry(auto_describe=True)
        self._configured = {name: tuple(values) for name, values in (configured or {}).items()}
        self._counters: dict[str, Counting] = {}
        self._gauges: dict[str, Gauging] = {}
        self._histograms: dict[str, Measuring] = {}
        for series in table:
            self._make(series)

    def counter(self, name: str) -> Counting:
        """One of the table's counters."""
        return self._counters[name]

    def gauge(self, name: str) -> Gauging:
        """One of its gauges."""
        return self._gauges[name]

    def histogram(self, name: str) -> Measuring:
        """One of its histograms."""
        return self._histograms[name]

    def know(self, label: str, values: Iterable[str]) -> None:
        """The policy or the settings name these values of a label: their series exist from now on."""
        known = tuple(values)
        for kind in (self._counters, self._gauges, self._histograms):
            for each in kind.values():
                each.know(label, known)

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format; takes milliseconds, so not for the event loop."""
        return generate_latest(self.registry)

    def _make(self, series: Series) -> None:
        name, labels, help_text = (
            series.name.removeprefix(PREFIX).removesuffix("_total"),
            tuple(series.labels),
            series.meaning,
        )
        allowed = {
            label: self._configured.get(label, ()) if isinstance(values, Configured) else values
            for label, values in series.labels.items()
        }
        if series.kind == "counter":
            self._counters[name] = Counting(
                series, Counter(series.name, help_text, labels, registry=self.registry), allowed
            )
        elif series.kind == "gauge":
            self._gauges[name] = Gauging(series, Gauge(series.name, help_text, labels, registry=self.registry), allowed)
        else:
            made = Histogram(series.name, help_text, labels, registry=self.registry, buckets=series.buckets)
            self._histograms[name] = Measuring(series, made, allowed)
