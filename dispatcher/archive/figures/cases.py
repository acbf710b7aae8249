"""Invoices that were overdue in a period, and what became of each: what recovery and bad debt are made of.

An invoice enters with what was open of it at the first instant of the period at which it was past due: at the beginning
of the period, at the end of its due date, or when the archive first heard of it. What is added to it later does not
count in this period. Then `overdue = recovered + written_off + taken_off + open`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select

from dispatcher.archive.figures.held import owed
from dispatcher.archive.figures.periods import Period, midnight
from dispatcher.archive.tables import CHANGES
from schemas.values import Day


class Held(NamedTuple):
    """A change of an invoice, with what held before it."""

    key: bytes
    since_us: int
    until_us: int
    is_owed: bool
    due_day: Day | None
    amount_due: int
    was_amount: int | None
    currency: str
    creditor_id: str | None
    event: str
    reason: str | None


@dataclass(slots=True)
class Case:
    """What became of one invoice's overdue amount, in minor units; `due_day` as it was said last in the period."""

    currency: str
    creditor_id: str | None
    due_day: Day
    overdue: int
    recovered: int = 0
    written_off: int = 0
    taken_off: int = 0

    @property
    def open(self) -> int:
        """What is left of it."""
        return self.overdue - self.recovered - self.written_off - self.taken_off

    def less(self, amount: int, reason: str | None) -> None:
        """So much was taken away; no more than is left counts."""
        counted = min(self.open, amount)
        match reason:
            case "payment":
                self.recovered += counted
            case "written_off":
                self.written_off += counted
            case _:
                self.taken_off += counted


def cases_of(changes: Iterable[Held], period: Period) -> list[Case]:
    """The cases; changes come in the order of the archive."""
    found: dict[bytes, Case] = {}
    start, end = period.start * 1000, period.end * 1000
    for each in changes:
        case = found.get(each.key)
        if case is None:
            if each.is_owed and each.due_day is not None:
                entry = max(start, midnight(each.due_day + 1, period.zone) * 1000, each.since_us)
                if entry < min(end, each.until_us):
                    found[each.key] = Case(each.currency, each.creditor_id, each.due_day, each.amount_due)
            continue
        if each.currency == case.currency and each.was_amount is not None and each.amount_due < each.was_amount:
            case.less(each.was_amount - each.amount_due, each.reason if each.event == "settled" else None)
        if each.due_day is not None:
            case.due_day = each.due_day
    return list(found.values())


def cases_in(connection: Connection, period: Period) -> list[Case]:
    """The cases of the archive."""
    start, end = period.start * 1000, period.end * 1000
    asked = (
        select(
            CHANGES.c.key,
            CHANGES.c.since_us,
            CHANGES.c.until_us,
            owed(),
            CHANGES.c.due_day,
            CHANGES.c.amount_due,
            CHANGES.c.was_amount,
            CHANGES.c.currency,
            CHANGES.c.creditor_id,
            CHANGES.c.event,
            CHANGES.c.reason,
        )
        .where(
            CHANGES.c.since_us < end,
            CHANGES.c.until_us > start,
            or_(CHANGES.c.since_us >= start, and_(owed(), CHANGES.c.due_day < period.last)),
        )
        .order_by(CHANGES.c.partition, CHANGES.c.offset)
    )
    return cases_of((Held(*row) for row in connection.execute(asked)), period)
