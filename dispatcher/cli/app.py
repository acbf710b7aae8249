"""The commands under one name, and what becomes of a fault: one line and an exit code."""

import sys
import traceback
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from dispatcher import __version__
from dispatcher.cli import (
    archive,
    bounces,
    brakes,
    compare,
    configuration,
    decide,
    desk,
    doubt,
    events,
    gateway,
    journal,
    keys,
    lists,
    messages,
    parked,
    point,
    policy,
    presets,
    rejected,
    running,
    simulate,
    topics,
    verify,
    why,
)
from dispatcher.exit_codes import ExitCode
from dispatcher.ops.redaction import told

app = typer.Typer(
    name="dispatcher",
    help="Billing events in, reminders out, and a record of every decision.",
    epilog="Settings are environment variables: see `dispatcher settings`. Exit codes: "
    + "; ".join(f"{code.value} {code.meaning}" for code in ExitCode),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


@app.callback(invoke_without_command=True)
def dispatcher(
    version: bool = typer.Option(False, "--version", help="Print the version and end."),
) -> None:
    """Billing events in, reminders out, and a record of every decision."""
    if version:
        typer.echo(f"dispatcher {__version__}")
        raise typer.Exit


for group in (
    running,
    gateway,
    desk,
    archive,
    topics,
    events,
    lists,
    decide,
    journal,
    messages,
    why,
    rejected,
    parked,
    doubt,
    bounces,
    brakes,
    point,
    keys,
    verify,
    configuration,
    policy,
    compare,
    simulate,
    presets,
):
    group.register(app)


def main() -> NoReturn:
    """Run the command of this process's arguments, and end the process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command and return its exit code; what went wrong stands on stderr."""
    try:
        code = app(arguments, prog_name="dispatcher", standalone_mode=False)
    except TyperException as wrong:
        return _say(ExitCode.USAGE, f"{wrong.format_message().rstrip('.')}: see `dispatcher --help`")
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except SystemExit:
        # Only a broken pipe ends like this: whoever read our output has seen enough, and that is no fault.
        return ExitCode.OK
    except Exception as fault:  # noqa: BLE001 - the last line: the frames help, values could be personal
        for frame in traceback.format_tb(fault.__traceback__):
            sys.stderr.write(frame)
        return _say(ExitCode.CRASH, told(fault))
    return code if isinstance(code, int) else ExitCode.OK


def _say(code: ExitCode, message: str) -> int:
    typer.echo(f"dispatcher: {' '.join(message.split())}", err=True)
    return code
