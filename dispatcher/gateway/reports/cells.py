"""How a value of a figure is shown to people, and how it goes into files."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import msgspec

from dispatcher.archive.figures.asking import Figure, Rows, Unit
from dispatcher.gateway.staff.spreadsheets import Cell, csv_text
from dispatcher.messages.money import decimals

NUMERIC: Final[frozenset[Unit]] = frozenset({"count", "money", "share", "hours", "days", "score"})
"""Units whose values are set to the right."""

NOTHING: Final = "–"


def shown(value: object, unit: Unit, currency: str = "") -> str:
    """A value for people; `currency` is that of its row."""
    match value, unit:
        case None, _:
            return NOTHING
        case int(), "money" if currency:
            places = decimals(currency)
            return f"{value / 10**places:,.{places}f}"
        case int(), ("count" | "money"):
            return f"{value:,}"
        case ((int() | float()), "share"):
            return f"{_tenths(value)} %"
        case ((int() | float()), ("hours" | "score")):
            return f"{value:,.1f}" if unit == "hours" else f"{value:.2f}"
        case _:
            return str(value)


def _tenths(share: float) -> Decimal:
    """Percent, a half rounded up as people do it: a float of 82.35 is a little less."""
    return (Decimal(repr(share)) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def heading(figure: Figure, rows: Rows) -> tuple[tuple[str, Unit], ...]:
    """The columns that say something: text that no row has (a dimension that nobody asked for) is left out."""
    return tuple((name, unit) for name, unit in figure.columns if unit != "text" or _is_told(name, rows))


def _is_told(name: str, rows: Rows) -> bool:
    return not rows or any(getattr(row, name) for row in rows)


def csv_of(figure: Figure, rows: Rows) -> str:
    """The rows as CSV: amounts in minor units, shares of 1, every column whatever was asked."""
    names = [name for name, _ in figure.columns]
    return csv_text(names, ([_plain(getattr(row, name)) for name in names] for row in rows))


def _plain(value: object) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str | int | float) else None


def currency_of(row: msgspec.Struct) -> str:
    """The currency of a row's amounts; empty where it has none."""
    return str(getattr(row, "currency", ""))
