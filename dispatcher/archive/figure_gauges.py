"""A few figures for Prometheus, worked out anew at most once a minute while the archiver has nothing else to do."""

from collections.abc import Callable
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import Engine

from dispatcher.archive.figures import ageing, promises, recovery
from dispatcher.archive.figures.asking import Question
from dispatcher.archive.figures.periods import Period, day_at, month_at
from dispatcher.archive.figures.reading import looking
from dispatcher.settings import Reports
from schemas.values import Millis

EVERY_MS: Final = 60_000
_PREFIX: Final = "dispatcher_report_"


class Chores(Protocol):
    """What else is done when everything was read: `dispatcher.archive.emptying.Caretaker`."""

    def due(self, now: Millis) -> bool:
        """Whether there is something to do by now."""

    def work(self, now: Millis) -> None:
        """Do it."""


class FigureGauges:
    """Recovery and kept promises of the month that it is, and what is overdue now. Labels: currencies and classes of age."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._recovery = Gauge(
            f"{_PREFIX}recovery_ratio",
            "Of what was overdue this month, the part that was recovered.",
            ["currency"],
            registry=registry,
        )
        self._overdue = Gauge(
            f"{_PREFIX}overdue_minor_units", "What is overdue now, by days.", ["currency", "age"], registry=registry
        )
        self._kept = Gauge(
            f"{_PREFIX}promises_kept_ratio",
            "Of this month's promises that were judged, the part that was kept.",
            ["currency"],
            registry=registry,
        )

    def refresh(self, engine: Engine, reports: Reports, now: Millis) -> None:
        """Work them out anew; what has become empty disappears."""
        month, day = month_at(now, reports.zone), day_at(now, reports.zone)
        question = Question(month, now, reports.bad_debt_days)
        today = Question(Period(day, day, reports.zone), now, reports.bad_debt_days)
        with looking(engine) as connection:
            recovered = recovery.rows(connection, question)
            ages = ageing.rows(connection, today)
            kept = promises.rows(connection, question)
        for gauge in (self._recovery, self._overdue, self._kept):
            gauge.clear()
        for row in recovered:
            if row.rate is not None:
                self._recovery.labels(row.currency).set(row.rate)
        for age in ages:
            self._overdue.labels(age.currency, age.age).set(age.amount)
        for promise in kept:
            if promise.rate is not None:
                self._kept.labels(promise.currency).set(promise.rate)


class WithGauges:
    """Other chores, and the gauges' refreshing beside them."""

    def __init__(self, chores: Chores, refresh: Callable[[Millis], None]) -> None:
        self._chores = chores
        self._refresh = refresh
        self._next: Millis = 0

    def due(self, now: Millis) -> bool:
        """Whether a minute has passed, or the others have something to do."""
        return now >= self._next or self._chores.due(now)

    def work(self, now: Millis) -> None:
        """Do what is due."""
        if self._chores.due(now):
            self._chores.work(now)
        if now >= self._next:
            self._next = now + EVERY_MS
            self._refresh(now)
