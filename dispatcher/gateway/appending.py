"""The one way in which the gateway writes: records into topics, answered when all of them stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from dispatcher.engine.placement import partition_of
from schemas import inbox, points, topics
from schemas.inbox import Arrival, Cause, Fact
from schemas.points import PointStated

SOURCE: Final = "dispatcher/gateway"
"""The `source` of what the gateway states in its own name."""


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One record; `topic` without the installation's prefix. Without a partition its key decides.

    `trace` is the trace context (W3C) of the request that caused it, which goes along as a header; empty: none is known.
    """

    topic: str
    key: bytes
    value: bytes
    partition: int | None = None
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Stood:
    """Every entry stands in its topic."""


@dataclass(frozen=True, slots=True)
class Away:
    """Kafka did not confirm all in time: some may stand. `why` is one line for operators, without anybody's data."""

    why: str


class Append(Protocol):
    """Writes entries, all or, as far as anybody knows, none of them."""

    async def __call__(self, entries: Sequence[Entry]) -> Stood | Away:
        """Wait until all stand; give up after the time that a caller over HTTP can be made to wait."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a statement of ours goes and when it is made (microseconds).

    `partitions` is the inbox's configured number, `point_key` keys the digests of numbers and addresses.
    """

    partitions: int
    point_key: bytes
    at_us: int


def to_inbox(customer_id: str, where: Whereabouts, event_id: str, fact: Fact) -> Entry:
    """A fact about one customer, stated by the gateway; `event_id` makes repetitions one."""
    arrival = Arrival(where.at_us, Cause("", -1, -1, SOURCE, event_id), fact)
    partition = partition_of(customer_id, where.partitions)
    return Entry(topics.INBOX, customer_id.encode(), inbox.encode(arrival), partition)


def to_points(point: str, point_key: bytes, stated: PointStated) -> Entry:
    """What was said of a number or address, under its digest."""
    return Entry(topics.POINTS, points.digest(point, point_key), points.encode(stated))
