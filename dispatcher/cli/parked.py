"""`parked list`, `show` and `replay`: decisions that failed, with the events behind them, and another try at them."""

from typing import TYPE_CHECKING, Final

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.cli.set_aside import Parked, parked_of
from dispatcher.cli.telling import sentences, shown
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings
from schemas import codec, inbox, topics
from schemas.journal import CauseRecord, decode_journal

if TYPE_CHECKING:
    from dispatcher.engine.clients import Kafka, Record

_JSON = typer.Option(False, "--json", help="One JSON object a line.")
_IDS = typer.Argument(None, help="As `parked list` names them.", metavar="[ID...]")
_GONE: Final = "the topic holds the event no more: publish it again at its source"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Decisions that failed and were set aside.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(list_parked)
    group.command("show")(show_parked)
    group.command("replay")(replay_parked)
    app.add_typer(group, name="parked")


def list_parked(
    everything: bool = typer.Option(False, "--all", help="Also what has been applied since."), as_json: bool = _JSON
) -> None:
    """Name what was set aside. Whose it is, why, which event was behind it, and what becomes of it."""
    found = [each for each in _all(settings_or_stop()) if everything or each.standing != "applied since"]
    if as_json:
        for each in found:
            print_json(_told(each))
        return
    print_table(
        ("id", "at", "why", "where", "event", "times", "now"),
        [
            (each.id, shown(each.record.at), each.code, each.where, each.event, str(each.times), each.standing)
            for each in found
        ],
    )


def show_parked(
    identity: str = typer.Argument(help="As `parked list` names it.", metavar="ID"), as_json: bool = _JSON
) -> None:
    """Show one of them with its event as it was published. It may hold personal data, as `rejected show` may."""
    settings = settings_or_stop()
    found = next((each for each in _all(settings) if each.id == identity), None)
    if found is None:
        stop(ExitCode.FINDINGS, f"nothing was parked as {identity!r}: `parked list --all` names what was")
    content = _content(settings, found.record.cause)
    if as_json:
        print_json({**_told(found), "value": content})
        return
    typer.echo(f"{found.id}  {found.where}  {found.event}  {found.standing}")
    typer.echo(sentences(found.record.reasons, found.record.result))
    if found.record.cause is not None:
        typer.echo(_GONE if content is None else content)


def replay_parked(
    identities: list[str] = _IDS,
    everything: bool = typer.Option(False, "--all", help="Every event that was parked and not applied since."),
    as_json: bool = _JSON,
) -> None:
    """Let the events behind parked decisions come again. After a release, or a policy, that can decide them.

    An event is published again as it was, under its own id, so that it counts once however often this is said. Exit code 1:
    an event is no longer there. What only time brought about needs no replay: the lane looks at the customer every hour.
    """
    if bool(identities) == everything:
        stop(ExitCode.USAGE, "name what to replay, or say --all")
    settings = settings_or_stop()
    found = _all(settings)
    named = frozenset(identities or ())  # the command line says None for no name
    unknown = named - {each.id for each in found}
    if unknown:
        stop(ExitCode.FINDINGS, f"nothing was parked as {', '.join(sorted(unknown))}: `parked list` names what was")
    chosen = [each for each in found if each.id in named or (everything and each.standing == "open")]
    missing = False
    for each, done in _replayed(settings, chosen):
        missing |= done == _GONE
        if as_json:
            print_json({"id": each.id, "result": done})
        else:
            typer.echo(f"{each.id}  {done}")
    if missing:
        raise typer.Exit(ExitCode.FINDINGS)


def _told(parked: Parked) -> dict[str, object]:
    record = parked.record
    return {
        "id": parked.id,
        "at": record.at,
        "customer_id": record.customer_id,
        "reason": parked.code,
        "cause": record.cause,
        "times": parked.times,
        "now": parked.standing,
    }


def _all(settings: Settings) -> list[Parked]:
    from dispatcher.cli.kafka import existing, on_kafka

    async def collected(kafka: "Kafka") -> list[Parked]:
        topic = settings.topic(topics.JOURNAL)
        await existing(kafka, topic)
        return parked_of(
            [decode_journal(record.value) async for record in kafka.read(topic) if record.value is not None]
        )

    return on_kafka(settings, collected)


def _content(settings: Settings, cause: CauseRecord | None) -> str | None:
    from dispatcher.cli.kafka import on_kafka

    if cause is None or cause.topic not in (*topics.INPUTS, topics.INBOX):
        return None
    record = on_kafka(settings, lambda kafka: _original(kafka, settings, cause))
    if record is None or record.value is None:
        return None
    if cause.topic == topics.INBOX:
        return type(inbox.decode_arrival(record.value).fact).__name__
    return "".join(each if each.isprintable() else " " for each in record.value.decode("utf-8", "backslashreplace"))


def _replayed(settings: Settings, chosen: list[Parked]) -> list[tuple[Parked, str]]:
    from dispatcher.cli.kafka import on_kafka

    async def replay(kafka: "Kafka") -> list[tuple[Parked, str]]:
        return [(each, await _replay(kafka, settings, each)) for each in chosen]

    return on_kafka(settings, replay) if chosen else []


async def _replay(kafka: "Kafka", settings: Settings, parked: Parked) -> str:
    cause = parked.record.cause
    if parked.standing != "open" or cause is None:
        return parked.standing
    original = await _original(kafka, settings, cause)
    if original is None:
        return _GONE
    # An inbox record stays on its partition: a customer has one place there.
    place = original.partition if cause.topic == topics.INBOX else None
    await kafka.publish(original.topic, original.key, original.value, original.headers, place)
    return "replayed"


async def _original(kafka: "Kafka", settings: Settings, cause: CauseRecord) -> "Record | None":
    """The very record that a cause names; None if it is gone, or another one stands there now."""
    topic = settings.topic(cause.topic)
    count = await kafka.partitions(topic)
    if count is None or cause.partition >= count:
        return None
    begin, end = (await kafka.ends(topic))[cause.partition]
    if not begin <= cause.offset < end:
        return None
    async for record in kafka.read(topic, partition=cause.partition, start=cause.offset):
        return record if record.offset == cause.offset and _is_that_of(record, cause) else None
    return None


def _is_that_of(record: "Record", cause: CauseRecord) -> bool:
    if cause.topic == topics.INBOX:
        return _identity_in_inbox(record) == (cause.source, cause.id)
    read = codec.read(cause.topic, record.value)
    return isinstance(read, codec.Accepted) and (read.source, read.id) == (cause.source, cause.id)


def _identity_in_inbox(record: "Record") -> tuple[str, str]:
    found = inbox.decode_arrival(record.value or b"").cause
    return found.source, found.id
