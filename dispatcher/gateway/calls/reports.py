"""What came of a task, from the form to Kafka: stored first, published, and only then done.

A submit is stored once, with the very records that it writes. Whoever finds one that is not published, publishes it: the
request itself, a repetition of it, or any gateway's sweep after a crash. The records have the same ids each time.
"""

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from dispatcher.gateway.appending import Entry
from dispatcher.gateway.calls.completeness import Case, problems_of
from dispatcher.gateway.calls.disclosures import disclosures_of
from dispatcher.gateway.calls.leases import lost
from dispatcher.gateway.calls.outcomes import Outcome
from dispatcher.gateway.calls.results import Incomplete, LeaseLost, Problem, Recorded
from dispatcher.gateway.calls.rows import TaskRow, change, row_of, standing, task_of, work_of
from dispatcher.gateway.calls.statements import Submit, entries_of, followed_by, hold_id, missing
from dispatcher.gateway.calls.tables import ESCALATIONS, REPORTS, TASKS
from schemas.values import Millis

ESCALATED: Final = "escalated"
"""The word of a submit that reports a special case before anybody was called."""

_MOST: Final = 50
_entries: Final = msgspec.msgpack.Decoder(list[tuple[str, bytes, bytes, int | None]])


@dataclass(frozen=True, slots=True, repr=False)
class Stored:
    """A submit that is stored and has to be published. `escalates`: a supervisor has to hear of it, and has not yet."""

    submit_id: str
    entries: tuple[Entry, ...]
    recorded: Recorded
    escalates: bool = False


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports under which submit id. `fence` is None for a supervisor, who needs no lease. `point_key` keys digests."""

    person: str
    task_id: str
    fence: int | None
    submit_id: str
    point_key: bytes


def stored(
    connection: Connection, reporter: Reporter, outcome: Outcome, now: Millis
) -> Stored | Recorded | Incomplete | LeaseLost:
    """Store an outcome that is complete and comes from whom it has to come from."""
    row = row_of(
        connection, reporter.task_id
    )  # first, so that the same form sent twice at once comes one after the other
    known = known_submit(connection, reporter)
    if known is not None:
        return known
    gone = _lost(row, reporter, now)
    if gone is not None or row is None:
        return gone or LeaseLost("not_held")
    task = task_of(row)
    work = work_of(row, task)
    if row.kind == "call" and row.state != "dialled":
        return Incomplete((Problem("task", "not_dialled", "dial first, or give the task back"),))
    wrong = problems_of(outcome, Case(task, work.amounts, now, row.expires_at))
    if wrong:
        return Incomplete(wrong)
    submit = Submit(reporter.submit_id, reporter.person, now, row.dialled_at or now)
    entries = tuple(entries_of(outcome, task, work.amounts, submit, reporter.point_key))
    left_out = missing(outcome, tuple(each.id for each in disclosures_of(task.script)))
    comes_back_at = outcome.call_back_at if outcome.word == "callback_requested" else None
    said = {"word": outcome.word, "contact_class": outcome.contact_class, "next_action": followed_by(outcome)}
    kept = keep(connection, reporter, now, entries, Recorded(left_out, comes_back_at), fence=row.fence, **said)
    if outcome.next_action == "escalate":
        note_escalation(connection, row, reporter, outcome.note, now)
    change(connection, reporter.task_id, state="reported", holder=None, until=None)
    return kept


def keep(
    connection: Connection,
    reporter: Reporter,
    now: Millis,
    entries: tuple[Entry, ...],
    recorded: Recorded,
    **said: object,
) -> Stored:
    """Store a submit with the records that it writes; `said` are the columns that say what it says."""
    connection.execute(
        insert(REPORTS).values(
            submit_id=reporter.submit_id,
            task_id=reporter.task_id,
            person=reporter.person,
            at=now,
            missing=msgspec.json.encode(recorded.missing).decode(),
            comes_back_at=recorded.comes_back_at,
            entries=msgspec.msgpack.encode([(each.topic, each.key, each.value, each.partition) for each in entries]),
            **said,
        )
    )
    return Stored(reporter.submit_id, entries, recorded, escalates=said["next_action"] == "escalate")


def known_submit(connection: Connection, reporter: Reporter) -> Stored | Recorded | Incomplete | None:
    """What a submit came to that was stored before; None: there is none.

    The same form again is answered as the first time; the form of another task is refused.
    """
    known = connection.execute(select(REPORTS).where(REPORTS.c.submit_id == reporter.submit_id)).one_or_none()
    if known is None:
        return None
    if (known.task_id, known.person) != (reporter.task_id, reporter.person):
        return Incomplete(
            (Problem("submit_id", "other_task", "this form belongs to another task: open the task anew"),)
        )
    if known.published_at is None:
        return _stored(known)
    return Recorded(_missing(known), known.comes_back_at, again=True)


def published(connection: Connection, submit_id: str, now: Millis) -> None:
    """Every record of a submit stands in Kafka: the task is done, or comes back at the time that was agreed."""
    found = connection.execute(select(REPORTS).where(REPORTS.c.submit_id == submit_id).with_for_update()).one()
    if found.published_at is not None:
        return
    connection.execute(update(REPORTS).where(REPORTS.c.submit_id == submit_id).values(published_at=now, entries=None))
    here = (TASKS.c.task_id == found.task_id) & (TASKS.c.state == "reported")
    row = connection.execute(select(TASKS).where(here).with_for_update()).one_or_none()
    if row is None:
        return
    if found.word == ESCALATED and row.ended_by is None:
        change(connection, found.task_id, state="aside")
    elif found.comes_back_at is not None and row.ended_by is None:
        change(
            connection,
            found.task_id,
            state="waiting",
            offered_at=found.comes_back_at,
            call_back=True,
            assignee=found.person,
            dialled_at=None,
            amounts=None,
        )
    else:
        ended = {"ended_by": row.ended_by or "reported", "ended_at": now, "record": None, "amounts": None}
        change(connection, found.task_id, state="over", **ended)


def unpublished(connection: Connection) -> list[Stored]:
    """Submits that may not stand in Kafka, the oldest first."""
    open_ones = select(REPORTS).where(REPORTS.c.published_at.is_(None)).order_by(REPORTS.c.at).limit(_MOST)
    return [_stored(each) for each in connection.execute(open_ones)]


def _lost(row: TaskRow | None, reporter: Reporter, now: Millis) -> LeaseLost | None:
    held = standing(row)
    if reporter.fence is not None:
        return lost(held, reporter.person, reporter.fence, now)
    if held is None:
        return LeaseLost("not_held")
    return LeaseLost("ended") if held.state in {"over", "reported"} else None


def _stored(known: Row[Any]) -> Stored:
    entries = tuple(Entry(*each) for each in _entries.decode(known.entries))
    return Stored(known.submit_id, entries, Recorded(_missing(known), known.comes_back_at, again=True))


def _missing(known: Row[Any]) -> tuple[str, ...]:
    return msgspec.json.decode(known.missing, type=tuple[str, ...])


def note_escalation(connection: Connection, row: TaskRow, reporter: Reporter, note: str, now: Millis) -> None:
    """Put a case on the supervisors' list."""
    connection.execute(
        insert(ESCALATIONS).values(
            escalation_id=reporter.submit_id,
            task_id=row.task_id,
            customer_id=row.customer_id,
            hold_id=hold_id(row.task_id, "manual"),
            person=reporter.person,
            at=now,
            note=note,
        )
    )
