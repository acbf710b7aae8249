"""Which parked decisions and events of the journal are still open, and whether they can be played again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from schemas.journal import CauseRecord, JournalRecord
from schemas.topics import INBOX, INPUTS

Standing = Literal["open", "retried hourly", "applied since", "kept"]
"""`open`: to be played again. `retried hourly`: no event is behind it, so the lane comes back to it by itself.
`kept`: a word on an attempt that nobody knows, of which nothing follows."""

_OF_NOBODY: Final = "unknown_attempt"


@dataclass(frozen=True, slots=True)
class Parked:
    """The last record that set an event, or a wake-up, of a customer aside; `times` counts those before it too."""

    record: JournalRecord
    standing: Standing
    times: int

    @property
    def id(self) -> str:
        """The record's own id."""
        return self.record.record_id

    @property
    def code(self) -> str:
        """Why."""
        return self.record.reasons[0].code if self.record.reasons else ""

    @property
    def where(self) -> str:
        """Where the event was read, as topic[partition]@offset; `-` where time alone was the cause."""
        cause = self.record.cause
        return "-" if cause is None else f"{cause.topic}[{cause.partition}]@{cause.offset}"

    @property
    def event(self) -> str:
        """Source and id of the event."""
        cause = self.record.cause
        return "-" if cause is None else f"{cause.source} {cause.id}"


Key = tuple[str, str, str]
"""Customer, source and id of the event; empty for a wake-up."""


def parked_of(journal: Iterable[JournalRecord]) -> list[Parked]:
    """What was set aside, in the order in which it last was; the records of each customer come in their order."""
    last: dict[Key, Parked] = {}
    for record in journal:
        key = _key(record.customer_id, record.cause)
        if record.result == "parked":
            before = last.pop(key, None)
            last[key] = Parked(record, _standing(record), 1 if before is None else before.times + 1)
            continue
        for settled in (key, (record.customer_id, "", "")):
            if settled in last and last[settled].standing != "kept":
                found = last[settled]
                last[settled] = Parked(found.record, "applied since", found.times)
    return list(last.values())


def _standing(record: JournalRecord) -> Standing:
    if any(reason.code == _OF_NOBODY for reason in record.reasons):
        return "kept"
    cause = record.cause
    return "open" if cause is not None and cause.topic in (*INPUTS, INBOX) else "retried hourly"


def _key(customer_id: str, cause: CauseRecord | None) -> Key:
    return (customer_id, "", "") if cause is None else (customer_id, cause.source, cause.id)
