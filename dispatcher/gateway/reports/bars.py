"""Charts as shapes: where each bar lies and what it says. Templates draw them; no browser computes anything. Pure.

A bar is named and its value written beside it, so nothing rests on colour; bars of too few cases are hatched. Where a figure
gives a range, a line shows it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from dispatcher.archive.figures.asking import Figure, Rows
from dispatcher.gateway.reports.cells import currency_of, shown

WIDTH: Final = 720
LEFT: Final = 250
"""Where bars begin; their names stand before."""

LONGEST: Final = 330
ROW: Final = 28
MOST: Final = 24
"""Bars of one chart; the table has the others."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, what it says, its place from the top, its length; `low` and `high`: a range, from the left."""

    name: str
    value: str
    top: int
    length: float
    few: bool
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one kind; `of` says of which, where there are several charts (a currency)."""

    of: str
    bars: tuple[Bar, ...]
    height: int
    left_out: int = 0


def charts_of(figure: Figure, rows: Rows, say: Callable[[str], str]) -> tuple[Chart, ...]:
    """The charts of a figure; `say` puts a value of ours into words."""
    if figure.bars is None:
        return ()
    apart = figure.bars.apart
    groups = dict.fromkeys(str(getattr(row, apart)) if apart else "" for row in rows)
    charts = [(of, [row for row in rows if not apart or str(getattr(row, apart)) == of]) for of in groups]
    return tuple(_chart(figure, of, some, say) for of, some in charts)


def _chart(figure: Figure, of: str, rows: Rows, say: Callable[[str], str]) -> Chart:
    assert figure.bars is not None  # noqa: S101 - asked by the only caller
    value = figure.bars.value
    unit = dict(figure.columns)[value]
    told = [row for row in rows if getattr(row, value) is not None]
    most = 1.0 if unit == "share" else max((float(getattr(row, value)) for row in told), default=0.0)
    scale = LONGEST / most if most > 0 else 0.0
    bars = tuple(_bar(figure, row, number, scale, say) for number, row in enumerate(told[:MOST]))
    return Chart(of, bars, ROW * len(bars) + 8, len(told) - len(bars))


def _bar(figure: Figure, row: msgspec.Struct, number: int, scale: float, say: Callable[[str], str]) -> Bar:
    assert figure.bars is not None  # noqa: S101
    value = getattr(row, figure.bars.value)
    currency = currency_of(row)
    unit = dict(figure.columns)[figure.bars.value]
    words = [say(str(getattr(row, name))) for name in figure.bars.names if getattr(row, name)]
    told = shown(value, unit, currency)
    cases = getattr(row, "cases", None)
    low, high = getattr(row, "low", None), getattr(row, "high", None)
    return Bar(
        name=" · ".join(words) or "–",
        value=f"{told} (n={cases:,})" if isinstance(cases, int) and unit != "count" else told,
        top=ROW * number + 4,
        length=round(min(float(value) * scale, LONGEST), 1),
        few=bool(getattr(row, "few", False)),
        low=None if low is None else round(LEFT + low * scale, 1),
        high=None if high is None else round(LEFT + high * scale, 1),
    )
