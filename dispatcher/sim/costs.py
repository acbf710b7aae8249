"""What contacts cost: a price by channel, in the operator's own currency."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from schemas.values import CHANNELS

Prices = Mapping[str, Decimal]
"""Price of one contact by channel."""

DEFAULT: Final[Prices] = {"sms": Decimal("0.08"), "email": Decimal("0.001"), "call_task": Decimal("4.00")}
_PLACES: Final = Decimal("0.01")


class WrongPrice(Exception):
    """A price that is none; the message says what was expected."""


def prices_of(texts: Iterable[str]) -> Prices:
    """The usual prices, with those of `channel=price` texts in their place.

    Raises:
        WrongPrice: a text that is no price of a channel.
    """
    prices = dict(DEFAULT)
    for text in texts:
        channel, _, price = text.partition("=")
        try:
            amount = Decimal(price)
        except InvalidOperation:
            amount = Decimal(-1)
        if channel not in CHANNELS or not amount.is_finite() or amount < 0:
            raise WrongPrice(f"{text!r}: expected a channel ({', '.join(CHANNELS)}) and a price, such as sms=0.08")
        prices[channel] = amount
    return prices


def cost_of(contacts: Mapping[str, int], prices: Prices) -> dict[str, float]:
    """What so many contacts by channel cost, and `total`."""
    costs = {channel: (prices[channel] * contacts.get(channel, 0)).quantize(_PLACES) for channel in CHANNELS}
    return {**{channel: float(cost) for channel, cost in costs.items()}, "total": float(sum(costs.values()))}
