"""The records that leave: the journal of every decision, attempt and fact, and the tasks for people."""

from typing import Literal

import msgspec

from schemas.discretion import Discreet
from schemas.inbox import Cause
from schemas.reasons import ReasonCode
from schemas.values import AwareDatetime, Channel, Phase

Kind = Literal["decision", "attempt", "fact"]
Result = Literal[
    "planned",
    "claimed",
    "accepted",
    "delivered",
    "undelivered",
    "deferred",
    "suppressed",
    "merged",
    "cancelled",
    "waiting",
    "expired",
    "rejected",
    "in_doubt",
    "parked",
    "released",
    "recorded",
    "permitted",
    "refused",
]
TaskKind = Literal["call", "letter", "visit", "legal", "agency"]
Gate = Literal["counsel"]
"""Who has to approve a step before it counts."""


class CauseRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """The event behind a record: input coordinates, CloudEvents identity, and the trace context (W3C) that it came with."""

    topic: str
    partition: int
    offset: int
    source: str
    id: str
    trace: str = ""


class Reason(msgspec.Struct, frozen=True):
    """Why: a code of the closed list, the rule of the policy that said so, and the values it looked at."""

    code: ReasonCode
    rule: str = ""
    inputs: dict[str, str | int] = {}


class JournalRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One decision, attempt or fact about one customer; never an address, a number or a name.

    `record_id` is the customer id and a number that grows by one: a gap is a loss. `cause` is absent where
    time alone was the cause. `task` is what the policy's stage hands over to people, if anything: such a hand-over has no
    channel unless it is a call. `trace` is the trace context (W3C) of the event that the record goes back to, where `cause`
    does not say it: a link to what happened hours ago, before time alone, or a provider's answer, brought the record about.
    """

    record_id: str
    at: AwareDatetime
    kind: Kind
    customer_id: str
    invoice_ids: tuple[str, ...]
    result: Result
    reasons: tuple[Reason, ...]
    policy: str
    creditor_id: str | None = None
    phase: Phase | None = None
    stage: str | None = None
    channel: Channel | None = None
    contact_id: str | None = None
    attempt_id: str | None = None
    planned_for: AwareDatetime | None = None
    next_at: AwareDatetime | None = None
    tier: str | None = None
    tier_rule: str | None = None
    variant: str | None = None
    responsible: str | None = None
    cause: CauseRecord | None = None
    task: TaskKind | None = None
    trace: str = ""

    @property
    def known_trace(self) -> str:
        """The trace context that finds this record together with the event behind it; empty if none is known."""
        return self.trace or ("" if self.cause is None else self.cause.trace)


class AmountOfInvoice(Discreet, msgspec.Struct, frozen=True, omit_defaults=True):
    """What one invoice of a task is about, amount in minor units."""

    invoice_id: str
    amount_due: int
    currency: str
    due_on: str
    number: str | None = None


class TaskRecord(Discreet, msgspec.Struct, frozen=True, omit_defaults=True):
    """Something for a person to do before `expires_at`; answered by `contact.reported` with `task_id`.

    `contact_point` is the number to call; for what goes to a place or stays in the house it says so (`postal_address`,
    `case_file`), and the customer's file has the rest. A task with a `gate` asks that person first: it counts only once it
    is reported with the outcome `approved`. `language` is the customer's, a BCP 47 tag.
    """

    task_id: str
    kind: TaskKind
    customer_id: str
    invoice_ids: tuple[str, ...]
    contact_point: str
    not_before: AwareDatetime
    expires_at: AwareDatetime
    priority: int
    script: str
    amounts: tuple[AmountOfInvoice, ...]
    assignee: str | None = None
    gate: Gate | None = None
    language: str | None = None


def cause_record(cause: Cause) -> CauseRecord:
    """The journal's form of a cause."""
    return CauseRecord(cause.topic, cause.partition, cause.offset, cause.source, cause.id, cause.trace)


_encoder = msgspec.json.Encoder()
_journal = msgspec.json.Decoder(JournalRecord)
_tasks = msgspec.json.Decoder(TaskRecord)

encode = _encoder.encode
"""The bytes of a `JournalRecord` or a `TaskRecord`."""

decode_journal = _journal.decode
decode_task = _tasks.decode
