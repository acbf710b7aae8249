"""`verify --archive`: does the archive still say what was written?"""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer

from dispatcher.cli.ending import stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings

if TYPE_CHECKING:
    from dispatcher.archive.checking import End, Report


def verify_archive(settings: Settings, ends: Path | None, *, as_json: bool) -> ExitCode:
    """Make all seals and links anew and say what differs."""
    from sqlalchemy.exc import DBAPIError

    from dispatcher.archive import schema
    from dispatcher.archive.checking import check
    from dispatcher.archive.database import DatabaseUnsuitable, address, opened
    from dispatcher.archive.store import WrongSecret, ours_or_raise

    noted = _noted(ends)
    away = "the archive's database does not answer ({}): DISPATCHER_DATABASE_URL"
    try:
        engine = opened(address(settings))
        if schema.found(engine) != schema.wanted():
            stop(
                ExitCode.SETTINGS,
                "the archive's tables are not those of this release: run `dispatcher archive migrate`",
            )
        ours_or_raise(engine, settings.archive_key)
        report = check(engine, settings.archive_key, noted)
    except (DatabaseUnsuitable, WrongSecret) as unsuitable:
        stop(ExitCode.SETTINGS, str(unsuitable))
    except DBAPIError as fault:
        stop(ExitCode.SETTINGS, away.format(type(fault.orig).__name__))
    engine.dispose()
    if as_json:
        print_json(report)
    else:
        _show(report)
    return ExitCode.FINDINGS if report.findings else ExitCode.OK


def _noted(file: Path | None) -> "tuple[End, ...]":
    from dispatcher.archive.checking import Report

    if file is None:
        return ()
    try:
        return msgspec.json.decode(file.read_bytes(), type=Report).ends
    except OSError as fault:
        stop(ExitCode.USAGE, f"{file}: {fault.strerror}")
    except msgspec.DecodeError:
        stop(ExitCode.USAGE, f"{file}: expected what `dispatcher verify --archive --json` prints")


def _show(report: "Report") -> None:
    if report.findings:
        print_table(
            ("", "partition", "record", "offset", "what"),
            [
                (
                    each.kind,
                    str(each.partition),
                    str(each.number),
                    "-" if each.offset < 0 else str(each.offset),
                    each.says,
                )
                for each in report.findings
            ],
        )
    found = f"{len(report.findings)} are wrong" if report.findings else "all as they were written"
    emptied = f"{report.erased} of them erased, {report.expired} expired"
    typer.echo(f"{report.records} records in {len(report.ends)} chains, {emptied}; {found}")
