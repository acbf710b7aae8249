"""Figures of a whole invented portfolio: they mean what the simulation means by the same words."""

import pytest

from dispatcher.archive.emptying import Caretaker
from dispatcher.archive.figures.periods import Period
from dispatcher.archive.figures.register import FIGURES
from dispatcher.archive.keeping import Retention
from dispatcher.archive.rebuilding import rebuild
from schemas.inbox import CustomerErased
from schemas.values import to_millis
from tests.archive.figures.history import FIRST, figure, period
from tests.archive.figures.invented import FROM, filled, lived
from tests.archive.journal import archived, instant

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


def test_an_erasure_changes_no_figure(engine):
    told, _ = lived(40, DAYS)
    end = (DAYS + (FROM.date() - FIRST).days) * 24 * 60
    for number in range(0, 40, 2):
        told.said(f"C{number:07}", CustomerErased(), minutes=end)
        told.noted(f"C{number:07}", "customer.erased", minutes=end)
    archived(engine, told.records, turn=20_000)
    counted = [name for name, figure_ in FIGURES.items() if not figure_.personal]
    before = {name: figure(engine, name, days_from(45)) for name in counted}
    owed = sorted((row["amount"], row["due_on"]) for row in figure(engine, "overdue", days_from(45)))
    Caretaker(engine, Retention(), lambda _why, _n: None).work(to_millis(instant(end + 1)))
    assert {name: figure(engine, name, days_from(45)) for name in counted} == before
    rows = figure(engine, "overdue", days_from(45))
    assert sorted((row["amount"], row["due_on"]) for row in rows) == owed
    assert not [row for row in rows if row["customer_id"] in {f"C{number:07}" for number in range(0, 40, 2)}]
