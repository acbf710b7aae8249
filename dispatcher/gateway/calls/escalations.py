"""Major and special cases (requirement S33): reported at once, contact pauses, and a supervisor says how it goes on."""

from sqlalchemy import Connection, select, update

from dispatcher.gateway.calls.completeness import LONGEST_NOTE
from dispatcher.gateway.calls.leases import lost
from dispatcher.gateway.calls.reports import ESCALATED, Reporter, Stored, keep, known_submit, note_escalation
from dispatcher.gateway.calls.results import Incomplete, LeaseLost, Problem, Recorded
from dispatcher.gateway.calls.rows import change, row_of, standing
from dispatcher.gateway.calls.statements import Submit, event, hold_id
from dispatcher.gateway.calls.tables import ESCALATIONS, TASKS
from dispatcher.gateway.calls.texts import clean
from schemas.values import Millis

_NOTHING_SAID = {"contact_class": "none"}


def escalated(
    connection: Connection, reporter: Reporter, note: str, now: Millis
) -> Stored | Recorded | Incomplete | LeaseLost:
    """Take a task out of the queue before it is dialled, and stop contact with the customer; one that was is reported."""
    row = row_of(connection, reporter.task_id)
    known = known_submit(connection, reporter)
    if known is not None:
        return known
    gone = lost(standing(row), reporter.person, reporter.fence or 0, now)
    if gone is not None or row is None:
        return gone or LeaseLost("not_held")
    if row.state == "dialled":
        return LeaseLost("dialled")
    if not 0 < len(note.strip()) <= LONGEST_NOTE:
        return Incomplete(
            (Problem("note", "missing", f"say what is special about it, in 1 to {LONGEST_NOTE} characters"),)
        )
    hold: dict[str, object] = {"hold_id": hold_id(row.task_id, "manual"), "kind": "manual", "scope": "customer"}
    submit = Submit(reporter.submit_id, reporter.person, now, now)
    placed = event(row.customer_id, "hold.placed", hold | {"note": clean(note)}, submit)
    said = _NOTHING_SAID | {"word": ESCALATED, "next_action": "escalate"}
    kept = keep(connection, reporter, now, (placed,), Recorded(), fence=row.fence, **said)
    note_escalation(connection, row, reporter, clean(note), now)
    change(connection, row.task_id, state="reported", holder=None, until=None)
    return kept


def dealt_with(
    connection: Connection, person: str, escalation_id: str, now: Millis, *, release: bool
) -> Stored | Recorded | Incomplete | LeaseLost:
    """A supervisor has dealt with a case: contact goes on (`release`), or the hold stays."""
    found = connection.execute(
        select(ESCALATIONS).where(ESCALATIONS.c.escalation_id == escalation_id).with_for_update()
    ).one_or_none()
    if found is None or found.resolved_at is not None:
        return LeaseLost("ended")
    here = ESCALATIONS.c.escalation_id == escalation_id
    connection.execute(update(ESCALATIONS).where(here).values(resolved_by=person, resolved_at=now, note=None))
    if not release:
        return Recorded()
    reporter = Reporter(person, found.task_id, None, f"{escalation_id}/released", b"")
    submit = Submit(reporter.submit_id, person, now, now)
    released = event(found.customer_id, "hold.released", {"hold_id": found.hold_id}, submit)
    said = _NOTHING_SAID | {"word": "released", "next_action": "none"}
    kept = keep(connection, reporter, now, (released,), Recorded(), fence=0, **said)
    aside = (TASKS.c.task_id == found.task_id) & (TASKS.c.state == "aside")
    connection.execute(update(TASKS).where(aside).values(state="waiting"))
    return kept
