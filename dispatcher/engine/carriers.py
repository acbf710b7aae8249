"""Carriers: all records of one poll reach an agent as one message, so that Faust's cost per message is paid once.

Faust pays for each message with four tasks, a lock, futures and a turn of the loop. Its `ConsumerScheduler` and `Schema`
settings let a poll's records through as one value instead. A carrier names, for each partition, the last offset that was
polled before it: that chain is how a record is noticed that never arrived. It is made where records leave the client: Faust
drops polls on the way (a rebalance cancels the fetch, or stops the flow after it), and a chain that was made later did not
know of them (7 of 8,000 events were lost that way).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from faust.serializers.schemas import Schema
from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP

ConsumerRecord = Any
"""A record as aiokafka hands it out (it has no types): `.offset .timestamp .key .value .headers`."""


@dataclass(frozen=True, slots=True, repr=False)
class Stretch:
    """Consecutive records of one partition. `after` is the last offset polled before them, None after a jump back.

    `reached` is where the client reads on, past the control records of transactions; None where that is not known.
    """

    tp: TP
    after: int | None
    records: Sequence[ConsumerRecord]
    reached: int | None = None

    @property
    def first(self) -> int:
        """Offset of the first record."""
        offset: int = self.records[0].offset
        return offset

    @property
    def last(self) -> int:
        """Offset of the last record."""
        offset: int = self.records[-1].offset
        return offset

    @property
    def following(self) -> int:
        """The offset that comes next."""
        return self.last + 1 if self.reached is None else self.reached


class Chain:
    """Links the polls of one consumer: used in its thread, in the very step in which a poll's records leave the client."""

    def __init__(self) -> None:
        """A chain starts anew with every consumer."""
        self._polled: dict[TP, int] = {}

    def link(
        self, records: Mapping[TP, Sequence[ConsumerRecord]], reached: Callable[[TP], int | None] = lambda _: None
    ) -> dict[TP, Stretch]:
        """The stretches of one poll; `reached` tells where the client reads on."""
        return {tp: self._linked(tp, each, reached(tp)) for tp, each in records.items() if each}

    def _linked(self, tp: TP, records: Sequence[ConsumerRecord], reached: int | None) -> Stretch:
        before = self._polled.get(tp)
        jumped_back = before is not None and records[0].offset <= before
        self._polled[tp] = records[-1].offset
        return Stretch(tp, None if jumped_back else before, records, reached)


class _Carrier:
    """Stands for the poll in Faust's pipeline: looks like the last record, carries the stretches as its value."""

    __slots__ = (
        "checksum",
        "headers",
        "key",
        "offset",
        "partition",
        "serialized_key_size",
        "serialized_value_size",
        "timestamp",
        "timestamp_type",
        "topic",
        "value",
    )

    def __init__(self, last: ConsumerRecord, stretches: tuple[Stretch, ...]) -> None:
        self.topic = last.topic
        self.partition = last.partition
        self.offset = last.offset
        self.timestamp = last.timestamp
        self.timestamp_type = last.timestamp_type
        self.headers = ()
        self.checksum = None
        self.key = None
        self.value = stretches
        self.serialized_key_size = 0
        self.serialized_value_size = 0


class Carriers(DefaultSchedulingStrategy):
    """One carrier for each group of topics in a poll; `groups` is set by `scheduler_for`."""

    groups: Mapping[str, str] = {}

    def iterate(  # type: ignore[override]  # of each partition a stretch: what our consumer thread makes of a poll
        self, records: Mapping[TP, Stretch]
    ) -> Iterator[tuple[TP, _Carrier]]:
        """What Faust's consumer asks for: pairs of partition and message."""
        grouped: dict[str, list[Stretch]] = {}
        for tp, stretch in records.items():
            grouped.setdefault(self.groups[tp.topic], []).append(stretch)
        for stretches in grouped.values():
            label = stretches[0]
            yield label.tp, _Carrier(label.records[-1], tuple(stretches))


def scheduler_for(groups: Mapping[str, str]) -> type[Carriers]:
    """The scheduler class for an app; `groups` names the group of every subscribed topic."""
    return type("Carriers", (Carriers,), {"groups": dict(groups)})


class PassThrough(Schema[Any, Any]):
    """Hands the stretches to the agent as they are; the agent's code decodes."""

    def loads_value(self, app: object, message: Any, *, loads: object = None, serializer: object = None) -> Any:
        """The carrier's value."""
        return message.value

    def loads_key(self, app: object, message: Any, *, loads: object = None, serializer: object = None) -> None:
        """A carrier has no key."""
