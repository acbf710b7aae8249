"""`settings` and `doctor`: what this installation is told to be, and what is wrong with it."""

import typer

from dispatcher.cli.ending import settings_or_stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode

_JSON = typer.Option(False, "--json", help="One JSON object a line.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(settings)
    app.command()(doctor)


def settings(as_json: bool = _JSON) -> None:
    """Show every setting and its origin. With its meaning and what may stand there; secrets are masked."""
    entries = settings_or_stop().entries
    if as_json:
        for entry in entries:
            print_json(entry)
        return
    print_table(
        ("variable", "value", "origin", "expected", "meaning"),
        [(entry.variable, entry.shown, entry.origin, entry.expected, entry.meaning) for entry in entries],
    )


def doctor(as_json: bool = _JSON) -> None:
    """Say what is wrong with this installation. And what to do about it; exit code 1: something is."""
    from dispatcher.cli.examination import examine

    findings = examine()
    if as_json:
        for finding in findings:
            print_json(finding)
    else:
        print_table(
            ("", "part", "found", "to do"),
            [(finding.verdict, finding.part, finding.found, finding.advice) for finding in findings],
        )
    if any(finding.verdict == "wrong" for finding in findings):
        raise typer.Exit(ExitCode.FINDINGS)
