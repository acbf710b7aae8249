"""Whether the cluster's topics are as the configuration says; asked once, before a worker takes part."""

from dataclasses import dataclass

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.gate import SourcePartition
from schemas.topics import TOPICS


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
