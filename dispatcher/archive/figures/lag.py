"""How long it takes from a contact to a payment.

Counted: every payment of the period, from the customer's last contact before it that is at most 30 days old, by the
channel of that contact. The median is the lag that half of the payments do not exceed, `p90` that which nine of ten do
not. `none`: payments that no contact came before; they have no lag. Not counted: credits, cancellations, contacts that
were given back or called off. A case is a payment, also one in part.
"""

from typing import Final

import msgspec
from sqlalchemy import Connection, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Hours, Mark, Question
from dispatcher.archive.figures.contacted import NEVER
from dispatcher.archive.figures.held import payment
from dispatcher.archive.figures.shares import FEW, quantile
from dispatcher.archive.tables import CHANGES, CONTACTS

LONGEST_MS: Final = 30 * 24 * 60 * 60 * 1000
_HOUR_MS: Final = 3_600_000
_NONE: Final = "none"


class Lag(msgspec.Struct, frozen=True):
    """Of the payments after a contact by one channel."""

    channel: str
    cases: Count
    median: Hours
    p90: Hours
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[Lag, ...]:
    """The rows of the archive."""
    period = question.period
    last = CONTACTS.alias("last")
    found = (
        select(last.c.attempt_id)
        .where(
            last.c.customer_id == CHANGES.c.customer_id,
            last.c.claimed_at <= CHANGES.c.since_us // 1000,
            last.c.claimed_at >= CHANGES.c.since_us // 1000 - LONGEST_MS,
            last.c.result.not_in(NEVER),
        )
        .order_by(last.c.claimed_at.desc(), last.c.attempt_id.desc())
        .limit(1)
        .scalar_subquery()
        .correlate(CHANGES)
    )
    asked = (
        select(CONTACTS.c.channel, CONTACTS.c.claimed_at, CONTACTS.c.task, CHANGES.c.since_us)
        .select_from(CHANGES)
        .outerjoin(CONTACTS, CONTACTS.c.attempt_id == found)
        .where(payment(), CHANGES.c.since_us >= period.start * 1000, CHANGES.c.since_us < period.end * 1000)
    )
    lags: dict[str, list[float]] = {}
    for channel, claimed_at, task, since_us in connection.execute(asked):
        name = _NONE if claimed_at is None else channel or task or _NONE
        lags.setdefault(name, []).append(0 if claimed_at is None else (since_us // 1000 - claimed_at) / _HOUR_MS)
    return tuple(_row(name, sorted(some)) for name, some in sorted(lags.items(), key=lambda each: -len(each[1])))


def _row(channel: str, lags: list[float]) -> Lag:
    if channel == _NONE:
        return Lag(channel, len(lags), None, None, len(lags) < FEW)
    median, p90 = quantile(lags, 0.5), quantile(lags, 0.9)
    return Lag(
        channel,
        len(lags),
        None if median is None else round(median, 1),
        None if p90 is None else round(p90, 1),
        len(lags) < FEW,
    )


FIGURE = Figure("lag", Lag, rows, Bars("median", ("channel",)))
