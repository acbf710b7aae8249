"""From journal records to contact records: one row an attempt, with when, by which way, and what came of it last."""

from typing import Final

from dispatcher.archive.journal_rows import listed
from schemas.journal import JournalRecord, Result
from schemas.values import to_millis

_ENDED: Final[frozenset[Result]] = frozenset(
    {"delivered", "undelivered", "rejected", "released", "expired", "cancelled"}
)
_WORDS: Final[frozenset[Result]] = _ENDED | {"claimed", "accepted", "in_doubt", "permitted"}
"""What can become of an attempt; other records about one are no news of it."""

Contact = dict[str, object]


def concerns_contact(record: JournalRecord) -> bool:
    """Whether a record says something of an attempt to reach somebody. What was decided and not claimed is no attempt."""
    if record.attempt_id is None:
        return False
    return record.result == "claimed" if record.kind == "decision" else record.result in _WORDS


def contact(record: JournalRecord, partition: int, offset: int) -> Contact:
    """The row as this record alone has it."""
    at = to_millis(record.at)
    decided, dialled = record.kind == "decision", record.result == "permitted"
    return {
        "attempt_id": record.attempt_id,
        "partition": partition,
        "offset": offset,
        "contact_id": record.contact_id,
        "customer_id": record.customer_id,
        "invoice_ids": listed(record.invoice_ids),
        "creditor_id": record.creditor_id,
        "phase": record.phase,
        "stage": record.stage,
        "channel": record.channel,
        "task": record.task,
        "tier": record.tier,
        "tier_rule": record.tier_rule,
        "variant": record.variant,
        "policy": record.policy,
        "responsible": record.responsible,
        "claimed_at": at if decided else None,
        "accepted_at": at if record.result == "accepted" else None,
        "ended_at": at if record.result in _ENDED else None,
        "dialled_at": at if dialled else None,
        "dialled_by": asked_by(record) if dialled else None,
        "result": "accepted" if dialled else record.result,
        "code": record.reasons[0].code if record.reasons else "",
        "outcome": _outcome(record),
    }


NEWS: Final = frozenset({"result", "code", "ended_at", "outcome"})
"""Columns in which the later record wins, if it says something; in the others the first that says something."""


def merged(known: Contact, later: Contact) -> Contact:
    """What two records, one after the other, say of one attempt."""
    return {name: _of_two(name, value, later[name]) for name, value in known.items()}


def _of_two(name: str, known: object, later: object) -> object:
    wins, else_ = (later, known) if name in NEWS else (known, later)
    return else_ if wins is None else wins


def asked_by(record: JournalRecord) -> str | None:
    """The collector who asked whether the task may be dialled."""
    by = record.reasons[0].inputs.get("by") if record.reasons else None
    return None if by is None else str(by)


def dial(record: JournalRecord, partition: int, offset: int) -> Contact | None:
    """The row of an answer to somebody who was about to dial; None: the record is none."""
    if record.result not in {"permitted", "refused"} or not record.reasons:
        return None
    reason = record.reasons[0]
    return {
        "partition": partition,
        "offset": offset,
        "customer_id": record.customer_id,
        "at": to_millis(record.at),
        "attempt_id": record.attempt_id,
        "by": asked_by(record) or "",
        "fence": int(reason.inputs.get("fence", 0)),
        "permitted": record.result == "permitted",
        "code": reason.code,
        "stage": record.stage,
        "next_at": None if record.next_at is None else to_millis(record.next_at),
    }


def _outcome(record: JournalRecord) -> str | None:
    """What the desk or the provider called it."""
    detail = record.reasons[0].inputs.get("detail") if record.reasons and record.kind == "attempt" else None
    return None if detail is None else str(detail)
