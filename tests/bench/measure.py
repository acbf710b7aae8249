"""How fast records appeared in a topic, by the broker's own clock: from the first append to the last."""

from dataclasses import dataclass

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection


@dataclass(frozen=True)
class Appended:
    """Records of a topic: how many, and over how many seconds they were appended."""

    count: int
    seconds: float

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.count / self.seconds if self.seconds else 0.0


async def count_of(broker: str, topic: str) -> int:
    """Offsets of a topic from start to end, control records included."""
    async with Kafka(Connection(broker)) as kafka:
        return sum(end - start for start, end in (await kafka.ends(topic)).values())


async def appended(broker: str, topic: str, skip: int = 0) -> Appended:
    """All records of a topic but the first `skip` by time of append."""
    async with Kafka(Connection(broker)) as kafka:
        times = sorted([record.timestamp async for record in kafka.read(topic)])[skip:]
    return Appended(len(times), (times[-1] - times[0]) / 1000)
