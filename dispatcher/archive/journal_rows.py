"""From a record of the journal to its row, and back."""

from datetime import datetime
from typing import Final

import msgspec

from dispatcher.archive.sealing import Value
from dispatcher.archive.tables import RECORDS
from schemas.inbox import Cause
from schemas.journal import CauseRecord, JournalRecord, Reason, cause_record
from schemas.values import Millis, from_millis, to_millis

COLUMNS: Final = tuple(column.name for column in RECORDS.columns)
_FIRST_PERSONAL: Final = COLUMNS.index("customer_id")
_END_PERSONAL: Final = COLUMNS.index("emptied")

LASTING: Final = COLUMNS[:_FIRST_PERSONAL]
"""Columns that stay when a row is emptied."""

PERSONAL: Final = COLUMNS[_FIRST_PERSONAL:_END_PERSONAL]
"""Columns that concern a person."""

Part = tuple[Value, ...]

_encode = msgspec.json.Encoder().encode
_ids = msgspec.json.Decoder(tuple[str, ...]).decode
_reasons = msgspec.json.Decoder(tuple[Reason, ...]).decode


class _Behind(Cause, frozen=True, array_like=True):
    """What the column `cause` holds of a record with a trace of its own: that trace after its cause, or after none.

    It has no column: the seals of what was archived before would not fit one more.
    """

    linked: str = ""


_NO_CAUSE: Final = Cause("", -1, -1, "", "")
_behind = msgspec.json.Decoder(_Behind).decode


def lasting(record: JournalRecord, partition: int, offset: int, number: int, appended: Millis) -> Part:
    """The columns that say what was decided, of `LASTING`."""
    return (
        partition,
        offset,
        number,
        to_millis(record.at),
        appended,
        record.kind,
        record.result,
        record.reasons[0].code if record.reasons else "",
        record.policy,
        record.creditor_id,
        record.phase,
        record.stage,
        record.channel,
        record.tier,
        record.tier_rule,
        record.variant,
        record.task,
    )


def personal(record: JournalRecord) -> Part:
    """The columns that say about whom, of `PERSONAL`."""
    return (
        record.customer_id,
        record.record_id,
        listed(record.invoice_ids),
        None if not record.reasons else _encode(record.reasons).decode(),
        record.contact_id,
        record.attempt_id,
        _millis(record.planned_for),
        _millis(record.next_at),
        record.responsible,
        _written(record.cause, record.trace),
    )


def listed(ids: tuple[str, ...]) -> str:
    """Ids as a column holds them."""
    return _encode(ids).decode()


def ids_of(text: str | None) -> tuple[str, ...]:
    """The ids of a column; none of an emptied one."""
    return () if text is None else _ids(text)


class Row(msgspec.Struct, frozen=True):
    """A row of `records` as a query returns it, without seal and link."""

    partition: int
    offset: int
    number: int
    at: Millis
    appended: Millis
    kind: str
    result: str
    code: str
    policy: str
    creditor_id: str | None
    phase: str | None
    stage: str | None
    channel: str | None
    tier: str | None
    tier_rule: str | None
    variant: str | None
    task: str | None
    customer_id: str
    record_id: str | None
    invoice_ids: str | None
    reasons: str | None
    contact_id: str | None
    attempt_id: str | None
    planned_for: Millis | None
    next_at: Millis | None
    responsible: str | None
    cause: str | None


def as_record(row: Row) -> JournalRecord:
    """The journal record that a row was made of; an emptied row has an id of its own and names nobody but its pseudonym."""
    cause, trace = _read(row.cause)
    known: dict[str, object] = {
        name: getattr(row, name)
        for name in ("kind", "result", "phase", "stage", "channel", "tier", "tier_rule", "variant", "task")
    }
    return msgspec.convert(
        known
        | {
            "record_id": row.record_id or f"{row.customer_id}.{row.partition}-{row.offset}",
            "at": from_millis(row.at),
            "customer_id": row.customer_id,
            "invoice_ids": ids_of(row.invoice_ids),
            "reasons": _reasons_of(row),
            "policy": row.policy,
            "creditor_id": row.creditor_id,
            "contact_id": row.contact_id,
            "attempt_id": row.attempt_id,
            "planned_for": _instant(row.planned_for),
            "next_at": _instant(row.next_at),
            "responsible": row.responsible,
            "cause": cause,
            "trace": trace,
        },
        JournalRecord,
    )


def _reasons_of(row: Row) -> tuple[Reason, ...]:
    if row.reasons is not None:
        return _reasons(row.reasons)
    return msgspec.convert([{"code": row.code}] if row.code else [], tuple[Reason, ...])


def _written(cause: CauseRecord | None, trace: str) -> str | None:
    """The cause and the trace of a record, as their column holds them."""
    if cause is None and not trace:
        return None
    plain = _NO_CAUSE if cause is None else Cause(*msgspec.structs.astuple(cause))
    if not trace:
        return _encode(plain).decode()
    where = (plain.topic, plain.partition, plain.offset, plain.source, plain.id, plain.trace)
    return _encode(_Behind(*where, trace)).decode()


def _read(text: str | None) -> tuple[CauseRecord | None, str]:
    if text is None:
        return None, ""
    *said, trace = msgspec.structs.astuple(_behind(text))
    cause = CauseRecord(*said)
    return None if cause == cause_record(_NO_CAUSE) else cause, trace


def _millis(instant: datetime | None) -> Millis | None:
    return None if instant is None else to_millis(instant)


def _instant(millis: Millis | None) -> datetime | None:
    return None if millis is None else from_millis(millis)
