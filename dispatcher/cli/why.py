"""`why`: what happened to one customer, each reason in words, and what is planned next. No address is shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec
import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.instants import instant
from dispatcher.cli.output import print_json, print_table
from dispatcher.cli.telling import sentences, shown
from dispatcher.exit_codes import ExitCode
from dispatcher.ops.clock import clock_for
from schemas.journal import JournalRecord
from schemas.trace import trace_id

if TYPE_CHECKING:
    from dispatcher.cli.answer import Answer, Origin, Source
    from dispatcher.cli.archived import Beside
    from dispatcher.cli.prospect import Planned, Prospect


_SOURCES: Final[Mapping[str, "Source"]] = {"archive": "archive", "topics": "topics"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(why)


def why(
    customer: str = typer.Argument(help="The customer's id.", metavar="CUSTOMER"),
    invoice: str | None = typer.Option(None, "--invoice", help="Only what concerns this invoice."),
    at: str | None = typer.Option(None, "--at", help="As of this instant, ISO 8601; UTC without an offset."),
    source: str | None = typer.Option(
        None,
        "--from",
        help="archive or topics; unset: the archive, where there is one that has everything, else the topics.",
        metavar="SOURCE",
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object."),
) -> None:
    """Tell what happened to a customer and why. And what is planned: when, how, and who is responsible."""
    from dispatcher.cli.answer import answer

    if source is not None and source not in _SOURCES:
        stop(ExitCode.USAGE, "expected --from archive or --from topics")
    settings = settings_or_stop()
    now = clock_for(settings.clock).now() if at is None else instant("--at", at)
    found = answer(settings, customer, invoice, now, _SOURCES[source] if source is not None else None)
    if found is None:
        stop(ExitCode.FINDINGS, f"nothing is known of customer {customer!r}: no event has named this id")
    if as_json:
        print_json(found)
    else:
        _show(found)


def _show(answer: "Answer") -> None:
    ahead = answer.next
    said = {each.record_id: each for each in answer.beside}
    typer.echo(f"customer {answer.customer_id}, policy {answer.policy}")
    typer.echo(_origin(answer.origin))
    typer.echo("\nWhat happened")
    print_table(
        ("at", "invoices", "stage", "channel", "result", "why"),
        [
            (
                shown(each.at),
                _ids(each.invoice_ids),
                each.stage or "-",
                each.channel or "-",
                each.result,
                _why(each) + _said(said.get(each.record_id)) + _traced(each),
            )
            for each in answer.happened
        ],
    )
    if answer.told:
        typer.echo("\nThe last decision about each invoice")
    for paragraph in answer.told:
        typer.echo(f"  {paragraph}")
    typer.echo(f"\nWhat is planned, as of {shown(ahead.at)} (by {ahead.basis})")
    print_table(
        ("earliest", "invoices", "stage", "channel", "result", "responsible", "why"),
        [
            (
                "-" if each.earliest is None else shown(each.earliest),
                _ids(each.invoice_ids),
                each.stage or "-",
                each.channel or "-",
                each.result,
                each.responsible or "-",
                _why(each),
            )
            for each in ahead.planned
        ],
    )
    again = "at the next event" if ahead.looks_again_at is None else shown(ahead.looks_again_at)
    typer.echo(f"\nNext contact if nothing happens: {_contact(ahead)}")
    typer.echo(f"Looked at again: {again}")


def _origin(origin: "Origin") -> str:
    if origin.source == "topics":
        return "told from the topics, as they are now"
    written = "" if origin.written_up_to is None else f", written up to {shown(origin.written_up_to)}"
    fresh = "it has everything" if origin.behind == 0 else "Kafka was not asked for what came later"
    return f"told from the archive{written}: {fresh}"


def _said(beside: "Beside | None") -> str:
    """What the event said, and what proves the words, after the reasons."""
    if beside is None:
        return ""
    known = {} if beside.said is None else msgspec.to_builtins(beside.said)
    words = [f"{name}={value}" for name, value in known.items() if name != "event"]
    words += [f"{each.kind} sha256={each.sha256}" for each in beside.words]
    return f" ({', '.join(words)})" if words else ""


def _traced(record: JournalRecord) -> str:
    """The id by which whoever traces finds it."""
    trace = record.known_trace
    return f" (trace {trace_id(trace)})" if trace else ""


def _contact(ahead: "Prospect") -> str:
    planned, forbidden = ahead.next_contact, ahead.forbidden
    if planned is None or planned.earliest is None:
        if forbidden is None or forbidden.earliest is None:
            return "none is in sight"
        would_be = f"stage {forbidden.stage or '-'}, {_ids(forbidden.invoice_ids)}"
        return f"none is in sight; {shown(forbidden.earliest)} {would_be}: {_why(forbidden)}"
    by = f"by {planned.channel}, stage {planned.stage}, {_ids(planned.invoice_ids)}"
    return f"{shown(planned.earliest)} {by}, responsible: {planned.responsible or '-'}"


def _ids(invoice_ids: tuple[str, ...]) -> str:
    return ",".join(invoice_ids) or "-"


def _why(said: "JournalRecord | Planned") -> str:
    return sentences(said.reasons, said.result)
