"""The steady load: a thousand customers of whom something new is said all the time, and others who fall due in turn.

Whatever an aggregate remembers is bounded, and full after some minutes of this: from then on only a leak makes a process
grow. The ids of invoices and promises come round; those of events do not.
"""

import random
from collections.abc import Iterator
from datetime import datetime

from tests.broker.installation import Published, due, event, profile

BUSY = 1_000
INVOICES = 4

_NUMBER_OF_DAYS = 20


def everybody(at: datetime) -> Iterator[Published]:
    """The busy ones, made known; an e-mail address is all that is known of them."""
    for n in range(BUSY):
        address = {"address": f"{_busy(n)}@example.com", "kind": "private"}
        yield profile(_busy(n), at=at, phones=[], emails=[address])


def said_of(turn: int, at: datetime, rnd: random.Random) -> Published:
    """The event of one turn: by twentieths 11 due later, 4 overdue, 3 settled, 1 promise, 1 profile."""
    customer, invoice, unique = _busy(rnd.randrange(BUSY)), f"I-{rnd.randrange(INVOICES)}", f"turn-{turn}"
    kind = turn % 20
    if kind < 11:
        return due(customer, invoice, at=at, in_days=_NUMBER_OF_DAYS, event_id=unique)
    if kind < 15:
        return due(customer, invoice, at=at, in_days=-5 if kind < 13 else -40, event_id=unique)
    if kind < 18:
        rest = {"amount_due": 0, "currency": "GBP", "reason": "payment", "settled_at": at.isoformat()}
        return event("invoice.settled", customer, at=at, event_id=unique, invoice_id=invoice, **rest)
    if kind == 18:
        return _promise(customer, invoice, unique, at)
    return profile(customer, at=at, event_id=unique, name=f"Pat {turn % 7} Example", phones=[])


def _promise(customer: str, invoice: str, unique: str, at: datetime) -> Published:
    agreed: dict[str, object] = {"promise_id": f"P-{invoice}", "invoice_ids": [invoice], "promised_on": str(at.date())}
    return event("promise.made", customer, at=at, event_id=unique, amount=12_500, currency="GBP", **agreed)


def _busy(n: int) -> str:
    return f"busy-{n}"
