"""Rows of the desk's tasks, and what they say."""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from dispatcher.gateway.calls.calling_hours import clocks_of
from dispatcher.gateway.calls.disclosures import disclosures_of
from dispatcher.gateway.calls.leases import Standing
from dispatcher.gateway.calls.masking import mask
from dispatcher.gateway.calls.outcomes import fitting
from dispatcher.gateway.calls.results import Leased, Work
from dispatcher.gateway.calls.tables import STEPS, TASKS
from schemas.journal import AmountOfInvoice, TaskRecord, decode_task
from schemas.values import Millis

TaskRow = Row[Any]
"""A row of `desk_tasks`."""

_amounts: Final = msgspec.json.Decoder(tuple[AmountOfInvoice, ...])


def row_of(connection: Connection, task_id: str) -> TaskRow | None:
    """A task, locked until the transaction ends."""
    return connection.execute(select(TASKS).where(TASKS.c.task_id == task_id).with_for_update()).one_or_none()


def change(connection: Connection, task_id: str, **values: object) -> None:
    """Write columns of a task that is locked."""
    connection.execute(update(TASKS).where(TASKS.c.task_id == task_id).values(**values))


def note_step(connection: Connection, now: Millis, person: str, task_id: str, step: str, detail: str = "") -> None:  # noqa: PLR0917
    """Remember what somebody did; `step` and `detail` are words of ours."""
    values = {"at": now, "person": person, "task_id": task_id, "step": step, "detail": detail}
    connection.execute(insert(STEPS).values(**values))


def standing(row: TaskRow | None) -> Standing | None:
    """Whose a task is."""
    return None if row is None else Standing(row.state, row.kind, row.holder, row.fence, row.until)


def task_of(row: TaskRow) -> TaskRecord:
    """The task itself, of a row that still has it."""
    return decode_task(row.record)


def leased(row: TaskRow, now: Millis) -> Leased:
    """What its holder is told of a task."""
    task = task_of(row)
    dialled = row.state == "dialled"
    return Leased(
        task_id=row.task_id,
        fence=row.fence,
        until=row.until,
        kind=task.kind,
        customer_id=task.customer_id,
        invoice_ids=task.invoice_ids,
        masked=mask(task.contact_point),
        priority=task.priority,
        expires_at=row.expires_at,
        gate=task.gate,
        call_back=row.call_back,
        tries=row.tries,
        dialled_at=row.dialled_at if dialled else None,
        is_late=dialled and row.until <= now,
        ended_by=row.ended_by,
        zones=clocks_of(task.contact_point),
        amounts=task.amounts,
        work=work_of(row, task) if dialled or task.kind != "call" else None,
    )


def work_of(row: TaskRow, task: TaskRecord) -> Work:
    """What the task needs, with the amounts of this moment where they are known."""
    return Work(
        contact_point=task.contact_point,
        script=task.script,
        amounts=task.amounts if row.amounts is None else _amounts.decode(row.amounts),
        disclosures=disclosures_of(task.script),
        outcomes=fitting(task),
        fresh=row.amounts is not None,
    )
