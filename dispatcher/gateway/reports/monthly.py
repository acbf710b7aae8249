"""The whole report of a month as files: one page that needs nothing else, and a CSV a figure."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Engine

from dispatcher.archive.figures.asking import Question
from dispatcher.archive.figures.reading import rows_of
from dispatcher.archive.figures.register import FIGURES
from dispatcher.gateway.reports.cells import csv_of
from dispatcher.gateway.reports.drawing import drawn
from dispatcher.gateway.reports.files import when
from dispatcher.gateway.reports.words import ReportWords
from dispatcher.gateway.staff.statics import FILES

PAGE: Final = "report.html"
_MOST_ROWS: Final = 200
_STYLES: Final = ("staff.css", "reports.css")


def write_month(engine: Engine, question: Question, words: ReportWords, language: str, folder: Path) -> Path:
    """Write the files into a folder, which is made if missing; returns the page. Files of a former run are replaced.

    The page leaves out who owes what: its files alone name customers.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shown = []
    for figure in FIGURES.values():
        rows = rows_of(engine, figure, question)
        (folder / f"{figure.name}.csv").write_text(csv_of(figure, rows), "utf-8", newline="")
        if not figure.personal:
            shown.append(drawn(figure, rows, words, _MOST_ROWS))
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = "\n".join(FILES[name].content.decode() for name in _STYLES)
    told = {"question": when(question), "shown": shown, "report": words, "language": language, "style": style}
    page = folder / PAGE
    page.write_text(environment.get_template("month.html").render(told), "utf-8")
    return page
