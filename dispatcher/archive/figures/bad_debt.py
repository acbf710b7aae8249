"""Of what was overdue in the period, how much turned bad.

Counted as bad: what billing wrote off in the period, and what is still open at its end of invoices that are overdue for
longer than the set number of days (DISPATCHER_BAD_DEBT_DAYS). What was overdue is what the recovery rate counts: each
invoice as it was at the first instant of the period at which it was past due. Not counted: credit notes, cancelled
invoices. Each currency by itself. A case is an invoice.
"""

from collections import defaultdict

import msgspec
from sqlalchemy import Connection

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, Money, Question, Share
from dispatcher.archive.figures.cases import Case, cases_in
from dispatcher.archive.figures.shares import FEW, share
from schemas.values import Day


class BadDebt(msgspec.Struct, frozen=True):
    """Of one currency; `aged` is open for longer than the set number of days."""

    currency: str
    cases: Count
    overdue: Money
    written_off: Money
    aged: Money
    rate: Share
    few: Mark


def bad_debt_of(cases: list[Case], last: Day, bad_after_days: int) -> tuple[BadDebt, ...]:
    """Summed up by currency, ages at the end of the day `last`."""
    by_currency: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_currency[case.currency].append(case)
    found = []
    for currency, some in sorted(by_currency.items()):
        overdue, written_off = sum(each.overdue for each in some), sum(each.written_off for each in some)
        aged = sum(each.open for each in some if last - each.due_day > bad_after_days)
        rate = share(written_off + aged, overdue)
        found.append(BadDebt(currency, len(some), overdue, written_off, aged, rate, len(some) < FEW))
    return tuple(found)


def rows(connection: Connection, question: Question) -> tuple[BadDebt, ...]:
    """The rows of the archive."""
    period = question.period
    return bad_debt_of(cases_in(connection, period), period.last, question.bad_after_days)


FIGURE = Figure("bad-debt", BadDebt, rows, Bars("rate", ("currency",)))
