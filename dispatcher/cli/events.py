"""`validate` and `publish`: the way in for billing teams, with the very errors of intake."""

import asyncio
import time
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.event_lines import Bad, Good, judge, name_of, notes, said
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings
from schemas.trace import headers_of, trace_in

if TYPE_CHECKING:
    from dispatcher.engine.clients import Appended, Kafka

_FILE = typer.Argument(help="One event a line (JSON); '-' reads stdin.", metavar="FILE|-")
_JSON = typer.Option(False, "--json", help="One JSON object a line.")
_AT_ONCE: Final = 1000


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(validate)
    app.command()(publish)


def validate(file: str = _FILE, as_json: bool = _JSON) -> None:
    """Check events offline, exactly as intake would. Exit code 1: at least one would be rejected."""
    good = bad = 0
    for judged in judge(file):
        _note(file, judged)
        if isinstance(judged, Bad):
            bad += 1
            _report(file, judged, as_json=as_json)
        else:
            good += 1
    if not as_json:
        typer.echo(f"{name_of(file)}: {good} valid, {bad} invalid")
    if bad:
        raise typer.Exit(ExitCode.FINDINGS)


def publish(
    file: str = _FILE,
    skip_bad: bool = typer.Option(False, "--skip-bad", help="Leave invalid events out and send the rest."),
    traceparent: str = typer.Option(
        "", "--traceparent", envvar="TRACEPARENT", help="The trace context (W3C) that goes along with the events."
    ),
    as_json: bool = _JSON,
) -> None:
    """Send events to their topics. Keyed by customer; nothing if one is invalid. Waits until all stand."""
    from dispatcher.cli.kafka import on_kafka

    settings = settings_or_stop()
    judged = list(judge(file))
    good = [each for each in judged if isinstance(each, Good)]
    bad = [each for each in judged if isinstance(each, Bad)]
    for each in judged:
        _note(file, each)
    for each in bad:
        _report(file, each, as_json=as_json)
    if bad and not skip_bad:
        stop(
            ExitCode.FINDINGS,
            f"{name_of(file)}: {len(bad)} of {len(judged)} events are invalid; nothing was sent",
        )
    trace = trace_in(traceparent)
    if traceparent and not trace:
        typer.echo("dispatcher: the traceparent is no trace context (W3C); events go without one", err=True)
    placed = on_kafka(settings, lambda kafka: send(kafka, settings, good, trace)) if good else []
    show_placed(placed, as_json=as_json)
    if bad:
        raise typer.Exit(ExitCode.FINDINGS)


def _note(file: str, judged: Good | Bad) -> None:
    for line in notes(file, judged, time.time_ns() // 1000):
        typer.echo(line, err=True)


def _report(file: str, bad: Bad, *, as_json: bool) -> None:
    refusal = bad.refusal
    if as_json:
        found = {"line": bad.line, "reason": refusal.reason, "path": refusal.path, "message": refusal.message}
        known = {"ce_id": refusal.ce_id, "ce_source": refusal.ce_source, "ce_type": refusal.ce_type}
        print_json(found | {name: value for name, value in known.items() if value is not None})
    else:
        typer.echo(said(file, bad), err=True)


async def send(
    kafka: "Kafka", settings: Settings, events: Sequence[Good], trace: str = ""
) -> list[tuple[str, "Appended"]]:
    """Each event to its topic, keyed by customer, and where they stand once all do; all have the trace context, if any.

    Raises:
        KafkaAway: some may stand; how many do is said on stderr.
    """
    from dispatcher.cli.kafka import existing

    for topic in sorted({event.topic for event in events}):
        await existing(kafka, settings.topic(topic))
    placed: list[tuple[str, Appended]] = []
    headers = tuple(headers_of(trace))
    # The first goes alone: it opens the connection that the others share.
    for start, end in ((0, 1), *((at, at + _AT_ONCE) for at in range(1, len(events), _AT_ONCE))):
        topics = [settings.topic(event.topic) for event in events[start:end]]
        answers = await asyncio.gather(
            *(
                kafka.publish(topic, event.event.customer_id.encode(), event.value, headers)
                for topic, event in zip(topics, events[start:end], strict=True)
            ),
            return_exceptions=True,
        )
        for topic, answer in zip(topics, answers, strict=True):
            if not isinstance(answer, BaseException):
                placed.append((topic, answer))
        if fault := next((answer for answer in answers if isinstance(answer, BaseException)), None):
            typer.echo(f"dispatcher: {len(placed)} of {len(events)} events stand; publish all again", err=True)
            raise fault
    return placed


def show_placed(placed: Sequence[tuple[str, "Appended"]], *, as_json: bool) -> None:
    """Where events stand, by topic and partition."""
    places = sorted((topic, where.partition, where.offset) for topic, where in placed)
    rows = []
    for (topic, partition), group in groupby(places, key=lambda place: place[:2]):
        offsets = [offset for _, _, offset in group]
        rows.append((topic, partition, len(offsets), offsets[0], offsets[-1]))
    if as_json:
        columns = ("topic", "partition", "events", "first_offset", "last_offset")
        for row in rows:
            print_json(dict(zip(columns, row, strict=True)))
    else:
        if rows:
            print_table(("topic", "partition", "events", "from", "to"), [tuple(map(str, row)) for row in rows])
        typer.echo(f"{len(placed)} events published")
