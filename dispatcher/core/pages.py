"""The journal of one turn: records in order, numbered without a gap."""

from functools import lru_cache

from dispatcher.core.notes import Note, reasons_of
from dispatcher.core.rules import Stage, Tier
from dispatcher.core.traces import trace_behind
from dispatcher.core.turn import Turn
from schemas.inbox import Cause
from schemas.journal import CauseRecord, JournalRecord, Reason, Result, cause_record
from schemas.reasons import ReasonCode
from schemas.values import Channel, Millis, from_millis


@lru_cache(maxsize=1024)
def because(code: ReasonCode, rule: str = "") -> tuple[Reason, ...]:
    """A reason with the rule of the policy that gave it; policies have few rules, so each is built once."""
    return (Reason(code, rule),)


def note_event(
    turn: Turn,
    note: Note,
    cause: Cause | None,
    reasons: tuple[Reason, ...] | None = None,
    next_at: Millis | None = None,
) -> None:
    """What became of an event, or of an attempt that time alone ended; `reasons` stand in for those of the note."""
    turn.sequence = number = turn.sequence + 1
    turn.changed = True
    stage = note.stage
    turn.records.append(
        JournalRecord(
            f"{turn.customer_id}.{number}",
            turn.at,
            note.kind,
            turn.customer_id,
            note.invoice_ids,
            note.result,
            reasons_of(note) if reasons is None else reasons,
            turn.policy.hash,
            note.creditor_id,
            None if stage is None else turn.policy.phases.get(stage),
            stage,
            note.channel,
            note.contact_id,
            note.attempt_id,
            next_at=None if next_at is None else from_millis(next_at),
            variant=turn.policy.variant,
            cause=_record_of(turn, cause),
            task=note.task,
            trace=trace_behind(turn, cause, note.contact_id, note.invoice_ids) if turn.traces else "",
        )
    )


def note_decision(  # noqa: PLR0917  the fields of a record, in its order
    turn: Turn,
    invoice_ids: tuple[str, ...],
    result: Result,
    reasons: tuple[Reason, ...],
    cause: Cause | None,
    creditor_id: str,
    stage: Stage | None = None,
    planned_for: Millis | None = None,
    next_at: Millis | None = None,
    tier: Tier | None = None,
    channel: Channel | None = None,
    contact_id: str | None = None,
    attempt_id: str | None = None,
) -> None:
    """A decision about some invoices."""
    turn.sequence = number = turn.sequence + 1
    turn.changed = True
    turn.records.append(
        JournalRecord(
            f"{turn.customer_id}.{number}",
            turn.at,
            "decision",
            turn.customer_id,
            invoice_ids,
            result,
            reasons,
            turn.policy.hash,
            creditor_id,
            None if stage is None else stage.phase,
            None if stage is None else stage.id,
            channel,
            contact_id,
            attempt_id,
            None if planned_for is None else from_millis(planned_for),
            None if next_at is None else from_millis(next_at),
            None if tier is None else tier.name,
            None if tier is None else tier.rule,
            turn.policy.variant,
            None if stage is None else stage.responsible,
            _record_of(turn, cause),
            None if stage is None else stage.task,
            trace_behind(turn, cause, None if result == "merged" else contact_id, invoice_ids) if turn.traces else "",
        )
    )


def _record_of(turn: Turn, cause: Cause | None) -> CauseRecord | None:
    """The journal's form of a cause; the records of a turn mostly share one."""
    if cause is not turn.told_of:
        turn.told_of = cause
        turn.told = None if cause is None else cause_record(cause)
    return turn.told
