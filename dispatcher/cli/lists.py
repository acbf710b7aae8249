"""`import` and `reconcile`: for billing that has lists and no events; the only check for what was lost before Kafka."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.list_columns import HELP
from dispatcher.cli.list_differences import Difference, Which, differences, stated_invoices
from dispatcher.cli.list_file import list_or_stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings
from schemas import state
from schemas.inbox import InvoiceStated
from schemas.topics import STATE
from schemas.values import Day, from_millis

if TYPE_CHECKING:
    from dispatcher.engine.clients import Kafka
    from schemas.state import Invoice

_LIST = typer.Argument(help="The list: .csv or .jsonl, UTF-8.", metavar="LIST")
_AS_OF = typer.Option(
    None,
    "--as-of",
    help="When the list was true (ISO 8601; UTC without an offset); else when its file was last changed.",
)
_COLUMNS: Final = ("difference", "customer", "invoice", "field", "list", "known")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import", epilog=HELP)(import_list)
    app.command(epilog=HELP)(reconcile)


def import_list(
    file: Path = _LIST,
    as_of: str | None = _AS_OF,
    dry_run: bool = typer.Option(False, "--dry-run", help="Print the events, one a line, and send nothing."),
) -> None:
    """Publish a billing list as events; nothing if one line is wrong. The same list twice states one thing."""
    read = list_or_stop(file, as_of)
    if dry_run:
        for each in read.events:
            sys.stdout.buffer.write(each.value + b"\n")
        sys.stdout.buffer.flush()
        return
    from dispatcher.cli.events import send, show_placed
    from dispatcher.cli.kafka import on_kafka

    settings = settings_or_stop()
    placed = on_kafka(settings, lambda kafka: send(kafka, settings, read.events)) if read.events else []
    show_placed(placed, as_json=False)


def reconcile(
    file: Path = _LIST,
    as_of: str | None = _AS_OF,
    overdue_only: bool = typer.Option(
        False,
        "--overdue-only",
        help="The list holds only what was overdue then: what was not due yet is not missed in it.",
    ),
    creditor: str | None = typer.Option(None, "--creditor", help="The list holds only invoices of this creditor."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a difference."),
) -> None:
    """Compare a billing list with what the dispatcher knows. Exit 1: something is missing, extra or different."""
    from dispatcher.cli.kafka import on_kafka

    read = list_or_stop(file, as_of)
    settings = settings_or_stop()
    listed = {
        (each.event.customer_id, each.event.fact.invoice_id): each.event.fact
        for each in read.events
        if isinstance(each.event.fact, InvoiceStated)
    }
    known = on_kafka(settings, lambda kafka: _known(kafka, settings))
    ours = {
        which: each
        for which, each in known.items()
        if creditor is None or each.creditor_id == creditor or which in listed
    }
    stated_at = max((each.event.at for each in read.events), default=None)
    overdue_at = None if stated_at is None or not overdue_only else _day(stated_at)
    found = list(differences(listed, ours, overdue_at=overdue_at))
    show_differences(found, len(listed), as_json=as_json)
    if found:
        raise typer.Exit(ExitCode.FINDINGS)


async def _known(kafka: "Kafka", settings: Settings) -> "dict[Which, Invoice]":
    """Every invoice of the state topic: of each customer the record that was written last."""
    from dispatcher.cli.kafka import existing
    from dispatcher.engine.log_position import WATERMARK_KEY

    topic = settings.topic(STATE)
    await existing(kafka, topic)
    latest: dict[bytes, bytes | None] = {}
    async for record in kafka.read(topic):
        if record.key is not None and record.key != WATERMARK_KEY:
            latest[record.key] = record.value
    known: dict[Which, Invoice] = {}
    for key, value in latest.items():
        if value is not None:
            try:
                known.update(stated_invoices(key.decode(), state.decode(value)))
            except (ValueError, msgspec.DecodeError) as unreadable:
                stop(ExitCode.REFUSED, f"{topic}: {unreadable}; use the release of the workers")
    return known


def _day(at_us: int) -> Day:
    return from_millis(at_us // 1000).date().toordinal()


def show_differences(found: list[Difference], listed: int, *, as_json: bool) -> None:
    """One JSON object each, or a table and how many there are."""
    if as_json:
        for each in found:
            print_json(each)
        return
    if found:
        rows = [(each.kind, each.customer_id, each.invoice_id, each.field, each.listed, each.known) for each in found]
        print_table(_COLUMNS, rows)
    typer.echo(f"{listed} invoices listed, {len(found)} differences")
