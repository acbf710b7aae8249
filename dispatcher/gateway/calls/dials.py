"""A call that is about to be made: what is written before the customer's lane is asked, and what its answer leads to."""

from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection

from dispatcher.gateway import dialling
from dispatcher.gateway.calls.leases import ASKING_MS, IN_CALL_MS, lost
from dispatcher.gateway.calls.results import Dialled, Leased, LeaseLost, NoAnswer, Refused
from dispatcher.gateway.calls.rows import TaskRow, change, leased, note_step, row_of, standing, task_of, work_of
from schemas.journal import AmountOfInvoice, TaskRecord
from schemas.values import Millis

LOOK_AGAIN_MS: Final = 3_600_000
"""After a refusal that only a fact can change (a hold, a promise), the task is offered again so much later."""

SOON_MS: Final = 60_000
_DIALLED: Final = "already_dialled"
_PASSING: Final = frozenset({"input_behind", "paused"})
"""Reasons that pass by themselves, nobody knows when."""

Answer = dialling.Permitted | dialling.Refused | dialling.NoAnswer


@dataclass(frozen=True, slots=True)
class Asked:
    """The lane has to be asked about this customer's task."""

    customer_id: str


def asked(connection: Connection, person: str, task_id: str, fence: int, now: Millis) -> Asked | Dialled | LeaseLost:
    """Keep the task with the person while the lane is asked; of one that was dialled nothing is asked again."""
    row = row_of(connection, task_id)
    gone = lost(standing(row), person, fence, now)
    if gone is not None or row is None:
        return gone or LeaseLost("not_held")
    if row.state == "dialled" or row.kind != "call":
        return _dialled(row, now)
    change(connection, task_id, until=max(row.until, now + ASKING_MS))
    return Asked(row.customer_id)


def answered(  # noqa: PLR0917  a step at the desk in full
    connection: Connection, person: str, task_id: str, fence: int, answer: Answer, now: Millis
) -> Dialled | Refused | LeaseLost | NoAnswer:
    """What the lane's answer leads to."""
    row = row_of(connection, task_id)
    gone = lost(standing(row), person, fence, now)
    if gone is not None or row is None:
        return gone or LeaseLost("not_held")
    match answer:
        case dialling.Permitted():
            note_step(connection, now, person, task_id, "dialled")
            amounts = msgspec.json.encode(amounts_now(task_of(row), answer.amounts))
            until, tries = now + IN_CALL_MS, row.tries + 1
            change(connection, task_id, state="dialled", dialled_at=now, until=until, tries=tries, amounts=amounts)
            after = row_of(connection, task_id)
            return LeaseLost("not_held") if after is None else _dialled(after, now)
        case dialling.Refused():
            return _refused(connection, row, answer, person, now)
        case dialling.NoAnswer():
            note_step(connection, now, person, task_id, "no_answer")
            return NoAnswer(answer.why)


def amounts_now(task: TaskRecord, owed: tuple[dialling.AmountNow, ...]) -> tuple[AmountOfInvoice, ...]:
    """The task's invoices that are still owed, with what is owed of each now."""
    now = {each.invoice_id: each for each in owed}
    return tuple(
        msgspec.structs.replace(
            each, amount_due=now[each.invoice_id].amount_due, currency=now[each.invoice_id].currency
        )
        for each in task.amounts
        if each.invoice_id in now
    )


def _refused(connection: Connection, row: TaskRow, answer: dialling.Refused, person: str, now: Millis) -> Refused:
    """Out of the queue, or back into it for when it may be tried again."""
    code = answer.reasons[0].code if answer.reasons else "refused"
    note_step(connection, now, person, row.task_id, "refused", code)
    back_at = answer.next_at or now + (SOON_MS if code in _PASSING else LOOK_AGAIN_MS)
    if code == _DIALLED:
        # It was permitted once, and the answer got lost: somebody may have called. A supervisor finds out.
        change(connection, row.task_id, state="dialled", holder=None, until=now, dialled_at=row.dialled_at or now)
        return Refused(answer.reasons, None)
    if answer.is_over:
        ended = {"record": None, "amounts": None, "ended_by": code, "ended_at": now}
        change(connection, row.task_id, state="over", holder=None, until=None, **ended)
        return Refused(answer.reasons, None)
    change(connection, row.task_id, state="waiting", holder=None, until=None, offered_at=back_at)
    return Refused(answer.reasons, back_at if back_at < row.expires_at else None)


def _dialled(row: TaskRow, now: Millis) -> Dialled:
    task = task_of(row)
    held: Leased = leased(row, now)
    return Dialled(held, work_of(row, task))
