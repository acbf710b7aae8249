"""`verify`: does what went in agree with what came out? Reads the topics anew and judges them by rules of its own."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.instants import instant
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings
from schemas import topics
from schemas.values import CHANNELS, Channel, Millis

if TYPE_CHECKING:
    from dispatcher.engine.clients import Kafka
    from dispatcher.verify.completeness import Extents
    from dispatcher.verify.findings import Report
    from dispatcher.verify.providers import Message
    from dispatcher.verify.reading import Reader

_JSON = typer.Option(False, "--json", help="One JSON object: violations {I1: n, ...}, rows, cannot_judge, looked.")
_POLICY = typer.Option([], "--policy", help="Text of a policy that the journal names by its hash; may be repeated.")
_SENT = typer.Option(
    [],
    "--provider-journal",
    help="What a provider took, one JSON object (at, to) a line: sms=FILE, email=FILE; repeated for each account.",
)
_SETTLE = typer.Option(300, "--settle", min=0, help="Seconds for which events and claims may still be under way.")

_ARCHIVE = typer.Option(
    False, "--archive", help="Check the archive instead: was one of its records changed, taken out or put in?"
)
_ENDS = typer.Option(
    None,
    "--ends",
    help="With --archive: what an earlier --archive --json printed; the chains must still lead to there.",
)

_METRICS = typer.Option(
    None, "--metrics", help="Write the counts there too, as Prometheus reads them (textfile collector; name it *.prom)."
)

_UNJUDGED: Final = 2
"""Exit code where something is missing for a verdict (and no violation was found)."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Exit codes: 0 clean; 1 violations; 2 no violation found, but not all could be judged.")(verify)


def verify(  # noqa: PLR0917  its options
    since: str | None = typer.Option(None, "--since", help="Judge only what happened from this instant on (ISO 8601)."),
    policy: list[Path] = _POLICY,
    provider_journal: list[str] = _SENT,
    settle: int = _SETTLE,
    archive: bool = _ARCHIVE,
    ends: Path | None = _ENDS,
    metrics: Path | None = _METRICS,
    as_json: bool = _JSON,
) -> None:
    """Check that nothing was lost, sent twice or sent against a rule. Independent of the code that decides."""
    from dispatcher.cli.kafka import on_kafka
    from dispatcher.verify.check import check
    from dispatcher.verify.point_log import PointLog
    from dispatcher.verify.reading import Reader
    from dispatcher.verify.spool import Spool

    settings = settings_or_stop()
    if archive:
        from dispatcher.cli.verify_archive import verify_archive

        raise typer.Exit(verify_archive(settings, ends, as_json=as_json))
    if ends is not None:
        stop(ExitCode.USAGE, "--ends needs --archive")
    earliest = None if since is None else instant("--since", since)
    messages = provider_journals(provider_journal)
    settled: Millis = time.time_ns() // 1_000_000 - settle * 1000
    with Spool() as spool:
        reader = Reader(spool, settings.topic_prefix, PointLog(settings.point_key))
        for file in [*policy, *([settings.policy] if settings.policy is not None else [])]:
            reader.policy(_text(file))
        extents, taken = on_kafka(settings, lambda kafka: _read(kafka, settings, reader))
        report = check(reader, extents=extents, taken=taken, settled=settled, messages=messages, since=earliest)
    if metrics is not None:
        _write_metrics(report, metrics)
    if as_json:
        print_json(report)
    else:
        _show(report)
    if report.rows:
        raise typer.Exit(ExitCode.FINDINGS)
    if report.cannot_judge:
        raise typer.Exit(_UNJUDGED)


async def _read(
    kafka: "Kafka", settings: Settings, reader: "Reader"
) -> "tuple[Extents, Mapping[tuple[str, int], int]]":
    """Everything, inputs first and the journal late: what follows from the others is then in it, or under way."""
    from dispatcher.cli.kafka import existing
    from dispatcher.verify.reading import Raw

    extents: dict[tuple[str, int], tuple[int, int]] = {}
    taken: dict[tuple[str, int], int] = {}
    for name in (
        *topics.INPUTS,
        topics.REJECTED,
        topics.STATE,
        topics.TASKS,
        topics.INBOX,
        topics.JOURNAL,
        topics.POLICY,
        topics.POINTS,
    ):
        topic = settings.topic(name)
        if name in {topics.POLICY, topics.POINTS} and await kafka.partitions(topic) is None:
            continue
        await existing(kafka, topic)
        if name == topics.INBOX:
            await _read_waiting(kafka, settings, reader)
            continue
        if name in topics.INPUTS:
            positions = await kafka.group_position(settings.topic_prefix + settings.app_id, topic)
            taken |= {(name, partition): offset for partition, offset in positions.items()}
        told = (await kafka.settings(topic)).get("message.timestamp.type") == "LogAppendTime"
        for partition, (begin, end) in (await kafka.ends(topic)).items():
            extents[name, partition] = (begin, end)
            taken.setdefault((name, partition), 0)
        async for record in kafka.read(topic):
            at = record.timestamp if told or name == topics.JOURNAL else 0
            reader.take(Raw(name, record.partition, record.offset, at, record.key, record.value, record.headers))
    return extents, taken


async def _read_waiting(kafka: "Kafka", settings: Settings, reader: "Reader") -> None:
    """What stands in the inbox behind the committed positions."""
    from dispatcher.verify.reading import Raw

    topic = settings.topic(topics.INBOX)
    positions = await kafka.group_position(settings.topic_prefix + settings.app_id, topic)
    for partition, (begin, end) in (await kafka.ends(topic)).items():
        start = max(begin, positions.get(partition, begin))
        if start >= end:
            continue
        async for record in kafka.read(topic, partition=partition, start=start):
            reader.take(Raw(topics.INBOX, partition, record.offset, record.timestamp, record.key, record.value))


def provider_journals(named: list[str]) -> dict[Channel, list["Message"]]:
    """What the providers of each channel took, oldest first, from `CHANNEL=FILE`; several accounts have several files."""
    from dispatcher.verify.providers import messages_of

    found: dict[Channel, list[Message]] = {}
    for each in named:
        channel, _, file = each.partition("=")
        if channel not in CHANNELS or not file:
            stop(ExitCode.USAGE, f"--provider-journal {each!r}: expected sms=FILE or email=FILE")
        try:
            took = messages_of(channel, _text(Path(file)).encode().splitlines())
        except ValueError as fault:
            stop(ExitCode.USAGE, f"{file}: {fault}")
        earlier = found.get(channel)
        found[channel] = took if earlier is None else sorted([*earlier, *took], key=lambda message: message.at)
    return found


def _write_metrics(report: "Report", file: Path) -> None:
    from dispatcher.cli.verify_metrics import page_of, write

    try:
        write(page_of(report, time.time()), file)
    except OSError as fault:
        stop(ExitCode.USAGE, f"{file}: {fault.strerror}")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as fault:
        stop(ExitCode.USAGE, f"{file}: {fault.strerror}")
    except UnicodeDecodeError:
        stop(ExitCode.USAGE, f"{file}: not UTF-8")


def _show(report: "Report") -> None:
    from dispatcher.verify.findings import MEANING

    print_table(
        ("", "violations", "invariant"),
        [(name, str(report.violations[name]), meaning) for name, meaning in MEANING.items()],
    )
    if report.rows:
        typer.echo("")
        print_table(
            ("", "customer", "where", "what"),
            [(each.invariant, each.customer_id or "-", each.coordinates, each.says) for each in report.rows],
        )
    looked = report.looked
    typer.echo(
        f"\n{looked.events} events ({looked.repeated} repeated, {looked.rejected} rejected), {looked.journal} journal "
        f"records and {looked.claims} claims of {looked.customers} customers, {looked.messages} messages of providers; "
        f"{looked.open} still under way, {looked.sent_again} sent again after a doubt"
    )
    for each in report.cannot_judge:
        typer.echo(f"cannot judge: {each}")
    for each in report.not_judged:
        typer.echo(f"not judged here: {each}")
