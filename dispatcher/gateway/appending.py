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
    """One record; `topic` without the installation's prefix. Without a partition its key decides."""

    topic: str
    key: bytes
    value: bytes
    partition: int | None = None


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


def to_inbox(customer_id: str, partitions: int, at_us: int, event_id: str, fact: Fact) -> Entry:
    """A fact about one customer, stated by the gateway at `at_us` (microseconds); `event_id` makes repetitions one."""
    arrival = Arrival(at_us, Cause("", -1, -1, SOURCE, event_id), fact)
    return Entry(topics.INBOX, customer_id.encode(), inbox.encode(arrival), partition_of(customer_id, partitions))


def to_points(point: str, key: bytes, stated: PointStated) -> Entry:
    """What was said of a number or address, under its digest; `key` is the installation's (`points.point_key`)."""
    return Entry(topics.POINTS, points.digest(point, key), points.encode(stated))
