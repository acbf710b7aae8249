"""Whether the cluster's topics are as the configuration says; asked before a worker takes part, and as long as it does."""

import asyncio
from dataclasses import dataclass

from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.gate import SourcePartition
from schemas.topics import TOPICS

_LOOK_S = 10.0


class TopicsChanged(Exception):
    """The cluster's topics are no longer as the configuration says; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Unsuited:
    """A topic is missing or has another number of partitions; `why` is one line for an operator."""

    why: str


async def stopping_sources(kafka: Kafka, config: EngineConfig) -> frozenset[SourcePartition] | Unsuited:
    """The partitions of all inputs that can forbid a contact, if every topic that is needed is as it must be."""
    sources: set[SourcePartition] = set()
    for topic in TOPICS:
        name = config.topic(topic.name)
        found = await kafka.partitions(name)
        if found is None and topic.optional:
            continue
        if found is None:
            return Unsuited(f"there is no topic {name}: create our topics with `dispatcher topics apply`")
        if topic.partitioned_by_customer and found != config.partitions:
            return Unsuited(
                f"{name} has {found} partitions, DISPATCHER_PARTITIONS says {config.partitions}: a customer's place "
                "depends on this number; set it to what the topic has, it is never changed in place"
            )
        if name in config.stopping_inputs:
            sources |= {(name, partition) for partition in range(found)}
    return frozenset(sources)


class StoppingSources:
    """The source partitions that a lane must know freshly before it sends anything; `which` is what is known of them."""

    def __init__(self, config: EngineConfig, which: frozenset[SourcePartition]) -> None:
        """`which`: as they were found before the worker began."""
        self._config = config
        self.which = which

    async def watch(self) -> None:
        """Look without end: a new partition of an input must be fresh too.

        Raises:
            TopicsChanged: a topic that is needed is gone, or has another number of partitions.
        """
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                async with Kafka(self._config.connection) as kafka:
                    found = await stopping_sources(kafka, self._config)
            except KafkaAway:
                continue
            if isinstance(found, Unsuited):
                raise TopicsChanged(found.why)
            self.which = found
