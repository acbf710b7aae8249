"""Reading and writing `reminders.policy`: what was ever applied, what is in force, and how that is changed by one at a time.

Who writes first fences everybody else who is about to (one transactional id for all) and reads the topic after that. So of
several workers at their first start one publishes, and the others find its policy; text and name stand together or not at
all.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import msgspec
from aiokafka.errors import KafkaError, ProducerFenced

from dispatcher.engine.clients import Kafka, KafkaAway, Record
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.transactions import Entry, FlushFailed, PartitionTransactions
from schemas import policies, topics
from schemas.policies import IN_FORCE_KEY, InForce, PolicyText

MOST_TEXT_BYTES = 400_000
"""Longest text of a policy: with its frame it has to fit into one record."""

_PARTITION = 0
_MOST_TRIES = 10
_APART_S = 0.5


@dataclass(frozen=True, slots=True)
class Policies:
    """The topic up to `end`: texts by hash in the order of their first application, and the one in force.

    `strange` is the place of the last record that is none of ours; it is left out, so that what follows it still counts.
    """

    texts: Mapping[str, PolicyText]
    in_force: InForce | None = None
    end: int = 0
    strange: str | None = None

    @property
    def active(self) -> PolicyText | None:
        """The text in force; None before the first policy."""
        return None if self.in_force is None else self.texts.get(self.in_force.hash)

    def after(self, record: Record) -> "Policies":
        """The topic with one more record."""
        end, value = record.offset + 1, record.value or b""
        try:
            if record.key == IN_FORCE_KEY:
                return Policies(self.texts, policies.decode_in_force(value), end, self.strange)
            text = policies.decode_text(value)
        except msgspec.DecodeError:
            return Policies(self.texts, self.in_force, end, repr(record))
        return Policies({**self.texts, text.hash: text}, self.in_force, end, self.strange)

    def ruled_by(self, text: PolicyText) -> "Policies":
        """The same once `text` has been put in force."""
        return Policies({**self.texts, text.hash: text}, _named(text), self.end, self.strange)


async def read(kafka: Kafka, topic: str) -> Policies:
    """The whole topic; `KafkaAway` where Kafka does not answer."""
    found = Policies({})
    async for record in kafka.read(topic, partition=_PARTITION):
        found = found.after(record)
    return found


async def put_in_force(kafka: Kafka, config: EngineConfig, text: PolicyText, *, first_only: bool = False) -> Policies:
    """Have `text` decide from now on, unless it does already, or (`first_only`) any other does.

    Returns what stood before and is left as it is, or what stands now; `in_force` tells which.

    Raises:
        KafkaAway: Kafka does not answer, or others are at it without end.
    """
    topic = config.topic(topics.POLICY)

    def settled(standing: Policies) -> bool:
        named = standing.in_force
        return named is not None and (first_only or named.hash == text.hash)

    for number in range(_MOST_TRIES):
        standing = await read(kafka, topic)
        found = standing if settled(standing) else await _write(kafka, config, text, settled)
        if found is not None:
            return found
        await asyncio.sleep(_APART_S * (number + secrets.randbelow(1000) / 1000))  # out of each other's way
    raise KafkaAway("the policy could not be written: others write policies without end, or Kafka refuses")


async def _write(
    kafka: Kafka, config: EngineConfig, text: PolicyText, settled: Callable[[Policies], bool]
) -> Policies | None:
    """What stands now, written by us or settled otherwise; None where somebody came in between, or nobody knows.

    What was written is not read again: Kafka confirms a transaction before it can be read.
    """
    topic = config.topic(topics.POLICY)
    alone = PartitionTransactions(config.connection, f"{config.app_id}-policy", _PARTITION, config.flush_timeout_s)
    try:
        await alone.start()
        standing = await read(kafka, topic)
        if settled(standing):
            return standing
        await alone.write([(topic, list(_entries(standing, text)))])
        return standing.ruled_by(text)
    except (FlushFailed, ProducerFenced):
        return None
    except (TimeoutError, KafkaError) as fault:
        raise KafkaAway(
            f"Kafka did not take the policy: {type(fault).__name__}; is it reachable, may we write?"
        ) from fault
    finally:
        await alone.close()


def _entries(standing: Policies, text: PolicyText) -> Iterator[Entry]:
    if text.hash not in standing.texts:
        yield text.hash.encode(), policies.encode(text)
    yield IN_FORCE_KEY, policies.encode(_named(text))


def _named(text: PolicyText) -> InForce:
    return InForce(text.hash, text.who, text.at)
