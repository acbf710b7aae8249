"""Of what was overdue in the period, how much was recovered in it.

Counted: for each invoice what was open at the first instant of the period at which it was past due, and what of it was
paid by the end of the period: what billing calls a payment, from the day on which it was made. Not counted: credit
notes, what is added to an invoice later in the period, and as recovered what was credited, cancelled or written off
(`taken_off`, `written_off`). A payment that comes back is overdue anew in the next period. Each currency by itself. A
case is an invoice.
"""

from collections import defaultdict

import msgspec
from sqlalchemy import Connection

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, Money, Question, Share
from dispatcher.archive.figures.cases import Case, cases_in
from dispatcher.archive.figures.shares import FEW, share


class Recovery(msgspec.Struct, frozen=True):
    """Of one currency; `overdue = recovered + written_off + taken_off + open`."""

    currency: str
    cases: Count
    overdue: Money
    recovered: Money
    written_off: Money
    taken_off: Money
    open: Money
    rate: Share
    few: Mark


def recovery_of(cases: list[Case]) -> tuple[Recovery, ...]:
    """Summed up by currency."""
    by_currency: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_currency[case.currency].append(case)
    return tuple(_sum(currency, some) for currency, some in sorted(by_currency.items()))


def _sum(currency: str, cases: list[Case]) -> Recovery:
    overdue, recovered = sum(each.overdue for each in cases), sum(each.recovered for each in cases)
    return Recovery(
        currency=currency,
        cases=len(cases),
        overdue=overdue,
        recovered=recovered,
        written_off=sum(each.written_off for each in cases),
        taken_off=sum(each.taken_off for each in cases),
        open=sum(each.open for each in cases),
        rate=share(recovered, overdue),
        few=len(cases) < FEW,
    )


def rows(connection: Connection, question: Question) -> tuple[Recovery, ...]:
    """The rows of the archive."""
    return recovery_of(cases_in(connection, question.period))


FIGURE = Figure("recovery", Recovery, rows, Bars("rate", ("currency",)))
