"""`journal`: what was decided, attempted and learnt, as it stands in the topic."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import typer

from dispatcher.cli.ending import settings_or_stop
from dispatcher.cli.telling import told
from dispatcher.settings import Settings
from schemas import topics
from schemas.journal import decode_journal

if TYPE_CHECKING:
    from dispatcher.engine.clients import Kafka, Record


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(journal)


def journal(
    customer: str | None = typer.Option(None, "--customer", help="Only this customer's records."),
    follow: bool = typer.Option(False, "--follow", help="Go on with what is appended, until Ctrl-C."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line, as it stands in the topic."),
) -> None:
    """Print every decision, attempt and fact. A customer's in their order, else partition by partition."""
    from dispatcher.cli.kafka import on_kafka

    settings = settings_or_stop()

    async def show(kafka: "Kafka") -> None:
        async for record in records(kafka, settings, customer, follow=follow):
            if record.value is None:
                continue
            if as_json:
                typer.echo(record.value)
            else:
                typer.echo(told(decode_journal(record.value)))

    on_kafka(settings, show)


async def records(
    kafka: "Kafka", settings: Settings, customer: str | None, *, follow: bool = False
) -> AsyncIterator["Record"]:
    """The journal's committed records; of one customer, or of all, one partition after the other.

    Followed over all partitions they come as they arrive.
    """
    from dispatcher.cli.kafka import existing
    from dispatcher.engine.placement import partition_of

    topic = settings.topic(topics.JOURNAL)
    count = await existing(kafka, topic)
    if customer is not None:
        key = customer.encode()
        async for record in kafka.read(topic, partition=partition_of(customer, count), follow=follow):
            if record.key == key:
                yield record
        return
    for partition in [None] if follow else range(count):
        async for record in kafka.read(topic, partition=partition, follow=follow):
            yield record
