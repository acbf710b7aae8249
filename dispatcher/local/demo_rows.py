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

_TOO_LATE: Final[frozenset[ReasonCode]] = frozenset({"lease_expired"})
"""Reasons that give an attempt back because its sender was slow: whether that happens depends on the machine."""

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

    Left out: facts; a claim, because its outcome follows; an attempt that a busy machine could not start in time, if the
    contact was attempted again; a plan for later, if something was decided since; stages whose time had passed before the
    invoice was heard of; and what is said once more in the same words, unless it is a contact.
    """
    by_customer: dict[str, list[JournalRecord]] = {}
    attempts: dict[str | None, JournalRecord] = {}
    for record in records:
        if record.kind != "fact" and record.result != "claimed":
            by_customer.setdefault(record.customer_id, []).append(record)
        if record.kind == "attempt":
            attempts[record.contact_id] = record
    for of_one in by_customer.values():
        of_one[:] = [each for each in of_one if not _given_back(each) or attempts[each.contact_id] is each]
    return tuple(row for customer in sorted(by_customer) for row in _of_one(by_customer[customer]))


def _given_back(record: JournalRecord) -> bool:
    return record.kind == "attempt" and record.result == "released" and record.reasons[0].code in _TOO_LATE


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


def in_order(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows of a customer in the one order that stands for all that tell the same of each invoice.

    Records of several topics, or of several turns, are read in an order that nobody promises: which of two invoices is
    decided on first depends on the machine. The rows about one invoice keep their order.
    """
    left, ordered = list(rows), []
    while left:
        first = [row for n, row in enumerate(left) if not any(_about_the_same(row, before) for before in left[:n])]
        ordered.append(min(first, key=_named))
        left.remove(ordered[-1])
    return tuple(ordered)


def _about_the_same(one: Row, other: Row) -> bool:
    return one == other or not set(one.invoice_ids).isdisjoint(other.invoice_ids)


def _named(row: Row) -> tuple[str, ...]:
    return (*row.invoice_ids, "", row.stage or "", row.channel or "", row.result, row.reason)


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
