"""What is asked of a figure, and what it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from inspect import cleandoc, getmodule
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints

import msgspec
from sqlalchemy import Connection

from dispatcher.archive.figures.periods import Period
from dispatcher.settings import Price
from schemas.values import Millis

Dimension = Literal["channel", "stage", "phase", "tier", "variant", "creditor_id", "policy", "task"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
USUAL: Final[tuple[Dimension, ...]] = ("channel", "stage", "tier", "variant")

Unit = Literal["text", "count", "money", "share", "hours", "days", "mark", "price", "score"]
"""How a value is read: `money` in minor units of the row's `currency`, `share` of 1, `mark` yes or no."""

Count = Annotated[int, "count"]
Money = Annotated[int, "money"]
MaybeMoney = Annotated[int | None, "money"]
Share = Annotated[float | None, "share"]
Hours = Annotated[float | None, "hours"]
Days = Annotated[int, "days"]
Mark = Annotated[bool, "mark"]
Score = Annotated[float | None, "score"]


@dataclass(frozen=True, slots=True)
class Question:
    """Over which days, as much as the archive holds by `as_of`.

    `bad_after_days`: an invoice that is overdue for longer counts as bad. `prices`: of one contact by a channel. `by`: what
    results are told apart by.
    """

    period: Period
    as_of: Millis
    bad_after_days: int = 180
    prices: tuple[Price, ...] = ()
    by: tuple[Dimension, ...] = USUAL


Rows = Sequence[msgspec.Struct]


@dataclass(frozen=True, slots=True)
class Bars:
    """How a figure is drawn: a bar a row, as long as `value`, named by `names`; one chart for each value of `apart`."""

    value: str
    names: tuple[str, ...]
    apart: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name in commands and addresses, its rows, and who makes them.

    `personal`: its rows name customers.
    """

    name: str
    row: type[msgspec.Struct]
    rows: Callable[[Connection, Question], Rows]
    bars: Bars | None = None
    personal: bool = False
    columns: tuple[tuple[str, Unit], ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", _columns(self.row))

    @property
    def definition(self) -> str:
        """What is counted and what is not: the docstring of its module."""
        module = getmodule(self.rows)
        return cleandoc(module.__doc__ or "") if module is not None else ""


def _columns(row: type[msgspec.Struct]) -> tuple[tuple[str, Unit], ...]:
    hints = get_type_hints(row, include_extras=True)
    return tuple((name, _unit(hints[name])) for name in row.__struct_fields__)


def _unit(hint: Any) -> Unit:  # noqa: ANN401 - a type
    units: tuple[Unit, ...] = getattr(hint, "__metadata__", ("text",))
    return units[0]
