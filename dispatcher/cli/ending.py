"""How a command ends early: one line on stderr and the exit code that it means."""

import os
from typing import NoReturn

import typer

from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings, SettingsProblems, load


def stop(code: ExitCode, message: str) -> NoReturn:
    """Say why on stderr and end with `code`."""
    typer.echo(f"dispatcher: {message}", err=True)
    raise typer.Exit(code)


def settings_or_stop() -> Settings:
    """The settings of this process; where some are wrong, each is named and the command ends."""
    found = load(os.environ)
    if isinstance(found, SettingsProblems):
        for problem in found.problems:
            typer.echo(f"dispatcher: {problem}", err=True)
        raise typer.Exit(ExitCode.SETTINGS)
    for warning in found.warnings:
        typer.echo(f"dispatcher: warning: {warning}", err=True)
    return found
