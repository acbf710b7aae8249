"""The journal of one decision: records in order, numbered without a gap."""

from dispatcher.core.notes import Note, reasons_of
from dispatcher.core.rules import Policy, Stage
from dispatcher.core.tiers import Tier
from schemas.inbox import Cause
from schemas.journal import JournalRecord, Reason, Result, cause_record
from schemas.reasons import ReasonCode
from schemas.values import Channel, Millis, from_millis

PLAIN: dict[ReasonCode, tuple[Reason, ...]] = {}
"""Reasons without rule and inputs, built once."""


def plain(code: ReasonCode) -> tuple[Reason, ...]:
    """A reason that is its code alone."""
    reasons = PLAIN.get(code)
    if reasons is None:
        reasons = PLAIN[code] = (Reason(code),)
    return reasons


class Pages:
    """Collects the records of one customer at one instant."""

    __slots__ = ("_at", "_customer_id", "_policy", "records", "sequence")

    def __init__(self, customer_id: str, policy: Policy, at: Millis, sequence: int) -> None:
        """`sequence` is the number of the customer's last record."""
        self._customer_id = customer_id
        self._policy = policy.hash
        self._at = from_millis(at)
        self.sequence = sequence
        self.records: list[JournalRecord] = []

    def note(self, note: Note, cause: Cause | None) -> None:
        """What became of an event, or of an attempt that time alone ended."""
        self.sequence += 1
        self.records.append(
            JournalRecord(
                f"{self._customer_id}.{self.sequence}",
                self._at,
                note.kind,
                self._customer_id,
                note.invoice_ids,
                note.result,
                reasons_of(note),
                self._policy,
                note.creditor_id,
                None,
                note.stage,
                note.channel,
                note.contact_id,
                note.attempt_id,
                cause=None if cause is None else cause_record(cause),
            )
        )

    def decision(
        self,
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
        self.sequence += 1
        self.records.append(
            JournalRecord(
                f"{self._customer_id}.{self.sequence}",
                self._at,
                "decision",
                self._customer_id,
                invoice_ids,
                result,
                reasons,
                self._policy,
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
                None,
                None if stage is None else stage.responsible,
                None if cause is None else cause_record(cause),
            )
        )
