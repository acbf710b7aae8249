"""A few figures for Prometheus, worked out anew at most once a minute while the archiver has nothing else to do."""

from collections.abc import Callable
from typing import Final, Protocol

from sqlalchemy import Engine

from dispatcher.archive.database import reading
from dispatcher.archive.figures import ageing, promises, recovery
from dispatcher.archive.figures.asking import Question
from dispatcher.archive.figures.periods import Period, day_at, month_at
from dispatcher.archive.metrics import ArchiveMetrics
from dispatcher.settings import Reports
from schemas.values import Millis

EVERY_MS: Final = 60_000


class Chores(Protocol):
    """What else is done when everything was read: `dispatcher.archive.emptying.Caretaker`."""

    def due(self, now: Millis) -> bool:
        """Whether there is something to do by now."""

    def work(self, now: Millis) -> None:
        """Do it."""


class FigureGauges:
    """Recovery and kept promises of the month that it is, and what is overdue now. Labels: currencies and classes of age."""

    def __init__(self, metrics: ArchiveMetrics) -> None:
        self._metrics = metrics

    def refresh(self, engine: Engine, reports: Reports, now: Millis) -> None:
        """Work them out anew; what has become empty disappears."""
        month, day = month_at(now, reports.zone), day_at(now, reports.zone)
        question = Question(month, now, reports.bad_debt_days)
        today = Question(Period(day, day, reports.zone), now, reports.bad_debt_days)
        with reading(engine) as connection:
            recovered = recovery.rows(connection, question)
            ages = ageing.rows(connection, today)
            kept = promises.rows(connection, question)
        self._metrics.reported(
            recovered={(each.currency,): each.rate for each in recovered if each.rate is not None},
            overdue={(each.currency, each.age): each.amount for each in ages},
            kept={(each.currency,): each.rate for each in kept if each.rate is not None},
        )


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
