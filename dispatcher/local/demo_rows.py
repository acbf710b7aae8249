"""What the journal says, as rows for people: who was contacted, and why others were not."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from schemas.journal import JournalRecord, Result
from schemas.reasons import ReasonCode
from schemas.values import CHANNELS, Channel

TRANSIENT: Final[frozenset[ReasonCode]] = frozenset({"input_behind"})
"""Reasons that hold for the moment it takes to read what was published: whether they are seen depends on the machine."""

_REPORTS: Final[frozenset[Result]] = frozenset({"delivered", "undelivered"})


class Row(msgspec.Struct, frozen=True):
    """One decision or the outcome of one attempt; `reason` is the weightiest one."""

    customer_id: str
    invoice_ids: tuple[str, ...]
    stage: str | None
    channel: Channel | None
    result: Result
    reason: ReasonCode

    @property
    def is_contact(self) -> bool:
        """Whether the provider, or the call desk, took it."""
        return self.result == "accepted"


class Summary(msgspec.Struct, frozen=True):
    """`summary.json`: contacts by channel, everything else by reason, rejected input records, and all rows."""

    contacts: dict[Channel, int]
    not_contacted: dict[str, int]
    rejected: int
    rows: tuple[Row, ...]


def rows_of(records: Iterable[JournalRecord]) -> tuple[Row, ...]:
    """The rows of a journal, by customer, each customer's in the order of the journal.

    Left out: facts; a claim, because its outcome follows; a plan for later, if something was decided since; stages whose
    time had passed before the invoice was heard of; and what is said once more in the same words, unless it is a contact.
    """
    by_customer: dict[str, list[JournalRecord]] = {}
    for record in records:
        if record.kind != "fact" and record.result != "claimed":
            by_customer.setdefault(record.customer_id, []).append(record)
    return tuple(row for customer in sorted(by_customer) for row in _of_one(by_customer[customer]))


def _of_one(records: Sequence[JournalRecord]) -> list[Row]:
    last: dict[str, JournalRecord] = {invoice: record for record in records for invoice in record.invoice_ids}
    awaited: set[tuple[str, str | None]] = set()
    rows: list[Row] = []
    for record in records:
        row = _row(record)
        superseded = row.result == "planned" and all(last[each] is not record for each in row.invoice_ids)
        unheard = row.reason == "missed_stage" and not any((each, row.stage) in awaited for each in row.invoice_ids)
        awaited.update((each, row.stage) for each in row.invoice_ids)
        if not superseded and not unheard and (row.is_contact or row not in rows):
            rows.append(row)
    return rows


def _row(record: JournalRecord) -> Row:
    return Row(
        record.customer_id,
        tuple(sorted(record.invoice_ids)),
        record.stage,
        record.channel,
        record.result,
        record.reasons[0].code,
    )


def without_transients(rows: Iterable[Row], expected: Mapping[str, Sequence[Row]]) -> tuple[Row, ...]:
    """The rows without those that only tell how quick the machine was; where they are expected they stay."""
    return tuple(row for row in rows if row.reason not in TRANSIENT or row in expected.get(row.customer_id, ()))


def summary_of(rows: Sequence[Row], rejected: int) -> Summary:
    """The figures of the rows. A later report on a contact, and what is planned for another day, count nowhere."""
    contacts = Counter(row.channel for row in rows if row.is_contact)
    others = Counter(
        row.reason for row in rows if not row.is_contact and row.result != "planned" and row.result not in _REPORTS
    )
    return Summary(
        {channel: contacts[channel] for channel in CHANNELS},
        {code: others[code] for code in sorted(others)},
        rejected,
        tuple(rows),
    )
