"""The journal of one decision: records in order, numbered without a gap."""

from functools import lru_cache

from dispatcher.core.notes import Note, reasons_of
from dispatcher.core.rules import Policy, Stage, Tier
from schemas.inbox import Cause
from schemas.journal import CauseRecord, JournalRecord, Reason, Result, cause_record
from schemas.reasons import ReasonCode
from schemas.values import Channel, Millis, from_millis

_instant = lru_cache(maxsize=4096)(from_millis)
_PLAIN: dict[ReasonCode, tuple[Reason, ...]] = {}


def plain(code: ReasonCode) -> tuple[Reason, ...]:
    """A reason that is its code alone, built once."""
    reasons = _PLAIN.get(code)
    if reasons is None:
        reasons = _PLAIN[code] = (Reason(code),)
    return reasons


@lru_cache(maxsize=1024)
def because(code: ReasonCode, rule: str) -> tuple[Reason, ...]:
    """A reason with the rule of the policy that gave it; policies have few rules, so each is built once."""
    return (Reason(code, rule),)


class Pages:
    """Collects the records of one customer at one instant."""

    __slots__ = ("_at", "_cause", "_customer_id", "_policy", "_told", "records", "sequence")

    def __init__(self, customer_id: str, policy: Policy, at: Millis, sequence: int) -> None:
        """`sequence` is the number of the customer's last record."""
        self._customer_id = customer_id
        self._policy = policy
        self._at = _instant(at)
        self._cause: Cause | None = None
        self._told: CauseRecord | None = None
        self.sequence = sequence
        self.records: list[JournalRecord] = []

    def note(self, note: Note, cause: Cause | None) -> None:
        """What became of an event, or of an attempt that time alone ended."""
        self.sequence += 1
        stage = note.stage
        self.records.append(
            JournalRecord(
                f"{self._customer_id}.{self.sequence}",
                self._at,
                note.kind,
                self._customer_id,
                note.invoice_ids,
                note.result,
                reasons_of(note),
                self._policy.hash,
                note.creditor_id,
                None if stage is None else self._policy.phases.get(stage),
                stage,
                note.channel,
                note.contact_id,
                note.attempt_id,
                cause=self._record_of(cause),
            )
        )

    def decision(  # noqa: PLR0917  the fields of a record, in its order
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
                self._policy.hash,
                creditor_id,
                None if stage is None else stage.phase,
                None if stage is None else stage.id,
                channel,
                contact_id,
                attempt_id,
                None if planned_for is None else _instant(planned_for),
                None if next_at is None else _instant(next_at),
                None if tier is None else tier.name,
                None if tier is None else tier.rule,
                None,
                None if stage is None else stage.responsible,
                self._record_of(cause),
            )
        )

    def _record_of(self, cause: Cause | None) -> CauseRecord | None:
        """The journal's form of a cause; the records of a turn mostly share one."""
        if cause is not self._cause:
            self._cause = cause
            self._told = None if cause is None else cause_record(cause)
        return self._told
