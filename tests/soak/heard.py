"""What the journal has said so far, followed while it is written: counts, and who is still to be reached."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import EngineConfig
from schemas import journal
from schemas.journal import JournalRecord

_REACHED = frozenset({"accepted", "delivered", "undelivered"})

Sort = tuple[str, str, str]
"""Kind, result and first reason of a record."""


@dataclass
class Heard:
    """A few numbers, however long the journal grows: `missing` are those who owe and were not reached yet."""

    counts: Counter[Sort] = field(default_factory=Counter)
    missing: set[str] = field(default_factory=set)
    in_doubt: set[str] = field(default_factory=set)
    doubts: int = 0
    _doubtful: set[str] = field(default_factory=set)

    def owes(self, customers: Iterable[str]) -> None:
        """They are to be reached from now on."""
        self.missing.update(customers)

    async def follow(self, config: EngineConfig) -> None:
        """Read on without end."""
        async with Kafka(config.connection) as kafka:
            async for each in kafka.read(config.topic("reminders.journal"), follow=True):
                self.take(journal.decode_journal(each.value or b""))

    def take(self, record: JournalRecord) -> None:
        """One more record.

        Who was sent several texts of which nobody knows whether they arrived may have come to the limit of their number.
        """
        code = record.reasons[0].code if record.reasons else ""
        self.counts[record.kind, record.result, code] += 1
        attempt = record.attempt_id or ""
        if record.result == "in_doubt":
            self.doubts += attempt not in self.in_doubt
            self.in_doubt.add(attempt)
        else:
            self.in_doubt.discard(attempt)
        if code == "doubt_resend":
            self._doubtful.add(record.customer_id)
        arrived = record.kind == "attempt" and record.result in _REACHED
        if arrived or (code == "cap" and record.customer_id in self._doubtful):
            self.missing.discard(record.customer_id)
