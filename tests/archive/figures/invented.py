"""An archive of an invented portfolio that lived through a policy: what it decided and heard, and its own tally."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from dispatcher.core.decide import decide
from dispatcher.sim.life import Span, live
from dispatcher.sim.portfolio import Rules, rules_of
from dispatcher.sim.tally import Tally
from schemas import inbox, journal, topics
from schemas.inbox import ConsentChanged, FeedbackGiven
from schemas.values import from_millis, to_millis
from tests.archive.journal import Topics, archived

POLICY = Path(__file__).parents[3] / "deploy" / "policy.example.toml"
FROM = datetime(2026, 1, 1, tzinfo=UTC)


def lived(customers: int, days: int, seed: int = 1) -> tuple[Topics, Tally]:
    """Everything that stands in the topics after so many days, and what the simulation counted."""
    rules = rules_of(POLICY.read_text("utf-8"), "policy")
    assert isinstance(rules, Rules)
    told, tally = Topics(), Tally()

    def by(customer_id, customer, arrivals, policy, now, conditions):  # noqa: PLR0917  as the core has it
        made = decide(customer_id, customer, arrivals, policy, now, conditions)
        at = from_millis(now)
        for arrival in arrivals:
            told.append(topics.INBOX, customer_id, inbox.encode(arrival), at)
        for record in made.records:
            told.append(topics.JOURNAL, customer_id, journal.encode(record), at)
        return made

    for number in range(customers):
        live(number, seed, Span(to_millis(FROM), days), rules, tally, by)
    return told, tally


def filled(engine: Engine, customers: int, days: int, seed: int = 1) -> Tally:
    """Archive it, with a few judgements and opt-outs, which the simulation has none of."""
    told, tally = lived(customers, days, seed)
    for number in range(0, customers, 5):
        customer = f"C{number:07}"
        at = (days - number % 25) * 24 * 60 - 90 * 24 * 60
        told.said(customer, FeedbackGiven(1 + number % 5, channel="sms" if number % 2 else "email"), minutes=at)
        if number % 25 == 0:
            told.said(customer, ConsentChanged("+447700900123", "sms", allowed=False, source="STOP"), minutes=at)
    archived(engine, told.records, turn=20_000)
    return tally
