"""The figures that Prometheus reads: of the month that it is, at most once a minute."""

from datetime import date
from zoneinfo import ZoneInfo

from prometheus_client.parser import text_string_to_metric_families

from dispatcher.archive.figure_gauges import EVERY_MS, FigureGauges, WithGauges
from dispatcher.archive.metrics import ArchiveMetrics
from dispatcher.settings import Reports
from schemas.inbox import InvoiceSettled, InvoiceStated
from schemas.values import to_millis
from tests.archive.journal import Topics, archived, instant

HOUSE = Reports(ZoneInfo("UTC"), 180, ())
DAY = 24 * 60


class Idle:
    def due(self, now: int) -> bool:
        return False

    def work(self, now: int) -> None:
        raise AssertionError


def test_gauges_show_recovery_and_what_is_overdue_now(engine):
    told = Topics()
    told.said("Ada", InvoiceStated("R", date(2026, 2, 20).toordinal(), 1_000, "EUR", overdue=True))
    told.said("Ada", InvoiceSettled("R", 250, "EUR", "payment", to_millis(instant(DAY))), minutes=DAY)
    archived(engine, told.records)
    metrics = ArchiveMetrics()
    FigureGauges(metrics).refresh(engine, HOUSE, to_millis(instant(2 * DAY)))
    assert shown(metrics, "dispatcher_report_recovery_ratio") == [({"currency": "EUR"}, 0.75)]
    overdue = {each["age"]: amount for each, amount in shown(metrics, "dispatcher_report_overdue_minor_units")}
    assert overdue == {"1-30": 250, "31-60": 0, "61-90": 0, "91+": 0}


def shown(metrics: ArchiveMetrics, name: str) -> list[tuple[dict[str, str], float]]:
    families = text_string_to_metric_families(metrics.exposition().decode())
    return [(each.labels, each.value) for family in families for each in family.samples if each.name == name]


def test_gauges_are_refreshed_at_most_once_a_minute():
    at: list[int] = []
    chores = WithGauges(Idle(), at.append)
    for now in (0, EVERY_MS - 1, EVERY_MS):
        if chores.due(now):
            chores.work(now)
    assert at == [0, EVERY_MS]
