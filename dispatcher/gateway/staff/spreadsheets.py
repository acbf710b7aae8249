"""Tables as CSV that a spreadsheet opens: nothing that somebody wrote is taken for a formula there."""

import csv
import io
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Final

from litestar import Response

Cell = str | int | float | None

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells spreadsheets that the text is UTF-8."""


def csv_text(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """RFC 4180, in UTF-8; a text that would be a formula gets an apostrophe before it."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(heading)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return _MARK + written.getvalue()


def csv_answer(name: str, text: str, headers: dict[str, str]) -> Response[str]:
    """A file that the browser saves as NAME.csv; `headers` are those of the visit (`protecting`)."""
    saved = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text, status_code=HTTPStatus.OK, media_type="text/csv; charset=utf-8", headers=headers | saved)


def _plain(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell
