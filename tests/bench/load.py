"""The load: 100,000 customers, one event each a round; 55 % due, 20 % overdue, 15 % settled, 10 % profile and feedback.

The first round (not measured) makes every customer known, with a profile and one open invoice that is not due yet. In the
measured round a quarter of the events make a contact due at once.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from schemas import codec, inbox
from schemas.codec import Accepted
from schemas.inbox import Arrival, Cause
from tests.broker.installation import due, event, profile

Published = tuple[str, bytes, bytes]


def known(customers: int, at: datetime) -> Iterator[Published]:
    """The round that is not measured: a profile and an invoice for everybody."""
    for number in range(customers):
        customer_id = f"customer-{number:07d}"
        yield profile(
            customer_id,
            at=at,
            phones=[{"number": f"+4477009{number % 100_000:05d}", "kind": "mobile"}],
            emails=[{"address": f"c{number}@example.com", "kind": "private"}],
            risk_score=number % 100,
        )
        yield due(
            customer_id,
            f"I-{number}-1",
            at=at,
            in_days=30,
            creditor_id="default",
            number=f"2026-{number}",
            lines=[{"text": "Water, third quarter", "amount": 9_000}, {"text": "Sewage", "amount": 3_500}],
        )


def measured(customers: int, at: datetime, seed: int) -> Iterator[Published]:
    """One event a customer, in random order."""
    rnd = random.Random(seed)
    order = list(range(customers))
    rnd.shuffle(order)
    for position, number in enumerate(order):
        yield one(f"customer-{number:07d}", number, position, at + timedelta(milliseconds=position), seed)


def one(customer_id: str, number: int, position: int, at: datetime, seed: int) -> Published:
    """The event at a position of the mix: by twentieths."""
    kind = position % 20
    unique = f"{seed}-{number}"
    if kind < 11:  # 55 % due; one of the eleven today, which causes a contact
        return due(customer_id, f"I-{number}-2-{seed}", at=at, in_days=0 if kind < 1 else 20, event_id=unique)
    if kind < 15:  # 20 % overdue, half of them lightly, half severely: each causes a contact
        return due(customer_id, f"I-{number}-3-{seed}", at=at, in_days=-5 if kind < 13 else -40, event_id=unique)
    if kind < 18:  # 15 % settled
        return event(
            "invoice.settled",
            customer_id,
            at=at,
            event_id=unique,
            invoice_id=f"I-{number}-1",
            amount_due=0,
            currency="GBP",
            reason="payment",
            settled_at=at.isoformat(),
        )
    if kind == 18:
        return profile(customer_id, at=at, name="Pat B. Example")
    return event("feedback.given", customer_id, at=at, event_id=unique, score=4)


def as_arrival(published: Published, offset: int) -> tuple[bytes, bytes]:
    """The inbox record that intake would write."""
    topic, key, value = published
    read = codec.read(topic, value)
    if not isinstance(read, Accepted):
        raise TypeError(f"the load is wrong: {read}")
    cause = Cause(topic, 0, offset, read.source, read.id)
    return key, inbox.encode(Arrival(read.at, cause, read.fact))


def noon() -> datetime:
    """A working day at noon: windows are open, and the same every time."""
    return datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
