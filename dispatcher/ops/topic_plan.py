"""What has to be done so that a cluster has the topics of `schemas.topics`, and doing it.

Existing topics are never changed: the number of partitions places every customer, and other people may have tuned
the rest. What does not fit is said, with what to do about it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, assert_never

from schemas import inbox
from schemas.topics import BRAKES, INBOX, POINTS, POLICY, REJECTED, TOPICS, Topic

_SINGLE: Final = frozenset({REJECTED, POLICY, BRAKES, POINTS})
"""Topics of few records, whose order across customers is worth more than their spread."""

_MEANING: Final = "cleanup.policy"
"""The one setting without which a topic means something else; other differences are only mentioned."""


class Cluster(Protocol):
    """As much of a Kafka client as this needs; `dispatcher.engine.clients.Kafka` is one."""

    async def partitions(self, topic: str) -> int | None:
        """How many partitions a topic has, None if there is no such topic."""

    async def settings(self, topic: str) -> Mapping[str, str]:
        """The settings of a topic as the broker applies them."""

    async def ends(self, topic: str) -> Mapping[int, tuple[int, int]]:
        """First offset and the offset after the last, of every partition."""

    async def create(self, topic: str, partitions: int, replication: int, settings: Mapping[str, str]) -> bool:
        """Create a topic; False if it was there already."""

    async def publish(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]] = (),
        partition: int | None = None,
    ) -> object:
        """Append one record and wait until it stands."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The installation's own part of the plan."""

    prefix: str
    partitions: int
    replication: int

    def partitions_of(self, topic: Topic) -> int:
        """How many partitions a topic gets where we create it."""
        return 1 if topic.name in _SINGLE else self.partitions


@dataclass(frozen=True, slots=True)
class Create:
    """The topic is missing and can be created."""

    name: str
    partitions: int
    replication: int
    settings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MarkLog:
    """Partitions of the inbox that are empty and need their identity as the first record."""

    name: str
    partitions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fits:
    """The topic is as it should be; `notes` are settings that differ and do no harm."""

    name: str
    partitions: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unfit:
    """The topic is there, cannot be used as it is, and is not ours to change; `advice` says what to do."""

    name: str
    why: str
    advice: str


Step = Create | MarkLog | Fits | Unfit


async def plan(cluster: Cluster, wanted: Wanted) -> tuple[Step, ...]:
    """One or more steps for every topic, in the order of `schemas.topics`."""
    steps: list[Step] = []
    for topic in TOPICS:
        name = wanted.prefix + topic.name
        found = await cluster.partitions(name)
        if found is None:
            partitions = wanted.partitions_of(topic)
            steps.append(Create(name, partitions, wanted.replication, topic.settings))
            if topic.name == INBOX:
                steps.append(MarkLog(name, tuple(range(partitions))))
            continue
        judged = _judge(topic, name, found, await cluster.settings(name), wanted)
        steps.append(judged)
        if topic.name == INBOX and isinstance(judged, Fits):
            ends = await cluster.ends(name)
            if unmarked := tuple(sorted(partition for partition, (_, end) in ends.items() if end == 0)):
                steps.append(MarkLog(name, unmarked))
    return tuple(steps)


async def apply(cluster: Cluster, steps: Sequence[Step]) -> None:
    """Do what the steps say; `Fits` and `Unfit` ask for nothing."""
    for step in steps:
        match step:
            case Create():
                await cluster.create(step.name, step.partitions, step.replication, dict(step.settings))
            case MarkLog():
                for partition in step.partitions:
                    mark = inbox.encode(inbox.LogMark(secrets.token_hex(16)))
                    await cluster.publish(step.name, inbox.LOG_MARK_KEY, mark, partition=partition)
            case Fits() | Unfit():
                pass
            case _:
                assert_never(step)


def _judge(topic: Topic, name: str, found: int, settings: Mapping[str, str], wanted: Wanted) -> Fits | Unfit:
    if topic.partitioned_by_customer and found != wanted.partitions:
        return Unfit(
            name,
            f"has {found} partitions, expected {wanted.partitions}",
            f"set DISPATCHER_PARTITIONS={found}, or choose another DISPATCHER_TOPIC_PREFIX:"
            " the number is never changed in place",
        )
    kept = settings.get(_MEANING, "delete")
    needed = dict(topic.settings).get(_MEANING, "delete")
    if topic.owner == "ours" and kept != needed:
        return Unfit(name, f"has {_MEANING}={kept}, expected {needed}", f"set {_MEANING}={needed} on the topic")
    notes = tuple(
        f"{setting}={settings.get(setting, 'unset')}, recommended {value}"
        for setting, value in topic.settings
        if setting != _MEANING and settings.get(setting) != value
    )
    return Fits(name, found, notes)
