"""What commands print: tables for people, a JSON object a line for programs. Data is never markup."""

import sys
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE: Final = 250  # into a file or a pipe nothing is folded


def print_json(value: object) -> None:
    """One object on a line of its own; the keys of plain mappings in order."""
    typer.echo(msgspec.json.encode(value, order="deterministic"))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows under their headings; folded to the terminal, whole where stdout is none."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    terminal = sys.stdout.isatty()
    console = Console(highlight=False, markup=False, force_terminal=terminal, width=None if terminal else _WIDE)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())
