"""How the demonstration is told on a terminal or in a log: steps while it runs, a table and figures at its end."""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from dispatcher.local.demo_acts import ACTS, Act
from dispatcher.local.demo_outbox import Paper, masked
from dispatcher.local.demo_rows import Row, Summary
from schemas.reasons import SENTENCES
from schemas.values import Channel

_WIDE: Final = 160  # into a file or a pipe nothing is folded
_COLOURS: Final = {"accepted": "green", "delivered": "green", "in_doubt": "red", "rejected": "red", "parked": "red"}


class Telling:
    """Steps as lines, and on a terminal a bar for each act."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, markup=False)
        if not self.console.is_terminal:
            self.console = Console(highlight=False, markup=False, width=_WIDE)
        self._began = time.monotonic()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("events"),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self._bars: dict[str, TaskID] = {act.name: self._progress.add_task(act.title, total=None) for act in ACTS}

    @contextmanager
    def bars(self) -> Iterator[None]:
        """Show a bar for each act, on a terminal, while entered."""
        with self._progress:
            yield

    @property
    def seconds(self) -> float:
        """Since construction."""
        return time.monotonic() - self._began

    def step(self, what: str) -> None:
        """A line with the seconds since the start."""
        self.console.print(f"{self.seconds:5.1f} s  {what}")

    def applied(self, act: Act, published: int, applied: int) -> None:
        """Move the bar of an act."""
        self._progress.update(self._bars[act.name], total=published, completed=applied)

    def outcome(self, summary: Summary, written: Sequence[Paper]) -> None:
        """The table of rows, and the figures."""
        self.console.print(_table(summary.rows, written))
        sent = ", ".join(f"{count} by {channel}" for channel, count in summary.contacts.items())
        self.console.print(f"\nContacts: {sent}. Rejected input records: {summary.rejected}.")
        self.console.print("Not contacted, by reason:")
        self.console.print(_reasons(summary.not_contacted))

    def lines(self, lines: Iterable[str]) -> None:
        """Plain lines."""
        for line in lines:
            self.console.print(line, soft_wrap=True)


def _table(rows: Sequence[Row], written: Sequence[Paper]) -> Table:
    table = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), title="What was sent, and why others were not contacted"
    )
    for column in ("customer", "invoices", "stage", "channel", "to", "result", "reason"):
        table.add_column(column, overflow="fold")
    recipients = _recipients(written)
    for together, group in groupby(
        rows, key=lambda row: (row.customer_id, row.invoice_ids, row.channel, row.result, row.reason)
    ):
        customer, invoices, channel, result, reason = together
        for stages in _cells(list(group)):
            to = ""
            if channel is not None and result in ("accepted", "in_doubt") and recipients.get((customer, channel)):
                to = masked(recipients[customer, channel].popleft())
            cells = (customer, " ".join(invoices), stages, channel or "", to, result, reason)
            table.add_row(*(Text(cell, style=_COLOURS.get(result, "")) for cell in cells))
    return table


def _cells(rows: list[Row]) -> list[str]:
    """The stages of rows that differ in nothing else: on one line, unless each of them is a contact."""
    stages = [row.stage or "" for row in rows]
    return stages if rows[0].is_contact else [", ".join(stages)]


def _recipients(written: Sequence[Paper]) -> dict[tuple[str, Channel], deque[str]]:
    found: dict[tuple[str, Channel], deque[str]] = {}
    for paper in written:
        found.setdefault((paper.customer_id, paper.channel), deque()).append(paper.recipient)
    return found


def _reasons(counts: Mapping[str, int]) -> Table:
    sentences: Mapping[str, str] = {str(code): sentence for code, sentence in SENTENCES.items()}
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 2))
    for code, count in counts.items():
        table.add_row(str(count), code, sentences[code])
    return table
