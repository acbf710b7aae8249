"""What topics bring to the desk: tasks, and the word that one is over; in whatever order, and any number of times."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, case, null, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from dispatcher.gateway.calls.leases import IN_HAND
from dispatcher.gateway.calls.person import spoken
from dispatcher.gateway.calls.tables import ESCALATIONS, TASKS
from schemas import journal
from schemas.journal import JournalRecord, Result, TaskRecord
from schemas.reasons import ReasonCode
from schemas.values import Millis, to_millis

_ENDS: Final[frozenset[Result]] = frozenset(
    {"delivered", "undelivered", "expired", "cancelled", "rejected", "released"}
)
"""Results of a task's attempt after which nobody is to do it any more."""


ERASED: Final = "customer.erased"
"""The rule by which the journal tells that a customer is to be forgotten."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A task is over, by the journal; `code` is its reason."""

    task_id: str
    customer_id: str
    code: ReasonCode
    at: Millis


def end_of(record: JournalRecord) -> Ended | None:
    """Whether a record ends a task of the desk. Approval is an acceptance, and the end of a gated one."""
    if record.attempt_id is None or (record.task is None and record.channel != "call_task") or not record.reasons:
        return None
    code = record.reasons[0].code
    if record.kind != "attempt" or not (record.result in _ENDS or code == "approved"):
        return None
    return Ended(record.attempt_id, record.customer_id, code, to_millis(record.at))


def erasure_of(record: JournalRecord) -> str | None:
    """The customer of whom nothing personal may be kept any more, if a record says so."""
    said = record.reasons[0] if record.reasons else None
    is_erased = said is not None and said.rule == ERASED and said.code == "recorded"
    return record.customer_id if is_erased else None


def forget_notes(connection: Connection, customers: Sequence[str]) -> None:
    """Empty what collectors wrote of customers who were erased; their tasks end by the journal's own word."""
    if customers:
        here = ESCALATIONS.c.customer_id.in_(customers)
        connection.execute(update(ESCALATIONS).where(here).values(note=None))


def take_in(connection: Connection, tasks: Sequence[TaskRecord]) -> None:
    """Tasks that wait from now on; one that is there already, or is over, stays as it is."""
    if tasks:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert(TASKS).on_conflict_do_nothing(), [_row(each) for each in tasks])


def take_out(connection: Connection, ends: Iterable[Ended]) -> None:
    """Tasks that are over: nobody is offered them, and what they said of a person is gone.

    One that somebody has dialled is kept until its outcome is reported. One that is not there yet leaves a mark, so that its
    own record, which may be read later, does not bring it back.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    new = insert(TASKS)
    in_hand = or_(*(TASKS.c.state == state for state in IN_HAND))  # `in_` cannot be said of many rows at once
    over = {
        "state": case((in_hand, TASKS.c.state), else_="over"),
        "holder": case((in_hand, TASKS.c.holder), else_=null()),
        "until": case((in_hand, TASKS.c.until), else_=null()),
        "record": case((in_hand, TASKS.c.record), else_=null()),
        "amounts": case((in_hand, TASKS.c.amounts), else_=null()),
        "ended_by": new.excluded.ended_by,
        "ended_at": new.excluded.ended_at,
    }
    again = or_(TASKS.c.state != "over", TASKS.c.ended_by.is_(None))
    rows = [_mark(each) for each in ends]
    if rows:
        connection.execute(new.on_conflict_do_update(index_elements=[TASKS.c.task_id], set_=over, where=again), rows)


def _row(task: TaskRecord) -> dict[str, object]:
    return _BLANK | {
        "task_id": task.task_id,
        "state": "waiting",
        "kind": task.kind,
        "customer_id": task.customer_id,
        "priority": task.priority,
        "expires_at": to_millis(task.expires_at),
        "offered_at": to_millis(task.not_before),
        "assignee": task.assignee,
        "gate": task.gate,
        "language": None if task.language is None else spoken(task.language),
        "record": journal.encode(task),
    }


def _mark(ended: Ended) -> dict[str, object]:
    return _BLANK | {
        "task_id": ended.task_id,
        "state": "over",
        "kind": "call",
        "customer_id": ended.customer_id,
        "priority": 0,
        "expires_at": ended.at,
        "offered_at": ended.at,
        "ended_by": ended.code,
        "ended_at": ended.at,
    }


_BLANK: Final[dict[str, object]] = {
    "call_back": False,
    "tries": 0,
    "fence": 0,
    "assignee": None,
    "gate": None,
    "language": None,
    "record": None,
    "ended_by": None,
    "ended_at": None,
}
