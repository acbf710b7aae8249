"""What was settled of an invoice, and when: read from a bounded, dated memory of what billing said.

Each settlement counts for as much as it lowered the amount that billing had named last before it. The memory is a set, so
it does not depend on the order of arrival: of statements the first of each amount (at most 4, the earliest), of settlements
the latest 12. An amount that billing states, lowers by no settlement and later states again keeps its first place.
"""

from bisect import insort
from collections.abc import Iterable, Iterator

from dispatcher.core.zones import Place, day_in
from schemas.state import Invoice, Settlement
from schemas.values import Day

AMOUNTS_KEPT = 4
SETTLEMENTS_KEPT = 12

Amounts = tuple[tuple[int, int], ...]
"""(microseconds, amount) of the first statement of each amount, in order."""


def with_amount(amounts: Amounts, at: int, amount: int) -> Amounts:
    """The memory after a statement; the same object if that said nothing new."""
    for since, known in amounts:
        if known == amount and since <= at:
            return amounts
    after = sorted([*(each for each in amounts if each[1] != amount), (at, amount)])
    return tuple(after[:AMOUNTS_KEPT])


def with_settlement(settlements: tuple[Settlement, ...], said: Settlement) -> tuple[Settlement, ...]:
    """The memory after a settlement; the same object if it was known, or is older than all that is kept."""
    if said in settlements:
        return settlements
    after = list(settlements)
    insort(after, said)
    return settlements if len(after) > SETTLEMENTS_KEPT and after[0] is said else tuple(after[-SETTLEMENTS_KEPT:])


def payments(invoice: Invoice) -> Iterator[tuple[Settlement, int]]:
    """Every settlement that lowered the amount, with what it settled, in minor units."""
    before: tuple[int, int] | None = None
    for said in invoice.settlements:
        named = max([each for each in invoice.amounts if each[0] < said.at], default=None)
        known = named if before is None or (named is not None and named[0] > before[0]) else before
        if known is not None and known[1] > said.amount_due:
            yield said, known[1] - said.amount_due
        before = (said.at, said.amount_due)


def settled_between(invoices: Iterable[Invoice], since: int, place: Place, last: Day) -> int:
    """What was settled of invoices, told after `since` (microseconds) and settled up to the end of a day of the customer."""
    return sum(
        settled
        for invoice in invoices
        for said, settled in payments(invoice)
        if said.at > since and paid_on(said, place) <= last
    )


def settled_by(invoice: Invoice, place: Place, last: Day) -> bool:
    """Whether nothing remained of an invoice at the end of a day of the customer, by money or credit."""
    if invoice.amount_due > 0 or not invoice.settlements:
        return False
    said = invoice.settlements[-1]
    return said.reason in ("payment", "credit") and said.amount_due == 0 and paid_on(said, place) <= last


def paid_on(said: Settlement, place: Place) -> Day:
    """The day of the money; money that is told of is there, whatever later day it bears."""
    return day_in(place, min(said.settled_at, said.at // 1000))
