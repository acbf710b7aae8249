"""What a simulation counts; tallies of parts of a portfolio add up to that of the whole."""

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from dispatcher.core.decide import Decision
from dispatcher.sim.checking.checker import Invariant, Made
from dispatcher.sim.publisher import DAY
from schemas.journal import Reason
from schemas.values import Millis

EXAMPLES: Final = 20
"""How many breaches are told one by one."""


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """One contact that should not have been: whom, when, and which invariants it broke."""

    customer_id: str
    at: Millis
    stage: str
    channel: str
    invariants: tuple[Invariant, ...]


@dataclass(slots=True)
class Tally:
    """Counters by name. `contacts`: (UTC day since the epoch, channel, stage); `money`: (currency, overdue or recovered)."""

    events: Counter[str] = field(default_factory=Counter)
    contacts: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    deferrals: Counter[str] = field(default_factory=Counter)
    suppressions: Counter[str] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)
    tasks: Counter[str] = field(default_factory=Counter)
    variants: Counter[str] = field(default_factory=Counter)
    money: Counter[tuple[str, str]] = field(default_factory=Counter)
    breaches: Counter[Invariant] = field(default_factory=Counter)
    examples: list[Breach] = field(default_factory=list)

    def decision(self, decision: Decision) -> None:
        """What a decision deferred and suppressed, by the rule that did it."""
        for record in decision.records:
            if record.result == "deferred":
                self.deferrals[rule_of(record.reasons[0])] += 1
            elif record.result == "suppressed":
                self.suppressions[rule_of(record.reasons[0])] += 1
            elif record.result == "expired":
                self.tasks["expired"] += 1

    def contact(self, made: Made) -> None:
        """One contact that reached the customer's side."""
        self.contacts[made.at // DAY, made.channel, made.stage] += 1
        self.variants[made.variant or "champion"] += 1

    def breach(self, breach: Breach) -> None:
        """A contact that should not have been."""
        self.breaches.update(breach.invariants)
        if len(self.examples) < EXAMPLES:
            self.examples.append(breach)

    def add(self, other: "Tally") -> None:
        """The tally of another part of the portfolio, later in its order."""
        self.events.update(other.events)
        self.contacts.update(other.contacts)
        self.deferrals.update(other.deferrals)
        self.suppressions.update(other.suppressions)
        self.attempts.update(other.attempts)
        self.tasks.update(other.tasks)
        self.variants.update(other.variants)
        self.money.update(other.money)
        self.breaches.update(other.breaches)
        self.examples = [*self.examples, *other.examples][:EXAMPLES]


def rule_of(reason: Reason) -> str:
    """The policy's rule behind a reason, else its code; the ids of holds, promises and plans are left out."""
    return _general(reason.code, reason.rule)


@lru_cache(maxsize=4096)
def _general(code: str, rule: str) -> str:
    family, _, rest = rule.partition(".")
    if family == "holds":
        return f"holds.{rest.partition('.')[0]}"
    if family in ("promises", "plans") or not rule:
        return family or code
    return code if family == "stages" else rule
