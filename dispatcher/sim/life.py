"""One customer of the portfolio, from the first day to the last: every event and every wake-up is a decision of the core."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dispatcher.core.decide import Conditions, Decision, decide
from dispatcher.core.policy import Policy
from dispatcher.sim.agenda import FAR, Agenda
from dispatcher.sim.billing import Billing
from dispatcher.sim.checking.checker import Checker, Made
from dispatcher.sim.checking.ruling import Ruling
from dispatcher.sim.delivery import Delivery
from dispatcher.sim.dice import Dice
from dispatcher.sim.disturbances import Disturbances
from dispatcher.sim.people import person
from dispatcher.sim.publisher import DAY, Publisher
from dispatcher.sim.reactions import Reactions
from dispatcher.sim.tally import Tally
from dispatcher.sim.witness import Witness
from schemas.inbox import Arrival
from schemas.state import EMPTY, Customer
from schemas.values import Millis

Decide = Callable[[str, Customer, Sequence[Arrival], Policy, Millis, Conditions], Decision]
"""The core's `decide`, or something that takes its place: a test that breaks a rule on purpose."""

CAUGHT_UP = Conditions("on", frozenset(), gate_open=True, credits=frozenset(("sms", "email")))
"""A worker that has read everything, may send, and has room at every provider."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are lived through, from `start` (midnight UTC)."""

    start: Millis
    days: int

    @property
    def end(self) -> Millis:
        """The first instant that is not lived any more."""
        return self.start + self.days * DAY


@dataclass(frozen=True, slots=True)
class Rules:
    """A policy as the core compiles it, and as the checker reads it."""

    policy: Policy
    ruling: Ruling


def live(  # noqa: PLR0917  which customer, which world
    number: int, seed: int, span: Span, rules: Rules, tally: Tally, by: Decide = decide
) -> list[Made]:
    """Lives one customer through the span and counts into the tally; the contacts that reached the customer's side."""
    dice = Dice(seed, number)
    who = person(number, dice)
    agenda = Agenda()
    publisher = Publisher(agenda, dice)
    billing = Billing(who, dice, agenda, publisher, span.start)
    reactions = Reactions(who, dice, agenda, publisher, billing)
    checker = Checker(rules.ruling, who.zone)
    witness = Witness(who.customer_id, checker, tally)
    delivery = Delivery(who, dice, agenda, publisher, reactions, witness, tally)
    billing.open(span.days)
    Disturbances(who, dice, agenda, publisher, billing).begin(span.start, span.days)

    customer: Customer = EMPTY
    wake_at: Millis = FAR
    turns = woken = 0
    now: Millis = 0
    # What the world learns late it acts on late: no clock goes back.
    while (now := max(now, min(agenda.next_at, wake_at))) < span.end:
        arrivals, deeds = agenda.take(now)
        for arrival in arrivals:
            checker.hears(arrival)
        if arrivals or wake_at <= now:
            turns += 1
            woken += not arrivals
            made = by(who.customer_id, customer, arrivals, rules.policy, now, CAUGHT_UP)
            customer = made.customer
            wake_at = FAR if made.wake_at is None else max(made.wake_at, now + 1)
            tally.decision(made)
            delivery.withdraw(made.withdrawn)
            delivery.answered(made.records, now)
            for claim in made.claims:
                delivery.submit(claim, now, made.records[0].variant)
        for deed in deeds:
            deed(now)

    agenda.clear()
    tally.events.update(
        published=publisher.published, late=publisher.late, repeated=publisher.repeated, decisions=turns, wake_ups=woken
    )
    for bill in billing.bills.values():
        tally.money[bill.currency, "overdue"] += bill.overdue
        tally.money[bill.currency, "recovered"] += bill.recovered
    return witness.contacts
