"""A command's work on a cluster: opened, closed, and one line where Kafka is away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dispatcher.cli.ending import stop
from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import Connection
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings, client_options
from schemas.master_keys import MasterKeyRefused
from schemas.sealed import Damaged

T = TypeVar("T")


def on_kafka(settings: Settings, work: Callable[[Kafka], Awaitable[T]]) -> T:
    """Run `work` with an open client; ends the command where Kafka does not answer."""

    async def opened() -> T:
        async with Kafka(
            Connection(settings.bootstrap_servers, client_options(settings.kafka), settings.masters)
        ) as kafka:
            return await work(kafka)

    try:
        return asyncio.run(opened())
    except MasterKeyRefused as refused:
        stop(ExitCode.SETTINGS, str(refused))
    except Damaged as damage:
        stop(ExitCode.REFUSED, f"{damage}: it was changed after it was written; restore the topic from a backup")
    except KafkaAway as away:
        stop(ExitCode.NO_BROKER, str(away))
    except KeyboardInterrupt:
        stop(ExitCode.INTERRUPTED, "interrupted")


async def existing(kafka: Kafka, topic: str) -> int:
    """The partitions of a topic; ends the command where there is no such topic."""
    count = await kafka.partitions(topic)
    if count is None:
        stop(ExitCode.TOPICS, f"there is no topic {topic}: `dispatcher topics apply` creates what is missing")
    return count
