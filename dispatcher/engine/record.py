"""A record as whoever is not a lane reads it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One record as it stands in a topic. `timestamp` in milliseconds. `repr` shows where it stands, not what it says."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    def __repr__(self) -> str:
        return f"Record({self.topic}[{self.partition}]@{self.offset})"


def record_of(raw: Any) -> Record:  # aiokafka has no types
    """From what aiokafka hands over."""
    return Record(raw.topic, raw.partition, raw.offset, raw.timestamp, raw.key, raw.value, tuple(raw.headers or ()))
