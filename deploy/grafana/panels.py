"""A dashboard as data. `SEEN` in a query stands for the job and the instances that are chosen above the panels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

RATE: Final = "$__rate_interval"


@dataclass(frozen=True)
class Query:
    """PromQL, and how a line is called."""

    expr: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """One picture. `unit` is Grafana's name for it; `stacked`: parts of a whole; `signed`: there are values below 0."""

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    stacked: bool = False
    signed: bool = False


@dataclass(frozen=True)
class Board:
    """One dashboard: rows of panels, about the processes of some jobs."""

    title: str
    description: str
    jobs: str
    rows: Mapping[str, tuple[Panel, ...]]


def rate(metric: str, by: str, more: str = "") -> str:
    """How often a second, by a label."""
    return f"sum by ({by}) (rate({metric}{{SEEN{more}}}[{RATE}]))"


def total(metric: str, more: str = "") -> str:
    """The sum of a gauge."""
    return f"sum({metric}{{SEEN{more}}})"


def quantiles(metric: str, by: str = "") -> tuple[Query, ...]:
    """The median and the 99th percentile of a histogram; nothing while nothing happens."""
    inner = f"sum by (le{', ' + by if by else ''}) (increase({metric}_bucket{{SEEN}}[{RATE}]))"
    name = f"{{{{{by}}}}} " if by else ""
    return (
        Query(f"histogram_quantile(0.5, {inner}) >= 0", f"{name}median"),
        Query(f"histogram_quantile(0.99, {inner}) >= 0", f"{name}99th percentile"),
    )
