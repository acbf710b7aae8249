"""What a supervisor does to tasks besides saying what came of them."""

from sqlalchemy import Connection

from dispatcher.gateway.calls.results import LeaseLost, Moved
from dispatcher.gateway.calls.rows import change, note_step, row_of
from schemas.values import Millis


def taken_back(connection: Connection, person: str, task_id: str, now: Millis) -> Moved | LeaseLost:
    """Take a task that was not dialled from whoever has it; it waits again."""
    row = row_of(connection, task_id)
    if row is None or row.state != "leased":
        return LeaseLost("not_held" if row is None else "dialled" if row.state == "dialled" else "ended")
    change(connection, task_id, state="waiting", holder=None, until=None)
    note_step(connection, now, person, task_id, "taken_back", row.holder or "")
    return Moved()


def set_aside(connection: Connection, person: str, task_id: str, now: Millis) -> Moved | LeaseLost:
    """Keep a task out of the queue until it is put back; one that was dialled has to be reported instead."""
    row = row_of(connection, task_id)
    if row is None or row.state not in {"waiting", "leased"}:
        return LeaseLost("not_held" if row is None else "dialled" if row.state == "dialled" else "ended")
    change(connection, task_id, state="aside", holder=None, until=None)
    note_step(connection, now, person, task_id, "set_aside")
    return Moved()


def put_back(connection: Connection, person: str, task_id: str, now: Millis) -> Moved | LeaseLost:
    """A task that was set aside waits again."""
    row = row_of(connection, task_id)
    if row is None or row.state != "aside":
        return LeaseLost("not_held" if row is None else "ended")
    change(connection, task_id, state="waiting")
    note_step(connection, now, person, task_id, "put_back")
    return Moved()
