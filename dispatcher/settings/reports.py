"""What reports need to know of the house: its zone, and what its contacts cost."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from schemas.vocabulary import CURRENCIES, ZONES

_PRICE: Final = re.compile(r"(sms|email|call_task|letter|visit|legal|agency)=(\d{1,7}(?:\.\d{1,6})?) ([A-Z]{3})")


@dataclass(frozen=True, slots=True)
class Price:
    """What one contact by a channel costs, or one task of a kind that has no channel; `amount` in whole units."""

    channel: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Reports:
    """`zone` cuts days and months; an invoice that is overdue for longer than `bad_debt_days` counts as bad."""

    zone: ZoneInfo
    bad_debt_days: int
    prices: tuple[Price, ...]


def zone(text: str) -> ZoneInfo:
    """A zone of the IANA database."""
    if text not in ZONES:
        raise ValueError(text)
    return ZoneInfo(text)


def prices(text: str) -> tuple[Price, ...]:
    """`channel=price currency`, several separated by commas, each channel once."""
    found: dict[str, Price] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        match = _PRICE.fullmatch(part)
        if match is None or match[1] in found or match[3] not in CURRENCIES:
            raise ValueError(text)
        found[match[1]] = Price(match[1], Decimal(match[2]), match[3])
    return tuple(found.values())
