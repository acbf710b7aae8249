"""`reports NAME`: one figure of the archive; `reports month`: all of them in a folder; `reports compare`: against a list."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.list_columns import HELP
from dispatcher.cli.output import print_table
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dispatcher.archive.figures.asking import Question

NAMES: Final = {
    "recovery": "Of what was overdue, how much was recovered.",
    "bad-debt": "Of what was overdue, how much turned bad.",
    "timeliness": "Of the contacts that were due, how many were made in time.",
    "satisfaction": "How satisfied customers say they are.",
    "ageing": "What is overdue at the end of the last day, by how long.",
    "rolls": "Where invoices of each age went in the period.",
    "promises": "Of the promises to pay, how many were kept.",
    "lag": "How long it takes from a contact to a payment.",
    "results": "What came of contacts, by channel, stage, tier and variant.",
    "suppressed": "How often a contact was not made, and by which rule.",
    "opt-outs": "How many opt-outs there were.",
    "complaints": "Complaints, disputes and cases of hardship.",
    "costs": "What contacts cost, each and for what was recovered.",
    "collectors": "What each collector did, and what came of it.",
    "conduct": "What should be looked into of each collector's conduct.",
    "overdue": "The list of what is overdue at the end of the last day.",
}
"""Every figure with what it says; the figures themselves are loaded when one is asked for."""

_MONTH = typer.Option(None, "--month", help="Such as 2026-11. Default: the month that it is.", metavar="MONTH")
_FIRST = typer.Option(None, "--from", help="The first day.", metavar="DATE")
_LAST = typer.Option(None, "--to", help="The last day, included.", metavar="DATE")
_BY = typer.Option(
    None,
    "--by",
    help="What results are told apart by: some of channel, stage, phase, tier, variant, creditor_id, policy, task.",
    metavar="NAMES",
)
_OUT = typer.Option(..., "--out", help="Folder for the page and the files; made if missing.", metavar="DIR")
_LIST = typer.Argument(help="Finance's list: .csv or .jsonl, UTF-8.", metavar="LIST")
_AS_CSV = typer.Option(False, "--csv", help="As CSV: amounts in minor units, shares of 1.")
_AS_JSON = typer.Option(False, "--json", help="One JSON object, with the definition.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Figures of the archive.", no_args_is_help=True, rich_markup_mode=None)
    for name, says in NAMES.items():
        group.command(name, help=says)(_report(name))
    group.command()(month)
    group.command(epilog=HELP)(compare)
    app.add_typer(group, name="reports")


def _report(name: str) -> Callable[..., None]:
    def report(  # noqa: PLR0917  the options of the command
        month: str | None = _MONTH,
        first: str | None = _FIRST,
        last: str | None = _LAST,
        by: str | None = _BY,
        as_csv: bool = _AS_CSV,
        as_json: bool = _AS_JSON,
    ) -> None:
        from dispatcher.archive.figures.reading import rows_of
        from dispatcher.archive.figures.register import FIGURES
        from dispatcher.gateway.reports.cells import csv_of
        from dispatcher.gateway.reports.files import as_json as json_of

        figure = FIGURES[name]
        settings = settings_or_stop()
        engine = _archive(settings)
        question = _question(settings, engine, month, first, last, by)
        rows = rows_of(engine, figure, question)
        if as_json:
            sys.stdout.buffer.write(json_of(figure, question, rows) + b"\n")
        elif as_csv:
            sys.stdout.buffer.write(csv_of(figure, rows).encode())
        else:
            _tell(name, question, engine)
        sys.stdout.buffer.flush()

    return report


def month(
    out: Path = _OUT,
    month: str | None = typer.Option(
        None, "--month", help="Such as 2026-11. Default: the last one that is over.", metavar="MONTH"
    ),
    language: str = typer.Option("en", "--language", help="en or zh-CN.", metavar="TAG"),
) -> None:
    """Write the whole report of a month. One page to read and print, and a CSV a figure. Fit for cron."""
    from dispatcher.gateway.reports.languages import REPORT_WORDS
    from dispatcher.gateway.reports.monthly import write_month

    words = next((each for tag, each in REPORT_WORDS.items() if tag == language), None)
    if words is None:
        stop(ExitCode.USAGE, f"--language {language}: expected one of {', '.join(REPORT_WORDS)}")
    settings = settings_or_stop()
    engine = _archive(settings)
    question = _question(settings, engine, month or _last_month(settings), None, None, None)
    try:
        page = write_month(engine, question, words, language, out)
    except OSError as fault:
        stop(ExitCode.USAGE, f"{out}: {fault.strerror}; expected a folder that can be written")
    typer.echo(str(page))


def compare(
    file: Path = _LIST,
    day: str | None = typer.Option(
        None, "--day", help="At the end of which day it was true. Default: yesterday.", metavar="DATE"
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a difference."),
) -> None:
    """Compare finance's list of the overdue with ours. Exit code 1: they differ."""
    from dispatcher.cli.list_file import list_or_stop
    from dispatcher.cli.lists import show_differences
    from dispatcher.cli.overdue_differences import overdue_differences

    settings = settings_or_stop()
    engine = _archive(settings)
    at = day or _yesterday(settings)
    question = _question(settings, engine, None, at, at, None)
    read = list_or_stop(file, None)
    found = overdue_differences(engine, question, read.events)
    show_differences(found, len(read.events), as_json=as_json)
    if found:
        raise typer.Exit(ExitCode.FINDINGS)


def _tell(name: str, question: "Question", engine: "Engine") -> None:
    from dispatcher.archive.figures.reading import rows_of
    from dispatcher.archive.figures.register import FIGURES
    from dispatcher.gateway.reports.drawing import drawn
    from dispatcher.gateway.reports.files import when
    from dispatcher.gateway.reports.languages import REPORT_WORDS

    words = REPORT_WORDS["en"]
    figure = drawn(FIGURES[name], rows_of(engine, FIGURES[name], question), words)
    typer.echo(f"{figure.title}, {words.period.format(**when(question))}")
    if not figure.rows:
        typer.echo(words.none)
        return
    print_table([text for text, _ in figure.heads], [[cell.text for cell in row] for row in figure.rows])
    if figure.all_rows > len(figure.rows):
        typer.echo(f"{figure.all_rows - len(figure.rows)} further rows: --csv prints all")


def _archive(settings: Settings) -> "Engine":
    from sqlalchemy.exc import DBAPIError

    from dispatcher.archive import schema
    from dispatcher.archive.database import DatabaseUnsuitable
    from dispatcher.archive.opening import archive_of

    try:
        archive = archive_of(settings)
        if archive is None:
            stop(ExitCode.SETTINGS, "there is no archive: `dispatcher archive` fills one")
        if schema.found(archive.engine) != schema.wanted():
            stop(ExitCode.SETTINGS, "the archive's tables are not of this release: run `dispatcher archive migrate`")
    except DatabaseUnsuitable as unsuitable:
        stop(ExitCode.SETTINGS, str(unsuitable))
    except DBAPIError as fault:
        kind = type(fault.orig).__name__
        stop(ExitCode.SETTINGS, f"the archive's database does not answer ({kind}): DISPATCHER_DATABASE_URL")
    return archive.engine


def _question(  # noqa: PLR0917  what can be asked
    settings: Settings, engine: "Engine", month: str | None, first: str | None, last: str | None, by: str | None
) -> "Question":
    from dispatcher.archive.database import reading
    from dispatcher.archive.figures.reading import reached
    from dispatcher.gateway.reports.asked import BadQuestion, question_of

    given = {"month": month or "", "from": first or "", "to": last or "", "by": by or ""}
    with reading(engine) as connection:
        as_of = reached(connection)
    question = question_of(given, settings.reports, _now(settings), as_of)
    if isinstance(question, BadQuestion):
        stop(ExitCode.USAGE, question.why)
    return question


def _now(settings: Settings) -> int:
    from dispatcher.ops.clock import clock_for

    return clock_for(settings.clock).now()


def _yesterday(settings: Settings) -> str:
    from dispatcher.archive.figures.periods import day_at
    from schemas.values import to_date

    return to_date(day_at(_now(settings), settings.reports.zone) - 1).isoformat()


def _last_month(settings: Settings) -> str:
    from dispatcher.archive.figures.periods import month_at
    from schemas.values import to_date

    first = month_at(_now(settings), settings.reports.zone).first
    return to_date(first - 1).strftime("%Y-%m")
