"""Instants that people write on a command line."""

from datetime import UTC, datetime

from dispatcher.cli.ending import stop
from dispatcher.exit_codes import ExitCode
from schemas.values import Millis, to_millis


def instant(option: str, text: str) -> Millis:
    """The instant of an ISO 8601 text, in UTC where it names no offset; ends the command where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stop(ExitCode.USAGE, f"{option} {text!r}: expected an ISO 8601 instant, such as 2026-03-02T09:00:00Z")
    return to_millis(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
