"""`pause`, `resume` and `paused`: stop contacts on all workers at once, and let them go on."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.instants import instant
from dispatcher.cli.output import print_json, print_table
from dispatcher.cli.signature import operator
from dispatcher.cli.telling import shown
from dispatcher.exit_codes import ExitCode
from dispatcher.ops.clock import clock_for
from dispatcher.settings import Settings
from schemas import brakes, topics
from schemas.brakes import Brake, key_of
from schemas.values import CHANNELS, Channel, from_millis

if TYPE_CHECKING:
    from dispatcher.engine.clients import Kafka

_CHANNEL = typer.Option(None, "--channel", help=f"Only this one: {', '.join(CHANNELS)}.")
_CREDITOR = typer.Option(None, "--creditor", help="Only contacts in the name of this creditor of the policy.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(pause)
    app.command()(resume)
    app.command()(paused)


def pause(
    reason: str = typer.Option(..., "--reason", help="Why, for other operators; name no customer."),
    channel: str | None = _CHANNEL,
    creditor: str | None = _CREDITOR,
    until: str | None = typer.Option(None, "--until", help="ISO 8601 instant; UTC without an offset. Default: resume."),
) -> None:
    """Make no contact from now on, until `resume` or an instant.

    All workers obey within a second, also after a restart. Contacts are put off with the reason `paused`, not lost: on
    resume each is planned anew, as its stage says for a day that was missed. What a provider has taken already cannot be
    called back; issued call tasks stay with the desk.
    """
    settings = settings_or_stop()
    named = _channel(channel)
    ends = None if until is None else from_millis(instant("--until", until))
    if ends is not None and ends <= from_millis(clock_for(settings.clock).now()):
        stop(ExitCode.USAGE, f"--until {until}: that has passed; expected an instant to come")
    if not reason.strip():
        stop(ExitCode.USAGE, "--reason is empty: say why, other operators will ask")
    brake = Brake(reason.strip(), operator(), datetime.now(UTC), named, creditor, ends)
    _write(settings, key_of(named, creditor), brakes.encode(brake))
    typer.echo(f"paused: {_scope(named, creditor)}{'' if ends is None else f' until {shown(ends)}'}")


def resume(channel: str | None = _CHANNEL, creditor: str | None = _CREDITOR) -> None:
    """Let go of one brake, named as it was pulled. Exit code 1: there is none like that."""
    settings = settings_or_stop()
    named = _channel(channel)
    key = key_of(named, creditor)
    if key not in _pulled(settings):
        stop(ExitCode.FINDINGS, f"{_scope(named, creditor)}: not paused; `dispatcher paused` names what is")
    _write(settings, key, None)
    typer.echo(f"resumed: {_scope(named, creditor)}")


def paused(as_json: bool = typer.Option(False, "--json", help="One JSON object a line.")) -> None:
    """Name what is stopped: since when, until when, by whom and why. Exit code 1: something is."""
    settings = settings_or_stop()
    now = from_millis(clock_for(settings.clock).now())
    found = [each for each in _pulled(settings).values() if each.until is None or each.until > now]
    if as_json:
        for each in found:
            print_json(each)
    else:
        print_table(
            ("what", "since", "until", "who", "why"),
            [
                (
                    _scope(each.channel, each.creditor_id),
                    shown(each.at),
                    "resumed" if each.until is None else shown(each.until),
                    each.who,
                    each.reason,
                )
                for each in found
            ],
        )
    if found:
        raise typer.Exit(ExitCode.FINDINGS)


def _channel(name: str | None) -> Channel | None:
    if name is not None and name not in CHANNELS:
        stop(ExitCode.USAGE, f"--channel {name!r}: expected one of {', '.join(CHANNELS)}")
    return name


def _scope(channel: Channel | None, creditor: str | None) -> str:
    return f"{channel or 'every channel'}, {creditor or 'every creditor'}"


def _pulled(settings: Settings) -> dict[bytes, Brake]:
    from dispatcher.cli.kafka import existing, on_kafka

    async def collected(kafka: "Kafka") -> dict[bytes, Brake]:
        topic = settings.topic(topics.BRAKES)
        await existing(kafka, topic)
        pulled: dict[bytes, Brake] = {}
        async for record in kafka.read(topic):
            if record.key is not None:
                pulled.pop(record.key, None)
                if record.value is not None:
                    pulled[record.key] = brakes.decode(record.value)
        return pulled

    return on_kafka(settings, collected)


def _write(settings: Settings, key: bytes, value: bytes | None) -> None:
    from dispatcher.cli.kafka import existing, on_kafka

    async def write(kafka: "Kafka") -> None:
        topic = settings.topic(topics.BRAKES)
        await existing(kafka, topic)
        await kafka.publish(topic, key, value, (), 0)

    on_kafka(settings, write)
