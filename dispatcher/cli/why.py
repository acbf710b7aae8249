"""`why`: what happened to one customer, each reason in words, and what is planned next. No address is shown."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.cli.telling import earliest, reasons, shown
from dispatcher.exit_codes import ExitCode
from dispatcher.ops.clock import clock_for
from schemas.journal import JournalRecord
from schemas.values import Millis, to_millis

if TYPE_CHECKING:
    from dispatcher.cli.answer import Answer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(why)


def why(
    customer: str = typer.Argument(help="The customer's id.", metavar="CUSTOMER"),
    invoice: str | None = typer.Option(None, "--invoice", help="Only what concerns this invoice."),
    at: str | None = typer.Option(None, "--at", help="As of this instant, ISO 8601; UTC without an offset."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object."),
) -> None:
    """Tell what happened to a customer and why. And what is planned: when, how, and who is responsible."""
    from dispatcher.cli.answer import answer

    settings = settings_or_stop()
    now = clock_for(settings.clock).now() if at is None else _instant(at)
    found = answer(settings, customer, invoice, now)
    if found is None:
        stop(ExitCode.FINDINGS, f"nothing is known of customer {customer!r}: no event has named this id")
    if as_json:
        print_json(found)
    else:
        _show(found)


def _instant(text: str) -> Millis:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stop(ExitCode.USAGE, f"--at {text!r}: expected an ISO 8601 instant, such as 2026-03-02T09:00:00Z")
    return to_millis(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _show(answer: "Answer") -> None:
    typer.echo(f"customer {answer.customer_id}, policy {answer.policy}")
    typer.echo("\nWhat happened")
    print_table(
        ("at", "invoices", "stage", "channel", "result", "why"),
        [(shown(record.at), *_what(record), reasons(record)) for record in answer.happened],
    )
    ahead = answer.next
    typer.echo(f"\nWhat is planned, as of {shown(ahead.at)} (by {ahead.basis})")
    print_table(
        ("earliest", "invoices", "stage", "channel", "result", "responsible", "why"),
        [(_when(record), *_what(record), record.responsible or "-", reasons(record)) for record in ahead.planned],
    )
    again = "at the next event" if ahead.looks_again_at is None else shown(ahead.looks_again_at)
    typer.echo(f"\nNext contact if nothing happens: {_contact(ahead.next_contact)}")
    typer.echo(f"Looked at again: {again}")


def _contact(record: JournalRecord | None) -> str:
    if record is None:
        return "none is in sight"
    invoices, stage, channel, _ = _what(record)
    return f"{shown(record.at)} by {channel}, stage {stage}, {invoices}, responsible: {record.responsible or '-'}"


def _what(record: JournalRecord) -> tuple[str, str, str, str]:
    invoices = ",".join(record.invoice_ids) or "-"
    return invoices, record.stage or "-", record.channel or "-", record.result


def _when(record: JournalRecord) -> str:
    instant = earliest(record)
    return "-" if instant is None else shown(instant)
