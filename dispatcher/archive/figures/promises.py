"""Of the promises to pay whose day lies in the period, how many were kept.

Counted: promises as they were stated last, by the promised date. `kept`: all of it was settled in time, with the
policy's days of grace; `partly`: a part of it; `broken`: nothing; `open`: not judged yet. The rate is kept / (kept +
partly + broken). Not counted: promises that were cancelled. Each currency by itself; `amount` is what was promised. A
case is a promise that has been judged.
"""

import msgspec
from sqlalchemy import Connection, func, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, Money, Question, Share
from dispatcher.archive.figures.shares import FEW, share
from dispatcher.archive.tables import JUDGEMENTS, PROMISES
from schemas.values import to_date


class Promises(msgspec.Struct, frozen=True):
    """Of one currency."""

    currency: str
    promises: Count
    amount: Money
    kept: Count
    partly: Count
    broken: Count
    open: Count
    cases: Count
    rate: Share
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[Promises, ...]:
    """The rows of the archive."""
    period = question.period
    became = func.coalesce(JUDGEMENTS.c.outcome, "open").label("became")
    asked = (
        select(PROMISES.c.currency, became, func.count(), func.sum(PROMISES.c.amount))
        .select_from(PROMISES.outerjoin(JUDGEMENTS, JUDGEMENTS.c.key == PROMISES.c.key))
        .where(
            PROMISES.c.promised_on >= to_date(period.first).isoformat(),
            PROMISES.c.promised_on <= to_date(period.last).isoformat(),
            PROMISES.c.cancelled.is_(False),
        )
        .group_by(PROMISES.c.currency, "became")
    )
    found: dict[str, dict[str, int]] = {}
    amounts: dict[str, int] = {}
    for currency, name, n, amount in connection.execute(asked):
        found.setdefault(currency, {})[name] = n
        amounts[currency] = amounts.get(currency, 0) + int(amount)
    return tuple(_row(currency, amounts[currency], found[currency]) for currency in sorted(found))


def _row(currency: str, amount: int, became: dict[str, int]) -> Promises:
    kept, partly = became.get("promise_kept", 0), became.get("promise_partly_kept", 0)
    broken = became.get("promise_broken", 0)
    cases = kept + partly + broken
    return Promises(
        currency=currency,
        promises=sum(became.values()),
        amount=amount,
        kept=kept,
        partly=partly,
        broken=broken,
        open=became.get("open", 0),
        cases=cases,
        rate=share(kept, cases),
        few=cases < FEW,
    )


FIGURE = Figure("promises", Promises, rows, Bars("rate", ("currency",)))
