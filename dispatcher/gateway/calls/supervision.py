"""What a supervisor does to tasks besides saying what came of them."""

from sqlalchemy import Connection, select

from dispatcher.gateway.appending import Whereabouts, to_inbox
from dispatcher.gateway.calls.reports import Reporter, Stored, keep, known_submit
from dispatcher.gateway.calls.results import Incomplete, Leased, LeaseLost, Moved, Recorded
from dispatcher.gateway.calls.rows import change, leased, note_step, row_of
from dispatcher.gateway.calls.statements import name_of
from dispatcher.gateway.calls.tables import TASKS
from schemas.inbox import AttemptResolved
from schemas.values import Millis


def dialled(connection: Connection, task_id: str, now: Millis) -> Leased | None:
    """A task that was dialled and has no outcome, as a supervisor sees it who is to say what came of it."""
    here = (TASKS.c.task_id == task_id) & (TASKS.c.state == "dialled")
    row = connection.execute(select(TASKS).where(here)).one_or_none()
    return None if row is None else leased(row, now)


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


def freed(connection: Connection, reporter: Reporter, where: Whereabouts) -> Stored | Recorded | Incomplete | LeaseLost:
    """Nobody was called by a task that was permitted: its contact is given back, and will be made anew as another task."""
    row = row_of(connection, reporter.task_id)
    known = known_submit(connection, reporter)
    if known is not None:
        return known
    if row is None or row.state != "dialled":
        return LeaseLost("not_held" if row is None else "ended")
    event_id = name_of(reporter.submit_id, "not_called")
    entry = to_inbox(row.customer_id, where, event_id, AttemptResolved(row.task_id, sent=False))
    said = {"word": "not_called", "contact_class": "none", "next_action": "none"}
    kept = keep(connection, reporter, where.at_us // 1000, (entry,), Recorded(), fence=row.fence, **said)
    change(connection, row.task_id, state="reported", holder=None, until=None)
    return kept
