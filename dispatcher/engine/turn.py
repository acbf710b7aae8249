"""One turn of a lane: what its records and wake-ups lead to, private until it is flushed.

Everything here is synchronous and measured: it is the work per event. A fault in one customer's decision parks that
customer's events and holds up nobody else.
"""

from dataclasses import dataclass, field
from typing import cast

import msgspec
import structlog

from dispatcher.core.decide import Claim, Conditions, Decision, decide
from dispatcher.core.policy import Policy
from dispatcher.engine.arrivals import OfLaterRelease
from dispatcher.engine.carriers import ConsumerRecord
from dispatcher.engine.keeping import PLAIN, Keeper, KeyLost
from dispatcher.engine.task_records import TaskWriter
from dispatcher.engine.transactions import BATCH_BYTES, Entry, Headed, Written
from dispatcher.ops.logs import traced
from dispatcher.ops.redaction import told
from schemas import journal, state
from schemas.inbox import Arrival, AttemptReceipt, InvoiceSettled
from schemas.journal import CauseRecord, JournalRecord, Reason, Result
from schemas.master_keys import MasterKeyRefused
from schemas.reasons import ReasonCode
from schemas.state import EMPTY, Customer
from schemas.topics import INPUTS, TASKS
from schemas.trace import headers_of
from schemas.values import Channel, Millis, from_millis

_log = structlog.get_logger(__name__)
_AGAIN_MS = 60 * 60 * 1000

Counted = tuple[str | None, Result, ReasonCode, Channel | None]
"""Stage, result, first reason and channel of a journal record."""


class StateUnreadable(Exception):
    """A state record of our own cannot be read: nothing may be decided, or overwritten, on such a footing."""


@dataclass(slots=True, repr=False)
class Turn:
    """What a lane is about to flush; one policy decides all of it.

    `claims` go to senders once they stand, with the append time (ms) of their cause; `due` is the instant from which those
    were due that time alone caused, by attempt; `settled` are the append times of
    payments; `receipts` are those of messages; `counts` are journal records, counted once they stand; `repeated` are events
    seen before, by topic. `keys` are those of others that the partition keeps: what becomes of them.
    """

    now: Millis
    policy: Policy
    keeper: Keeper = PLAIN
    state: list[Entry] = field(default_factory=list)
    journal: list[Entry | Headed] = field(default_factory=list)
    tasks: list[Entry | Headed] = field(default_factory=list)
    keys: list[Written] = field(default_factory=list)
    claims: list[tuple[Claim, int]] = field(default_factory=list)
    due: dict[str, Millis] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    receipts: list[AttemptReceipt] = field(default_factory=list)
    wakes: dict[bytes, Millis] = field(default_factory=dict)
    counts: dict[Counted, int] = field(default_factory=dict)
    repeated: dict[str, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Nothing but the position would be flushed."""
        return not self.state


class Decider:
    """Applies records and wake-ups to customers; `records` are the state records of the lane's partition."""

    def __init__(self, tasks: TaskWriter) -> None:
        """One for all lanes of a worker."""
        self._tasks = tasks

    def decide(
        self,
        turn: Turn,
        key: bytes,
        raw: list[ConsumerRecord],
        record: bytes | None,
        conditions: Conditions,
    ) -> Decision | None:
        """Fold a customer's records, plan, and add the result to the turn; None if it had to be parked.

        A wake-up that leads to nothing for want of credit (`lacking`) adds nothing: its customer has to be looked at again.
        Only where the journal says that a contact waits for the input the true reason is told, once.

        Raises:
            StateUnreadable: `record` is not what any release of ours wrote.
            OfLaterRelease: one of `raw` is not for this release to understand.
        """
        customer_id = key.decode("utf-8", "replace")
        arrivals: list[Arrival] = []
        customer = EMPTY
        keeper = turn.keeper
        try:
            if record is not None:
                customer = keeper.customer(key, record)
            arrivals.extend(_heard(turn, each) for each in raw)
            decision = decide(customer_id, customer, arrivals, turn.policy, turn.now, conditions)
            if decision.lacking is not None and not raw and not decision.claims and not _waits_for_input(customer):
                return decision
            encoded = record if _unchanged(decision, customer, record) else _encoded(key, decision, customer, keeper)
            written = self._tasks_of(turn, key, decision)
        except OfLaterRelease:
            raise
        except (KeyLost, MasterKeyRefused) as lost:
            raise StateUnreadable(f"customer {customer_id}: {told(lost)}") from lost
        except MemoryError:  # the process's, not the record's: the lane begins anew, here or in another worker
            raise
        except Exception as fault:  # a fault of ours, or a record that is not ours: parked, told, and never in the way
            if record is not None and customer is EMPTY:
                raise StateUnreadable(f"customer {customer_id}: {told(fault)}") from fault
            with traced(next((each.cause.trace for each in arrivals if each.cause.trace), "")):
                _log.exception("decision_failed", partition_records=len(raw))
            self._park(turn, key, customer, record, arrivals, code="faulty")
            return None
        if encoded is not None and encoded is not record:
            if len(encoded) > BATCH_BYTES // 2:
                self._park(turn, key, customer, record, arrivals, code="too_large")
                return None
            turn.state.append((key, encoded))
        turn.tasks.extend(written)
        self._write(turn, key, decision, arrivals, record)
        return decision

    def _tasks_of(self, turn: Turn, key: bytes, decision: Decision) -> list[Entry | Headed]:
        tasks = [each for each in decision.claims if each.channel == "call_task"] if decision.claims else ()
        plain = ((each, journal.encode(self._tasks.record(each, turn.policy))) for each in tasks)
        return [_headed(key, turn.keeper.handed_over(TASKS, key, encoded), claim.trace) for claim, encoded in plain]

    def _write(self, turn: Turn, key: bytes, decision: Decision, arrivals: list[Arrival], record: bytes | None) -> None:
        counts, append, encode = turn.counts, turn.journal.append, journal.encode
        for entry in decision.records:
            cause = entry.cause
            if entry.trace or (cause is not None and cause.trace):
                append(_headed(key, encode(entry), entry.known_trace))
            else:
                append((key, encode(entry)))
            counted = (entry.stage, entry.result, entry.reasons[0].code, entry.channel)
            counts[counted] = counts.get(counted, 0) + 1
        for claim in decision.claims:
            if claim.channel != "call_task":
                turn.claims.append((claim, next((each.appended for each in arrivals if each.appended), 0)))
                if record is not None and not arrivals:
                    turn.due[claim.attempt_id] = _due_since(record, turn.now)
        if decision.repeated and arrivals[-1].cause.topic in INPUTS:
            topic = arrivals[-1].cause.topic
            turn.repeated[topic] = turn.repeated.get(topic, 0) + decision.repeated
        if decision.withdrawn:
            turn.withdrawn.extend(decision.withdrawn)
        turn.wakes[key] = decision.wake_at or 0

    def _park(
        self,
        turn: Turn,
        key: bytes,
        customer: Customer,
        record: bytes | None,
        arrivals: list[Arrival],
        *,
        code: ReasonCode,
    ) -> None:
        """Say that these events, or this wake-up, led to nothing; the customer is looked at again in an hour."""
        customer_id = key.decode("utf-8", "replace")
        sequence = customer.sequence
        causes: list[CauseRecord | None] = [journal.cause_record(each.cause) for each in arrivals]
        for cause in causes or [None]:
            sequence += 1
            entry = JournalRecord(
                record_id=f"{customer_id}.{sequence}",
                at=from_millis(turn.now),
                kind="decision",
                customer_id=customer_id,
                invoice_ids=(),
                result="parked",
                reasons=(Reason(code),),
                policy=turn.policy.hash,
                cause=cause,
            )
            turn.journal.append(_headed(key, journal.encode(entry), "" if cause is None else cause.trace))
            counted: Counted = (None, "parked", code, None)
            turn.counts[counted] = turn.counts.get(counted, 0) + 1
        parked = msgspec.structs.replace(customer, sequence=sequence)
        again = turn.now + _AGAIN_MS
        flags = 0 if record is None else state.flags_of(record)  # of claims that are open all the same
        turn.state.append((key, turn.keeper.record(key, parked, again, flags)))
        turn.wakes[key] = again


def _headed(key: bytes, value: bytes, trace: str) -> Entry | Headed:
    """A record with the trace context of the event behind it, if one is known."""
    return (key, value, headers_of(trace)) if trace else (key, value)


def _waits_for_input(customer: Customer) -> bool:
    return any(each.verdict.startswith("waiting|input_behind") for each in customer.invoices.values())


def _due_since(record: bytes, now: Millis) -> Millis:
    """When the customer was to be looked at; now, if that was not to be yet (another policy, a brake let go)."""
    return min(state.wake_of(record) or now, now)


def _unchanged(decision: Decision, customer: Customer, record: bytes | None) -> bool:
    """Whether the record that stands says it all: nothing of the customer changed, and it is looked at again as before."""
    if record is None or decision.customer is not customer:
        return False
    return state.wake_of(record) == (decision.wake_at or 0) and state.flags_of(record) == decision.flags


def _heard(turn: Turn, raw: ConsumerRecord) -> Arrival:
    arrival = turn.keeper.arrival(raw)
    kind = type(arrival.fact)
    if kind is InvoiceSettled and arrival.appended:
        turn.settled.append(arrival.appended)
    elif kind is AttemptReceipt:
        turn.receipts.append(cast("AttemptReceipt", arrival.fact))
    return arrival


def _encoded(key: bytes, decision: Decision, before: Customer, keeper: Keeper) -> bytes:
    """The record of what became of a customer; of one who was erased just now, under a key that opens nothing older."""
    if decision.customer.erased != before.erased:
        keeper.erase(key)
    return keeper.record(key, decision.customer, decision.wake_at, decision.flags)
