"""`point`: what holds at a number or address, whoever's it is, and a person's word on it."""

import time
from typing import TYPE_CHECKING, get_args

import msgspec
import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.cli.signature import operator
from dispatcher.cli.telling import shown
from dispatcher.exit_codes import ExitCode
from dispatcher.ops.redaction import redact
from dispatcher.settings import Settings
from schemas import contact_points, points, topics
from schemas.points import CONSENT, PointStated, Standing
from schemas.values import CHANNELS, Channel, from_millis

if TYPE_CHECKING:
    from dispatcher.engine.clients import Kafka

_POINT = typer.Argument(help="A number with its calling code, such as +447700900123, or an address.", metavar="POINT")
_CHANNEL = typer.Option(..., "--channel", help=f"One of {', '.join(CHANNELS)}.")
_REASON = typer.Option(..., "--reason", help="Why, a word or two for other operators; name nobody.")

_STANDINGS: dict[str, Standing] = {standing: standing for standing in get_args(Standing)}

_app = typer.Typer(no_args_is_help=True, help="What holds at a number or address, whoever's it is.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="point")


class Held(msgspec.Struct, frozen=True):
    """What was said last of a channel at a contact point: `at` in milliseconds, by whom, and why."""

    channel: Channel
    standing: Standing
    at: int
    source: str
    why: str


@_app.command()
def show(point: str = _POINT, as_json: bool = typer.Option(False, "--json", help="One JSON object a line.")) -> None:
    """Tell what holds at a number or address. Exit code 1: nothing was ever said of it."""
    settings = settings_or_stop()
    found = _held(settings, _known(point))
    if as_json:
        for each in found:
            print_json(each)
    else:
        print_table(
            ("channel", "standing", "since", "by", "why"),
            [(each.channel, each.standing, shown(from_millis(each.at)), each.source, each.why) for each in found],
        )
    if not found:
        raise typer.Exit(ExitCode.FINDINGS)


class Unread(msgspec.Struct, frozen=True):
    """An answer that may be an objection: `message` is its id at the provider, whose console shows it."""

    message: str
    channel: Channel
    at: int


@_app.command()
def unread(as_json: bool = typer.Option(False, "--json", help="One JSON object a line.")) -> None:
    """Name the answers that may be objections and that nobody has read. Exit code 1: there are some.

    Read each at the provider, by its id, and say with `point state` what holds there: until then nobody writes to it.
    """
    settings = settings_or_stop()
    latest: dict[tuple[bytes, Channel], PointStated] = {}
    for key, each in sorted(_said(settings), key=lambda said: said[1].stamp):
        if each.standing in CONSENT:
            latest[key, each.channel] = each
    found = [Unread(each.id, each.channel, each.at // 1000) for each in latest.values() if each.standing == "review"]
    if as_json:
        for one in found:
            print_json(one)
    else:
        print_table(("message", "channel", "since"), [(e.message, e.channel, shown(from_millis(e.at))) for e in found])
    if found:
        raise typer.Exit(ExitCode.FINDINGS)


@_app.command()
def state(
    standing: str = typer.Argument(help=f"One of {', '.join(get_args(Standing))}.", metavar="STANDING"),
    point: str = _POINT,
    channel: str = _CHANNEL,
    reason: str = _REASON,
) -> None:
    """Say what holds at a number or address from now on. `allowed` after an answer was read, `opted_out` after a call.

    All workers obey within a second. A customer's own consents stay as they are: `consent.changed` is what changes those.
    """
    settings = settings_or_stop()
    at = _known(point)
    word = _STANDINGS.get(standing)
    if word is None:
        stop(ExitCode.USAGE, f"{standing!r}: expected one of {', '.join(get_args(Standing))}")
    if channel not in CHANNELS:
        stop(ExitCode.USAGE, f"--channel {channel!r}: expected one of {', '.join(CHANNELS)}")
    if (channel == "email") != ("@" in at):
        stop(ExitCode.USAGE, f"--channel {channel}: expected email for an address, sms or call_task for a number")
    if not reason.strip() or redact(reason) != reason:
        stop(ExitCode.USAGE, "--reason: expected a word or two, without a number or address: it is kept as it is")
    now = time.time_ns() // 1000
    stated = PointStated(channel, word, now, f"dispatcher/operator/{operator()}", str(now), reason.strip())
    _write(settings, points.digest(at, settings.point_key), points.encode(stated))
    typer.echo(f"{channel}: {standing}")


def _known(point: str) -> str:
    found = contact_points.email(point) if "@" in point else contact_points.e164(point, None)
    if found is None:
        stop(ExitCode.USAGE, "the contact point is neither a number with its calling code nor an e-mail address")
    return found


def _held(settings: Settings, point: str) -> list[Held]:
    key = points.digest(point, settings.point_key)
    latest: dict[tuple[Channel, bool], PointStated] = {}
    for each in sorted([stated for of, stated in _said(settings) if of == key], key=lambda stated: stated.stamp):
        latest[each.channel, each.standing in CONSENT] = each
    return [Held(each.channel, each.standing, each.at // 1000, each.source, each.why) for each in latest.values()]


def _said(settings: Settings) -> list[tuple[bytes, PointStated]]:
    from dispatcher.cli.kafka import existing, on_kafka

    async def collected(kafka: "Kafka") -> list[tuple[bytes, PointStated]]:
        topic = settings.topic(topics.POINTS)
        await existing(kafka, topic)
        return [(record.key or b"", points.decode(record.value)) async for record in kafka.read(topic) if record.value]

    return on_kafka(settings, collected)


def _write(settings: Settings, key: bytes, value: bytes) -> None:
    from dispatcher.cli.kafka import existing, on_kafka

    async def write(kafka: "Kafka") -> None:
        topic = settings.topic(topics.POINTS)
        await existing(kafka, topic)
        await kafka.publish(topic, key, value, (), 0)

    on_kafka(settings, write)
