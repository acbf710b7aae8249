"""Who owes, who has paid, who wants to hear nothing: the customers of a row, and the events that make and stop them.

They are named after what must become of them: `owes-`, `paid-`, `out-` (opted out), `races-` (pays then).
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.broker.installation import Published, due, event, profile
from tests.broker.providers import number

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""A Wednesday in London on which every channel may be used."""

_TEXTED, _OF_FIVE = 12_000, 3
_MOBILES = 1_000
_CITIES = (113, 114, 115, 116, 117, 118, 121, 131, 141, 151, 161)
"""Area codes in which a thousand numbers each are set aside for drama."""


@dataclass(frozen=True)
class Shares:
    """Of all customers: who has paid, who pays right after the invoice, who wants to hear nothing. The others owe."""

    paid: float = 0.12
    racing: float = 0.06
    opted_out: float = 0.06

    def kind(self, chance: float) -> str:
        """What becomes of a customer; `chance` is between 0 and 1."""
        if chance < self.paid:
            return "paid"
        if chance < self.paid + self.racing:
            return "races"
        return "out" if chance < self.paid + self.racing + self.opted_out else "owes"


USUAL = Shares()


@dataclass(frozen=True)
class Portfolio:
    """What stops some, to be published first, and what makes everybody due, in the seed's order.

    `owing` are the customers who are to hear of it, `spared` the contact points of those whom something stopped.
    """

    before: list[Published]
    causing: list[Published]
    owing: list[str]
    spared: set[str]


def portfolio(rnd: random.Random, contacts: int, *, since: int = 0, shares: Shares = USUAL) -> Portfolio:
    """So many customers, numbered from `since` on."""
    made = Portfolio([], [], [], set())
    for n in range(since, since + contacts):
        kind = shares.kind(rnd.random())
        customer, texted = f"{kind}-{n}", n < _TEXTED and n % 5 < _OF_FIVE
        point = telephone(n) if texted else f"customer-{n}@example.com"
        phones = [{"number": point, "kind": "mobile"}] if texted else []
        emails = [] if texted else [{"address": point, "kind": "private"}]
        made.before.append(profile(customer, at=OPENED, phones=phones, emails=emails))
        if kind == "paid":
            made.before.append(payment(customer))
        if kind == "out":
            made.before.append(_objection(customer, point, "sms" if texted else "email"))
        made.causing.append(due(customer, "I-1", at=OPENED))
        if kind == "races":
            made.causing.append(payment(customer))
        if kind == "owes":
            made.owing.append(customer)
        if kind in ("paid", "out"):
            made.spared.add(point)
    rnd.shuffle(made.causing)
    return made


def telephone(n: int) -> str:
    """One of twelve thousand numbers that belong to nobody."""
    if n < _MOBILES:
        return number(n)
    return f"+44{_CITIES[n // 1_000 - 1]}4960{n % 1_000:03d}"


def payment(customer: str) -> Published:
    """The invoice is paid in full."""
    return event(
        "invoice.settled",
        customer,
        at=OPENED + timedelta(seconds=1),
        invoice_id="I-1",
        amount_due=0,
        currency="GBP",
        reason="payment",
        settled_at=OPENED.isoformat(),
    )


def _objection(customer: str, point: str, channel: str) -> Published:
    return event(
        "consent.changed",
        customer,
        at=OPENED,
        contact_point=point,
        channel=channel,
        allowed=False,
        fields={"source": "self-service"},
    )
