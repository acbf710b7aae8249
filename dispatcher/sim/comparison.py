"""Two policies over the same portfolio: who would hear more, less or later, by which channel, and at what cost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from dispatcher.sim.checking.checker import Made
from dispatcher.sim.costs import Prices, cost_of
from dispatcher.sim.life import Rules, live
from dispatcher.sim.people import id_of
from dispatcher.sim.portfolio import Portfolio, on_processes
from dispatcher.sim.publisher import DAY
from dispatcher.sim.report import RecoveryReport, recovery_of
from dispatcher.sim.tally import Tally
from dispatcher.sim.uncollected import uncollected
from schemas.values import CHANNELS

EXAMPLES: Final = 5
CHANGES: Final = ("more", "less", "later", "earlier", "other_channel", "same")
"""What can change for a customer; `later` and `earlier` speak of the first contact about a bill, in days."""


@dataclass(slots=True)
class Compared:
    """What two policies made of a part of the portfolio."""

    before: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)
    customers: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def note(self, customer_id: str, changes: Iterable[str]) -> None:
        """What changes for one customer."""
        for change in changes:
            self.customers[change] += 1
            examples = self.examples.setdefault(change, [])
            if len(examples) < EXAMPLES:
                examples.append(customer_id)

    def add(self, other: "Compared") -> None:
        """The next part."""
        self.before.add(other.before)
        self.after.add(other.after)
        self.customers.update(other.customers)
        for change, examples in other.examples.items():
            self.examples[change] = [*self.examples.get(change, ()), *examples][:EXAMPLES]


class Side(msgspec.Struct, frozen=True):
    """One of the two policies, by its hash, and what it came to."""

    policy: str
    contacts: int
    by_channel: dict[str, int]
    cost: dict[str, float]
    recovery: dict[str, RecoveryReport]
    breaches_total: int


class Change(msgspec.Struct, frozen=True):
    """How many customers, the first of them by id, and how many of a hundred."""

    customers: int
    percent: float
    examples: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True):
    """The result of `compare`. `more_by` and `less_by`: customers who would hear more, or less, by a channel."""

    customers: int
    days: int
    seed: int
    before: Side
    after: Side
    changes: dict[str, Change]
    more_by: dict[str, int]
    less_by: dict[str, int]
    cost_difference: float


def compare(jobs: int, portfolio: Portfolio, before: str, after: str) -> Compared:
    """Both policies (texts that the checks have passed) over the same portfolio."""
    whole = Compared()
    for part in on_processes(jobs, portfolio, (before, after), _part):
        whole.add(part)
    return whole


def comparison(portfolio: Portfolio, hashes: tuple[str, str], found: Compared, prices: Prices) -> Comparison:
    """The result for programs; `hashes` are those of the two policies."""
    before, after = _side(hashes[0], found.before, prices), _side(hashes[1], found.after, prices)
    return Comparison(
        customers=portfolio.customers,
        days=portfolio.span.days,
        seed=portfolio.seed,
        before=before,
        after=after,
        changes={
            name: Change(
                found.customers[name],
                round(100 * found.customers[name] / portfolio.customers, 2),
                tuple(found.examples.get(name, ())),
            )
            for name in CHANGES
        },
        more_by={channel: found.customers[f"more by {channel}"] for channel in CHANNELS},
        less_by={channel: found.customers[f"less by {channel}"] for channel in CHANNELS},
        cost_difference=round(after.cost["total"] - before.cost["total"], 2),
    )


def tables(found: Comparison) -> list[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """The same as short tables: headings and rows."""
    sides = (found.before, found.after)
    return [
        (
            ("customers who hear", "", "of 100", "such as"),
            [
                (name.replace("_", " "), f"{each.customers:,}", f"{each.percent:.2f}", ", ".join(each.examples[:3]))
                for name, each in found.changes.items()
            ],
        ),
        (
            ("contacts", "before", "after", "customers who hear more", "less"),
            [
                (
                    channel,
                    *(f"{side.by_channel[channel]:,}" for side in sides),
                    f"{found.more_by[channel]:,}",
                    f"{found.less_by[channel]:,}",
                )
                for channel in CHANNELS
            ],
        ),
        (
            ("cost", "before", "after"),
            [(name, *(f"{side.cost[name]:,.2f}" for side in sides)) for name in (*CHANNELS, "total")],
        ),
        (
            ("recovery rate", "before", "after"),
            [
                (currency, *(f"{side.recovery[currency].rate:.1%}" for side in sides))
                for currency in found.before.recovery
                if currency in found.after.recovery
            ],
        ),
        (("breaches", "before", "after"), [("total", *(f"{side.breaches_total:,}" for side in sides))]),
    ]


def _side(policy: str, tally: Tally, prices: Prices) -> Side:
    by_channel: Counter[str] = Counter()
    for (_, channel, _), count in tally.contacts.items():
        by_channel[channel] += count
    return Side(
        policy=policy,
        contacts=by_channel.total(),
        by_channel={channel: by_channel[channel] for channel in CHANNELS},
        cost=cost_of(by_channel, prices),
        recovery=recovery_of(tally),
        breaches_total=tally.breaches.total(),
    )


def _part(numbers: range, portfolio: Portfolio, rules: tuple[Rules, ...]) -> Compared:
    compared = Compared()
    with uncollected():
        for number in numbers:
            before = live(number, portfolio.seed, portfolio.span, rules[0], compared.before)
            after = live(number, portfolio.seed, portfolio.span, rules[1], compared.after)
            compared.note(id_of(number), changes_between(before, after))
    return compared


def changes_between(before: list[Made], after: list[Made]) -> list[str]:
    """What changes for a customer with these contacts, by name."""
    changes: list[str] = []
    if len(after) != len(before):
        changes.append("more" if len(after) > len(before) else "less")
    first_before, first_after = _first_days(before), _first_days(after)
    both = first_before.keys() & first_after.keys()
    if any(first_after[each] > first_before[each] for each in both):
        changes.append("later")
    if any(first_after[each] < first_before[each] for each in both):
        changes.append("earlier")
    channels_before, channels_after = Counter(each.channel for each in before), Counter(each.channel for each in after)
    if len(after) == len(before) and channels_before != channels_after:
        changes.append("other_channel")
    if not changes:
        return ["same"]
    more, less = channels_after - channels_before, channels_before - channels_after
    return [*changes, *(f"less by {each}" for each in sorted(less)), *(f"more by {each}" for each in sorted(more))]


def _first_days(contacts: list[Made]) -> dict[str, int]:
    """Invoice -> UTC day of the first contact about it; contacts come in order."""
    days: dict[str, int] = {}
    for contact in contacts:
        for invoice_id in contact.invoice_ids:
            days.setdefault(invoice_id, contact.at // DAY)
    return days
