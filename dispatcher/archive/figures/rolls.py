"""Where invoices of each age went between the day before the period and the end of its last day: roll rates.

Counted: every invoice that was open at the end of the day before the period, in the class of its days past the due date
(`current`: not overdue yet), and the class in which it is at the end of the period, or `paid`, `written_off`,
`cancelled` (or credited). For month ends ask for a month. Amounts are what was open at the beginning, so that partial
payments move nothing; `rate` is the share of that amount. Not counted: credit notes, invoices that came later. Each
currency by itself. A case is an invoice.
"""

from collections import Counter
from typing import Final

import msgspec
from sqlalchemy import Connection, and_, case, func, literal, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, Money, Question, Share
from dispatcher.archive.figures.held import BUCKETS, CURRENT, bucket, holds_at, last_instant, owed
from dispatcher.archive.figures.shares import FEW, share
from dispatcher.archive.tables import CHANGES

_AGES: Final = (CURRENT, *(name for name, _ in BUCKETS))
_ENDS: Final = ("paid", "written_off", "cancelled", *_AGES)


class Roll(msgspec.Struct, frozen=True):
    """From one class into another; `amount` and `cases` of those that went there, of all `of_cases` in the first class."""

    currency: str
    age: str
    became: str
    cases: Count
    of_cases: Count
    amount: Money
    rate: Share
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[Roll, ...]:
    """The rows of the archive."""
    period = question.period
    before, after = period.first - 1, period.last
    later = CHANGES.alias("later")
    ended = case(
        (later.c.reason == "payment", literal("paid")),
        (later.c.reason == "written_off", literal("written_off")),
        else_=literal("cancelled"),
    )
    became = case((later.c.amount_due == 0, ended), else_=bucket(after, later)).label("became")
    age = bucket(before).label("age")
    asked = (
        select(CHANGES.c.currency, age, became, func.count(), func.sum(CHANGES.c.amount_due))
        .join(later, and_(later.c.key == CHANGES.c.key, holds_at(last_instant(after, period.zone), later)))
        .where(holds_at(last_instant(before, period.zone)), owed())
        .group_by(CHANGES.c.currency, "age", "became")
    )
    found = [(*sort, n, int(amount)) for *sort, n, amount in connection.execute(asked)]
    cases: Counter[tuple[str, str]] = Counter()
    amounts: Counter[tuple[str, str]] = Counter()
    for currency, name, _, n, amount in found:
        cases[currency, name] += n
        amounts[currency, name] += amount
    made = [
        Roll(
            currency=currency,
            age=name,
            became=end,
            cases=n,
            of_cases=cases[currency, name],
            amount=amount,
            rate=share(amount, amounts[currency, name]),
            few=cases[currency, name] < FEW,
        )
        for currency, name, end, n, amount in found
    ]
    return tuple(sorted(made, key=lambda each: (each.currency, _AGES.index(each.age), _ENDS.index(each.became))))


FIGURE = Figure("rolls", Roll, rows, Bars("rate", ("age", "became"), apart="currency"))
