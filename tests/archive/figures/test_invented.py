"""Figures of a whole invented portfolio: they mean what the simulation means by the same words."""

import pytest

from dispatcher.archive.figures.periods import Period
from dispatcher.archive.figures.register import FIGURES
from dispatcher.archive.rebuilding import rebuild
from tests.archive.figures.history import FIRST, figure, period
from tests.archive.figures.invented import FROM, filled, lived
from tests.archive.journal import archived

DAYS = 90


def days_from(begin: int) -> Period:
    first = (FROM.date() - FIRST).days
    return period((first + begin, first + DAYS - 1), "UTC")


@pytest.mark.slow
def test_recovery_means_what_the_simulation_means_by_it(engine):
    tally = filled(engine, 600, DAYS)
    for row in figure(engine, "recovery", days_from(0)):
        overdue, recovered = (tally.money[row["currency"], name] for name in ("overdue", "recovered"))
        assert (row["overdue"], row["rate"]) == pytest.approx((overdue, recovered / overdue), rel=0.02)


def test_a_rebuild_changes_no_figure(engine):
    told, _ = lived(40, DAYS)
    archived(engine, told.records, turn=20_000)
    before = {name: figure(engine, name, days_from(45)) for name in FIGURES}
    rebuild(engine, dict.fromkeys(told.ends, 0))
    archived(engine, told.records, turn=777)
    assert {name: figure(engine, name, days_from(45)) for name in FIGURES} == before
    assert all(before[name] for name in ("recovery", "timeliness", "rolls", "lag", "results", "suppressed", "overdue"))
