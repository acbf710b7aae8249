"""What contacts cost, each and for every unit of money that was recovered.

Counted: contacts that were claimed in the period and made, times the price of one by their channel
(DISPATCHER_CONTACT_PRICES); tasks count once somebody reported them. Providers report no prices to the dispatcher, so
what they really bill may differ. A channel without a price has no cost and is missing in the sum. `all` sums up the
channels whose prices are in one currency; `per_recovered` is its cost for each unit recovered in that currency in the
period, and `recovered` what the recovery rate counts. A case is a contact.
"""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import msgspec
from sqlalchemy import Connection, and_, func, or_, select

from dispatcher.archive.figures.asking import Bars, Count, Figure, Mark, MaybeMoney, Money, Question, Share
from dispatcher.archive.figures.cases import cases_in
from dispatcher.archive.figures.contacted import MADE, claimed_in
from dispatcher.archive.figures.recovery import recovery_of
from dispatcher.archive.figures.shares import FEW, share
from dispatcher.archive.tables import CONTACTS
from dispatcher.messages.money import decimals
from dispatcher.settings import Price

ALL = "all"
_REPORTED = ("delivered", "undelivered")


class Cost(msgspec.Struct, frozen=True):
    """Of one channel, or of all that have a price in one currency; `currency` is empty where there is no price."""

    channel: str
    currency: str
    price: str
    cases: Count
    cost: Money
    recovered: MaybeMoney
    per_recovered: Share
    few: Mark


def rows(connection: Connection, question: Question) -> tuple[Cost, ...]:
    """The rows of the archive: by channel, then the sums."""
    name = func.coalesce(CONTACTS.c.channel, CONTACTS.c.task, "").label("by")
    by_desk = or_(CONTACTS.c.task.is_not(None), CONTACTS.c.channel == "call_task")
    made = or_(and_(by_desk, CONTACTS.c.result.in_(_REPORTED)), and_(~by_desk, CONTACTS.c.result.in_(MADE)))
    asked = (
        select(name, func.count()).where(claimed_in(question.period.start, question.period.end), made).group_by("by")
    )
    counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(asked)}
    recovered = {each.currency: each.recovered for each in recovery_of(cases_in(connection, question.period))}
    return costs_of(counts, question.prices, recovered)


def costs_of(counts: dict[str, int], prices: tuple[Price, ...], recovered: dict[str, int]) -> tuple[Cost, ...]:
    """Contacts by channel, prices, and what was recovered by currency in minor units."""
    priced = {each.channel: each for each in prices}
    found: list[Cost] = []
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for channel, cases in sorted(counts.items()):
        price = priced.get(channel)
        cost = 0 if price is None else _minor(price.amount * cases, price.currency)
        if price is not None:
            sums[price.currency][0] += cases
            sums[price.currency][1] += cost
        currency, text = ("", "") if price is None else (price.currency, str(price.amount))
        found.append(Cost(channel, currency, text, cases, cost, None, None, cases < FEW))
    for currency, (cases, cost) in sorted(sums.items()):
        got = recovered.get(currency, 0)
        found.append(Cost(ALL, currency, "", cases, cost, got, share(cost, got), cases < FEW))
    return tuple(found)


def _minor(amount: Decimal, currency: str) -> int:
    return int((amount * 10 ** decimals(currency)).to_integral_value(ROUND_HALF_UP))


FIGURE = Figure("costs", Cost, rows, Bars("cost", ("channel",), apart="currency"))
