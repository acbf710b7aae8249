"""The reference page of all metrics, made from the table: `python -m dispatcher.ops.reference > deploy/metrics.md`."""

import sys
from collections.abc import Iterator
from typing import Final

from dispatcher.ops.series import Configured, Series, Values
from dispatcher.ops.table import TABLE, Process

_WHERE: Final[dict[Process, str]] = {
    "worker": "`DISPATCHER_METRICS_PORT` (9464), `/metrics`",
    "gateway": "`DISPATCHER_GATEWAY_PORT` (8080), `/metrics`",
    "archive": "`DISPATCHER_ARCHIVE_METRICS_PORT`, `/metrics`",
    "checker": "the file of `dispatcher verify --metrics FILE`, for the textfile collector of a node exporter",
}

_OPENING: Final = """# Metrics

Every series that a process of ours shows, made from `dispatcher/ops/table.py` (`python -m dispatcher.ops.reference`). Names,
labels and meanings are a contract: more may come, what stands here stays. A series exists, at 0, before its first event. A
value that is not in its label's set is counted as `unlisted`. No label holds a customer, a number, an address or an id.
Counters of a worker begin at 0 with it; sums over workers are right, because each partition has one owner.

Alerts made of them: `deploy/prometheus/`, explained in `deploy/runbook.md`; dashboards: `deploy/grafana/`.
"""


def page() -> str:
    """The page, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _OPENING.rstrip()
    for process, table in TABLE.items():
        yield f"\n## {process.capitalize()}\n\nAt {_WHERE[process]}.\n"
        yield "| name | kind | unit | meaning | labels |\n|---|---|---|---|---|"
        yield from (_row(series) for series in table)


def _row(series: Series) -> str:
    labels = "<br>".join(f"`{name}`: {_shown(values)}" for name, values in series.labels.items())
    if series.buckets:
        bounds = "bounds " + ", ".join(f"{each:g}" for each in series.buckets)
        labels = f"{labels}<br>{bounds}" if labels else bounds
    return f"| `{series.name}` | {series.kind} | {series.unit} | {series.meaning} | {labels} |"


def _shown(values: Values) -> str:
    if isinstance(values, Configured):
        return values.what
    return ", ".join(values)


if __name__ == "__main__":
    sys.stdout.write(page())
