"""`bounces ingest`: reports of mail systems from files, for installations whose mail system drops them in a folder."""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings

if TYPE_CHECKING:
    from dispatcher.engine.clients import Kafka
    from dispatcher.gateway.appending import Entry, Whereabouts

_STDIN: Final = "-"
_FILE = typer.Argument(help="One mail, a folder of mails (a Maildir too), or '-' for stdin.", metavar="FILE|DIR|-")
_JSON = typer.Option(False, "--json", help="One JSON object a mail.")


@dataclass(frozen=True, slots=True)
class Read:
    """One mail: what it reports in a few words, and what is written of it."""

    name: str
    says: str
    is_report: bool
    entries: tuple["Entry", ...]


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(help="Bounces and complaints by mail.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_bounces)
    group.command("ingest")(ingest)
    app.add_typer(group, name="bounces")


def _bounces() -> None:
    """Read bounces and complaints from files."""


def ingest(file: str = _FILE, as_json: bool = _JSON) -> None:
    """Write down what mails report. Files stay where they are; again changes nothing. Exit code 1: some is no report."""
    from dispatcher.gateway.appending import Whereabouts

    settings = settings_or_stop()
    now = time.time_ns() // 1000
    where, only_ours = Whereabouts(settings.partitions, settings.point_key, now), settings.gateway.bounces == "ours"
    found = [_read(name, raw, where, only_ours=only_ours) for name, raw in _mails(file)]
    entries = [entry for each in found for entry in each.entries]
    if entries:
        _write(settings, entries)
    if as_json:
        for each in found:
            print_json({"mail": each.name, "says": each.says, "written": len(each.entries)})
    else:
        print_table(("mail", "says", "written"), [(each.name, each.says, str(len(each.entries))) for each in found])
    if not all(each.is_report for each in found):
        raise typer.Exit(ExitCode.FINDINGS)


def _read(name: str, raw: bytes, where: "Whereabouts", *, only_ours: bool) -> Read:
    from channels.email_bounces import NotAReport
    from dispatcher.gateway.word_of_mail import told

    answer = told(raw, where, only_ours=only_ours)
    if isinstance(answer, NotAReport):
        return Read(name, f"not a report: {answer.why}", is_report=False, entries=())
    return Read(name, ", ".join(answer.kinds) or "arrived", is_report=True, entries=answer.entries)


def _mails(file: str) -> Iterator[tuple[str, bytes]]:
    from channels.email_bounces import LARGEST

    if file == _STDIN:
        yield "stdin", sys.stdin.buffer.read(LARGEST + 1)
        return
    path = Path(file)
    try:
        for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if path.is_dir() and (not each.is_file() or _is_unfinished(each.relative_to(path))):
                continue
            with each.open("rb") as mail:
                yield str(each.relative_to(path) if path.is_dir() else each), mail.read(LARGEST + 1)
    except OSError as fault:
        stop(ExitCode.USAGE, f"{file}: {fault.strerror}; expected a mail or a folder of mails")


def _is_unfinished(path: Path) -> bool:
    """Hidden files, and what a Maildir is still being given."""
    return any(part.startswith(".") or part == "tmp" for part in path.parts)


def _write(settings: Settings, entries: Sequence["Entry"]) -> None:
    from dispatcher.cli.kafka import existing, on_kafka

    async def append(kafka: "Kafka") -> None:
        for topic in sorted({each.topic for each in entries}):
            await existing(kafka, settings.topic(topic))
        for each in entries:
            await kafka.publish(settings.topic(each.topic), each.key, each.value, (), each.partition)

    on_kafka(settings, append)
