"""A figure as a page shows it: its definition, its charts, its table."""

from dataclasses import dataclass
from typing import Final

import msgspec

from dispatcher.archive.figures.asking import Figure, Rows, Unit
from dispatcher.gateway.reports.bars import Chart, charts_of
from dispatcher.gateway.reports.cells import NUMERIC, currency_of, heading, shown
from dispatcher.gateway.reports.words import ReportWords
from dispatcher.gateway.staff.navigation import page_of

MOST_ROWS: Final = 500
"""Rows of a page; the file has all."""

_CUSTOMER: Final = "customer_id"


@dataclass(frozen=True, slots=True, repr=False)
class Cell:
    """A cell: what it says, and where more is said of a customer whom it names; None: of nobody."""

    text: str
    is_number: bool
    why: str | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Everything that a template needs; `heads`: (words, is a number), `rows`: cell by cell."""

    name: str
    title: str
    definition: tuple[str, ...]
    charts: tuple[Chart, ...]
    heads: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]
    all_rows: int
    has_few: bool


def drawn(figure: Figure, rows: Rows, words: ReportWords, most: int = MOST_ROWS) -> Drawn:
    """The figure in the words of a language."""
    columns = heading(figure, rows)
    definition = words.says.get(figure.name) or figure.definition
    cells = [tuple(_cell(row, name, unit, words) for name, unit in columns) for row in rows[:most]]
    return Drawn(
        name=figure.name,
        title=words.titles[figure.name],
        definition=tuple(" ".join(part.split()).replace("`", "") for part in definition.split("\n\n")),
        charts=charts_of(figure, rows, words.value),
        heads=tuple((words.column(name), unit in NUMERIC) for name, unit in columns),
        rows=tuple(cells),
        all_rows=len(rows),
        has_few=any(getattr(row, "few", False) for row in rows),
    )


def _cell(row: msgspec.Struct, name: str, unit: Unit, words: ReportWords) -> Cell:
    value = getattr(row, name)
    if name == _CUSTOMER:
        return Cell(str(value), is_number=False, why=page_of(str(value)))
    return Cell(_text(value, unit, currency_of(row), words), unit in NUMERIC, None)


def _text(value: object, unit: str, currency: str, words: ReportWords) -> str:
    if unit == "mark":
        return words.few if value else ""
    if unit == "text":
        return words.value(str(value))
    return shown(value, unit, currency)  # type: ignore[arg-type]  # one of the units
