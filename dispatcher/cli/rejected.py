"""`rejected list`, `show` and `replay`: input that could not be read, as it came."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings
from schemas import codec, topics
from schemas.codec import Rejected
from schemas.refusals import SENTENCES
from schemas.trace import HEADER, headers_of, trace_in

if TYPE_CHECKING:
    from dispatcher.engine.clients import Kafka, Record

_JSON = typer.Option(False, "--json", help="One JSON object a line.")
_IDS = typer.Argument(None, help="As `rejected list` names them.", metavar="[ID...]")
_ID: Final = re.compile(r"(\d{1,6})[:/](\d{1,18})")
_SENTENCES: Final[dict[str, str]] = {str(reason): sentence for reason, sentence in SENTENCES.items()}


@dataclass(frozen=True, slots=True, repr=False)
class Rejection:
    """One record of `reminders.rejected`: its own place (`id`), and its headers as text."""

    id: str
    headers: dict[str, str]
    key: bytes | None
    value: bytes

    @property
    def topic(self) -> str:
        """The full name of the topic where the record was read."""
        return self._header("topic")

    @property
    def source(self) -> str:
        """Where the record was read: topic, partition and offset."""
        return f"{self._header('topic')}[{self._header('partition')}]@{self._header('offset')}"

    @property
    def reason(self) -> str:
        """The reason code."""
        return self._header("reason")

    def _header(self, name: str) -> str:
        return self.headers.get(name, "?")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Input that was set aside.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(list_rejected)
    group.command("show")(show_rejected)
    group.command("replay")(replay_rejected)
    app.add_typer(group, name="rejected")


def list_rejected(as_json: bool = _JSON) -> None:
    """Name every record that was set aside. Where it came from, why, and which event it was."""
    found = _all(settings_or_stop())
    if as_json:
        for each in found:
            print_json({"id": each.id, **each.headers})
        return
    print_table(
        ("id", "source", "reason", "path", "event"),
        [(each.id, each.source, each.reason, each.headers.get("path", ""), _event(each)) for each in found],
    )


def show_rejected(
    identity: str = typer.Argument(help="As `rejected list` names it: PARTITION:OFFSET.", metavar="ID"),
    as_json: bool = _JSON,
) -> None:
    """Show one record with what it held. It may hold personal data: this is the one place that prints it."""
    place = _ID.fullmatch(identity)
    if place is None:
        stop(ExitCode.USAGE, f"{identity!r} is no id: expected PARTITION:OFFSET as `rejected list` names it")
    wanted = f"{int(place[1])}:{int(place[2])}"
    found = next((each for each in _all(settings_or_stop()) if each.id == wanted), None)
    if found is None:
        stop(ExitCode.FINDINGS, f"nothing was rejected at {wanted}: `rejected list` names what was")
    content = found.value.decode("utf-8", errors="backslashreplace")
    if as_json:
        print_json({"id": found.id, **found.headers, "value": content})
        return
    typer.echo(f"{found.id}  from {found.source}")
    for name, value in sorted(found.headers.items()):
        typer.echo(f"{name}: {value}")
    typer.echo(_SENTENCES.get(found.reason, ""))
    typer.echo("".join(_visible(character) for character in content))


def replay_rejected(
    identities: list[str] = _IDS,
    everything: bool = typer.Option(False, "--all", help="Every record that was set aside."),
    as_json: bool = _JSON,
) -> None:
    """Publish records again as they came. To the topic that they came from, after a release that can read them.

    What intake would still refuse stays where it is (exit code 1). Replayed twice, an event counts once: it keeps its id.
    """
    if bool(identities) == everything:
        stop(ExitCode.USAGE, "name the records to replay, or say --all")
    settings = settings_or_stop()
    found = _all(settings)
    unknown = set(identities or ()) - {each.id for each in found}
    if unknown:
        stop(ExitCode.FINDINGS, f"nothing was rejected at {', '.join(sorted(unknown))}: `rejected list` names what was")
    chosen = [each for each in found if everything or each.id in identities]
    refused = [(each, told) for each in chosen if (told := _still_refused(settings, each)) is not None]
    good = [each for each in chosen if all(each is not one for one, _ in refused)]
    _publish(settings, good)
    for each in good:
        _say(each.id, "replayed", as_json=as_json)
    for each, told in refused:
        _say(each.id, f"still refused: {told}", as_json=as_json)
    if refused:
        raise typer.Exit(ExitCode.FINDINGS)


def _say(identity: str, result: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": identity, "result": result})
    else:
        typer.echo(f"{identity}  {result}")


def _still_refused(settings: Settings, rejection: Rejection) -> str | None:
    topic = rejection.topic.removeprefix(settings.topic_prefix)
    if topic not in topics.INPUTS:
        return f"{rejection.topic} is no input topic here"
    read = codec.read(topic, rejection.value)
    return f"{read.reason} {read.path or ''}".rstrip() if isinstance(read, Rejected) else None


def _publish(settings: Settings, rejections: list[Rejection]) -> None:
    from dispatcher.cli.kafka import on_kafka

    async def publish(kafka: "Kafka") -> None:
        for each in rejections:
            trace = trace_in(each.headers.get(HEADER, ""))
            await kafka.publish(each.topic, each.key, each.value, headers_of(trace))

    if rejections:
        on_kafka(settings, publish)


def _all(settings: Settings) -> list[Rejection]:
    from dispatcher.cli.kafka import existing, on_kafka

    async def collected(kafka: "Kafka") -> list[Rejection]:
        topic = settings.topic(topics.REJECTED)
        await existing(kafka, topic)
        places = [((record.partition, record.offset), record) async for record in kafka.read(topic)]
        return [_rejection(record) for _, record in sorted(places, key=lambda place: place[0])]

    return on_kafka(settings, collected)


def _rejection(record: "Record") -> Rejection:
    headers = {name: value.decode("utf-8", errors="backslashreplace") for name, value in record.headers}
    return Rejection(f"{record.partition}:{record.offset}", headers, record.key, record.value or b"")


def _event(rejection: Rejection) -> str:
    names = ("ce_type", "ce_source", "ce_id")
    return " ".join(rejection.headers[name] for name in names if name in rejection.headers)


def _visible(character: str) -> str:
    # What an unknown sender wrote must not steer the operator's terminal.
    return character if character.isprintable() or character in "\n\t" else f"\\x{ord(character):02x}"
