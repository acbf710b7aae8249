"""What intake takes at a time: every record read, and what becomes of it, the inbox's or the rejected's."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from faust.types import TP

from dispatcher.engine.carriers import ConsumerRecord
from dispatcher.engine.placement import partition_of
from dispatcher.engine.rejection import headers_of
from dispatcher.engine.transactions import Entry
from dispatcher.ops.metrics import Metrics
from schemas import codec, inbox
from schemas.codec import Accepted, Rejected
from schemas.inbox import Arrival, Cause, ConsentChanged, Stamp
from schemas.trace import trace_of
from schemas.values import Millis

MOST_RECORDS = 1_000
_DAY_MS = 24 * 60 * 60 * 1000

Consent = Callable[[ConsentChanged, Stamp, Millis], Entry | None]
"""What a customer's word says of the number or address itself."""


def dated_ahead(at: int, appended: Millis) -> bool:
    """Whether a statement (`at` in microseconds) claims to be of a later day than the one that it was published on.

    It is taken as it is, for its publisher may know better; but nothing that is dated rightly counts against it until then.
    """
    return at > (appended + _DAY_MS) * 1000


class Writer(Protocol):
    """As much of `dispatcher.engine.inbox_writer` as this needs; what is awaited stands."""

    async def state_points(self, entries: Sequence[Entry]) -> Sequence[Awaitable[object]]:
        """Hand over what was said of numbers and addresses."""

    async def append(self, batches: Iterable[tuple[int, Sequence[Entry]]]) -> Sequence[Awaitable[object]]:
        """Hand over entries, by inbox partition."""

    async def reject(
        self, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> Awaitable[object]:
        """Hand over one record for the rejected topic."""


class Batch:
    """`positions` are those of the source partitions once all of it stands."""

    def __init__(self, partitions: int, consent: Consent) -> None:
        """Nothing was read. `partitions`: of the inbox."""
        self.positions: dict[TP, int] = {}
        self._partitions = partitions
        self._consent = consent
        self._entries: dict[int, list[Entry]] = {}
        self._points: list[Entry] = []
        self._rejected: list[tuple[ConsumerRecord, Rejected]] = []
        self._counts: dict[str, list[int]] = {}
        self._unknown_fields = 0
        self._dated_ahead = 0

    @property
    def empty(self) -> bool:
        """Whether no source gets on by it."""
        return not self.positions

    @property
    def full(self) -> bool:
        """Whether nothing more is read before it stands."""
        return sum(map(len, self._entries.values())) >= MOST_RECORDS

    def read(self, topic: str, record: ConsumerRecord) -> None:
        """A record of a topic (its name without prefix), whatever it holds: bad input is an outcome."""
        counts = self._counts.setdefault(topic, [0, 0])
        if codec.binary_mode(record.headers):
            read: codec.Read = codec.REJECTED_BINARY
        else:
            read = codec.read(topic, record.value)
        if isinstance(read, Rejected):
            self._rejected.append((record, read))
            counts[1] += 1
            return
        counts[0] += 1
        self._unknown_fields += read.unknown_fields
        self._dated_ahead += dated_ahead(read.at, record.timestamp)
        if isinstance(read.fact, ConsentChanged):
            said = self._consent(read.fact, (read.at, read.source, read.id), record.timestamp)
            self._points += [] if said is None else [said]
        entry = _entry(topic, record, read)
        partition = partition_of(read.customer_id, self._partitions)
        found = self._entries.get(partition)
        if found is None:
            self._entries[partition] = [entry]
        else:
            found.append(entry)

    async def append(self, writer: Writer) -> None:
        """Returns when all of it stands.

        Raises:
            AppendFailed: some of it may not; repeated, it does no harm.
        """
        futures = [*(await writer.state_points(self._points) if self._points else ())]
        futures += await writer.append(self._entries.items())
        for record, rejected in self._rejected:
            futures.append(await writer.reject(record.key, record.value, headers_of(record, rejected)))
        for future in futures:
            await future

    def count(self, metrics: Metrics) -> None:
        """Tell operators what came in."""
        for topic, (accepted, rejected) in self._counts.items():
            metrics.event(topic, "accepted", accepted)
            metrics.event(topic, "rejected", rejected)
        for _, reason in self._rejected:
            metrics.rejected(reason.reason)
        if self._unknown_fields:
            metrics.unknown_fields(self._unknown_fields)
        if self._dated_ahead:
            metrics.events_dated_ahead(self._dated_ahead)


def _entry(topic: str, record: ConsumerRecord, read: Accepted) -> Entry:
    trace = trace_of(record.headers) if record.headers else ""
    cause = Cause(topic, record.partition, record.offset, read.source, read.id, trace)
    arrival = Arrival(read.at, cause, read.fact, record.timestamp)
    return read.customer_id.encode(), inbox.encode(arrival)
