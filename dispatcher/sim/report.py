"""The result of a simulation, for programs and for people."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from dispatcher.sim.checking.checker import INVARIANTS
from dispatcher.sim.costs import Prices, cost_of
from dispatcher.sim.portfolio import Portfolio
from dispatcher.sim.publisher import DAY
from dispatcher.sim.tally import Tally
from schemas.values import CHANNELS, Millis, from_millis


class BreachReport(msgspec.Struct, frozen=True):
    """One contact that should not have been made."""

    customer_id: str
    at: datetime
    stage: str
    channel: str
    invariants: tuple[str, ...]


class ContactsReport(msgspec.Struct, frozen=True):
    """Contacts that reached the customer's side; days are those of UTC."""

    total: int
    by_channel: dict[str, int]
    by_stage: dict[str, int]
    by_variant: dict[str, int]
    by_day: dict[str, dict[str, int]]


class RecoveryReport(msgspec.Struct, frozen=True):
    """Of one currency, in minor units: what was open after its due date, what of it was paid since, their ratio (S35)."""

    overdue: int
    recovered: int
    rate: float


class Report(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """What `simulate` found. `not_judged`: rules of the policy that the independent checker does not read."""

    customers: int
    days: int
    seed: int
    from_: str
    policy: str
    events: dict[str, int]
    contacts: ContactsReport
    attempts: dict[str, int]
    tasks: dict[str, int]
    deferrals: dict[str, int]
    suppressions: dict[str, int]
    recovery: dict[str, RecoveryReport]
    cost: dict[str, float]
    breaches: dict[str, int]
    breaches_total: int
    examples: tuple[BreachReport, ...]
    not_judged: tuple[str, ...]


def report(portfolio: Portfolio, policy: str, not_judged: tuple[str, ...], tally: Tally, prices: Prices) -> Report:
    """The report of a tally; `policy` is the policy's hash."""
    by_channel = _sums(tally, 1)
    return Report(
        customers=portfolio.customers,
        days=portfolio.span.days,
        seed=portfolio.seed,
        from_=_date(portfolio.span.start),
        policy=policy,
        events=_sorted(tally.events),
        contacts=ContactsReport(
            total=sum(tally.contacts.values()),
            by_channel={channel: by_channel[channel] for channel in CHANNELS},
            by_stage=_sorted(_sums(tally, 2)),
            by_variant=_sorted(tally.variants),
            by_day=_by_day(tally),
        ),
        attempts=_sorted(tally.attempts),
        tasks=_sorted(tally.tasks),
        deferrals=_sorted(tally.deferrals),
        suppressions=_sorted(tally.suppressions),
        recovery=recovery_of(tally),
        cost=cost_of(by_channel, prices),
        breaches={name: tally.breaches[name] for name in INVARIANTS},
        breaches_total=sum(tally.breaches.values()),
        examples=tuple(
            BreachReport(each.customer_id, from_millis(each.at), each.stage, each.channel, each.invariants)
            for each in tally.examples
        ),
        not_judged=not_judged,
    )


def recovery_of(tally: Tally) -> dict[str, RecoveryReport]:
    """Recovery by currency."""
    currencies = sorted({currency for currency, _ in tally.money})
    found: dict[str, RecoveryReport] = {}
    for currency in currencies:
        overdue, recovered = tally.money[currency, "overdue"], tally.money[currency, "recovered"]
        found[currency] = RecoveryReport(overdue, recovered, round(recovered / overdue, 4) if overdue else 0.0)
    return found


def tables(found: Report) -> list[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """The same as short tables: headings and rows."""
    return [
        (("contacts", ""), _rows({**found.contacts.by_channel, "total": found.contacts.total})),
        (("by stage", ""), _rows(found.contacts.by_stage)),
        (("put off by", "times"), _rows(dict(Counter(found.deferrals).most_common(8)))),
        (("not made because of", "times"), _rows(dict(Counter(found.suppressions).most_common(8)))),
        (("tasks", ""), _rows(found.tasks)),
        (
            ("recovery", "overdue", "recovered", "rate"),
            [
                (currency, f"{each.overdue:,}", f"{each.recovered:,}", f"{each.rate:.1%}")
                for currency, each in found.recovery.items()
            ],
        ),
        (("cost", ""), [(channel, f"{cost:,.2f}") for channel, cost in found.cost.items()]),
        (("breaches", ""), _rows({**found.breaches, "total": found.breaches_total})),
    ]


def _rows(counts: Mapping[str, int]) -> list[tuple[str, ...]]:
    return [(name, f"{count:,}") for name, count in counts.items()]


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _sums(tally: Tally, part: int) -> Counter[str]:
    sums: Counter[str] = Counter()
    for key, count in tally.contacts.items():
        sums[str(key[part])] += count
    return sums


def _by_day(tally: Tally) -> dict[str, dict[str, int]]:
    days: dict[str, dict[str, int]] = {}
    for (day, channel, _), count in sorted(tally.contacts.items()):
        of_day = days.setdefault(_date(day * DAY), {})
        of_day[channel] = of_day.get(channel, 0) + count
    return days


def _date(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
