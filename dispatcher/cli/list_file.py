"""A billing list from its file, or the end of the command with everything that is wrong with it."""

from datetime import UTC, datetime
from pathlib import Path

import typer

from dispatcher.cli.billing_list import BillingList, billing_list
from dispatcher.cli.ending import stop
from dispatcher.cli.instants import instant
from dispatcher.cli.list_columns import BadHeader
from dispatcher.exit_codes import ExitCode
from schemas.values import from_millis


def list_or_stop(file: Path, as_of: str | None) -> BillingList:
    """The list, every line of it good; `as_of` says when it was true, else its file's last change does."""
    try:
        stated = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
        text = file.read_text("utf-8-sig")
    except OSError as fault:
        stop(ExitCode.USAGE, f"{file}: {fault.strerror}; expected a billing list, .csv or .jsonl")
    except UnicodeDecodeError:
        stop(ExitCode.USAGE, f"{file}: expected text in UTF-8; save the list again in that encoding")
    if as_of is not None:
        stated = from_millis(instant("--as-of", as_of))
    read = billing_list(text, json_lines=file.suffix.lower() in {".jsonl", ".ndjson"}, as_of=stated)
    if isinstance(read, BadHeader):
        stop(ExitCode.USAGE, f"{file}: {read.why}")
    for bad in read.bad:
        typer.echo(f"{file}: {bad}", err=True)
    if read.bad:
        stop(ExitCode.USAGE, f"{file}: {len(read.bad)} lines are wrong; nothing was done")
    if read.ignored:
        typer.echo(f"{file}: columns that are not read: {', '.join(read.ignored)}", err=True)
    return read
