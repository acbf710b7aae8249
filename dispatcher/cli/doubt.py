"""`doubt list` and `doubt resolve`: attempts of which nobody knows whether they were sent, and a person's word on them."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.cli.telling import shown
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings
from schemas import inbox, state, topics
from schemas.inbox import Arrival, AttemptResolved, Cause
from schemas.state import HAS_IN_DOUBT, LOOKED_ENOUGH, Attempt
from schemas.values import from_millis

if TYPE_CHECKING:
    from dispatcher.engine.clients import Kafka

_JSON = typer.Option(False, "--json", help="One JSON object a line.")
_OPERATOR: Final = "dispatcher/operator"
"""The `source` of what a person resolved; the journal's cause names it."""

_WATERMARK: Final = b"\0"


@dataclass(frozen=True, slots=True, repr=False)
class Doubt:
    """An attempt in doubt, its customer, and the partition of its state."""

    attempt_id: str
    customer_id: str
    partition: int
    attempt: Attempt

    @property
    def waits_for(self) -> str:
        """Who has the next word."""
        return "a person, or the policy" if self.attempt.looks >= LOOKED_ENOUGH else "the provider"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Attempts that may or may not have been sent.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list")(list_doubts)
    group.command("resolve")(resolve)
    app.add_typer(group, name="doubt")


def list_doubts(as_json: bool = _JSON) -> None:
    """Name every attempt in doubt. Since when, by which channel, and who has the next word."""
    found = _all(settings_or_stop())
    if as_json:
        for each in found:
            print_json(_told(each))
        return
    print_table(
        ("attempt", "customer", "channel", "stage", "claimed", "waits for"),
        [
            (
                each.attempt_id,
                each.customer_id,
                each.attempt.channel,
                each.attempt.stage,
                shown(from_millis(each.attempt.claimed_at)),
                each.waits_for,
            )
            for each in found
        ],
    )


def resolve(
    attempt_id: str = typer.Argument(help="As `doubt list` names it.", metavar="ATTEMPT"),
    sent: bool | None = typer.Option(
        None, "--sent/--not-sent", help="It reached the provider; or it did not, and may be made again."
    ),
) -> None:
    """Say what became of an attempt in doubt. Said twice it changes nothing; the journal names an operator as the cause."""
    if sent is None:
        stop(ExitCode.USAGE, "say --sent or --not-sent: nothing is assumed")
    settings = settings_or_stop()
    found = next((each for each in _all(settings) if each.attempt_id == attempt_id), None)
    if found is None:
        stop(ExitCode.FINDINGS, f"no attempt {attempt_id!r} is in doubt: `dispatcher doubt list` names those that are")
    _append(settings, found, sent=sent)
    typer.echo(f"{attempt_id}: {'sent' if sent else 'not sent'}; the worker that owns the customer takes it from here")


def _told(doubt: Doubt) -> dict[str, object]:
    attempt = doubt.attempt
    return {
        "attempt_id": doubt.attempt_id,
        "contact_id": attempt.contact_id,
        "customer_id": doubt.customer_id,
        "channel": attempt.channel,
        "stage": attempt.stage,
        "claimed_at": from_millis(attempt.claimed_at),
        "looks": attempt.looks,
    }


def _all(settings: Settings) -> list[Doubt]:
    from dispatcher.cli.kafka import on_kafka

    async def collected(kafka: "Kafka") -> list[Doubt]:
        latest: dict[bytes, tuple[int, bytes]] = {}
        async for key, partition, value in _records(kafka, settings):
            latest.pop(key, None)
            if value is not None and state.flags_of(value) & HAS_IN_DOUBT:
                latest[key] = partition, value
        found = [
            Doubt(attempt_id, key.decode(), partition, attempt)
            for key, (partition, value) in latest.items()
            for attempt_id, attempt in state.decode(value).attempts.items()
            if attempt.state == "in_doubt"
        ]
        return sorted(found, key=lambda each: (each.attempt.claimed_at, each.attempt_id))

    return on_kafka(settings, collected)


async def _records(kafka: "Kafka", settings: Settings) -> AsyncIterator[tuple[bytes, int, bytes | None]]:
    from dispatcher.cli.kafka import existing

    topic = settings.topic(topics.STATE)
    await existing(kafka, topic)
    async for record in kafka.read(topic):
        if record.key is not None and record.key[:1] != _WATERMARK:
            yield record.key, record.partition, record.value


def _append(settings: Settings, doubt: Doubt, *, sent: bool) -> None:
    from dispatcher.cli.kafka import on_kafka

    stated = time.time_ns() // 1000
    cause = Cause("", -1, -1, _OPERATOR, f"{doubt.attempt_id}/{'sent' if sent else 'not-sent'}")
    arrival = Arrival(stated, cause, AttemptResolved(doubt.attempt_id, sent))

    async def append(kafka: "Kafka") -> None:
        # The inbox has the partitions of the state: a customer has one place in both.
        await kafka.publish(
            settings.topic(topics.INBOX), doubt.customer_id.encode(), inbox.encode(arrival), (), doubt.partition
        )

    on_kafka(settings, append)
