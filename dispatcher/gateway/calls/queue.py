"""Who gets which task: one for each person, chosen by rules and not by the person; and how it goes back.

A transaction takes the person's own row first, so that one person asking twice at once is given one task; then it takes the
first task that nobody else is just taking (`SKIP LOCKED`; SQLite has one writer at a time).
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from dispatcher.gateway.calls.leases import first_until, lost, next_fence, renewed_until
from dispatcher.gateway.calls.person import Person, spoken
from dispatcher.gateway.calls.results import GivenBack, Leased, LeaseLost, NextTask, NothingToDo, Renewed
from dispatcher.gateway.calls.rows import TaskRow, change, leased, note_step, row_of, standing
from dispatcher.gateway.calls.tables import PEOPLE, TASKS
from schemas.values import Millis

_AT_WORK_MS: Final = 12 * 3_600_000
"""Somebody who has asked for a task within this time may be waited for."""

_KEPT_MS: Final = 2 * 3_600_000
"""How long a task waits for the person responsible for it, if that person is at work."""

_NOT_AGAIN_MS: Final = 3_600_000
"""Who gave a task back is not offered it again for so long."""

_KINDS: Final = {"call": 0, "visit": 1, "legal": 2, "letter": 3, "agency": 4}


def taken(connection: Connection, person: Person, now: Millis) -> NextTask:
    """The person's task: the one already held, or the next."""
    _enter(connection, person.name, now)
    held = connection.execute(select(TASKS).where(TASKS.c.holder == person.name, _is_held(now))).first()
    if held is not None:
        return leased(held, now)
    chosen = connection.execute(
        select(TASKS.c.task_id, TASKS.c.kind, TASKS.c.fence)  # all that wait are sorted: they had better be small
        .where(_is_offered(now), _suits(person, now))
        .order_by(*_order(person))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if chosen is None:
        return NothingToDo(_next_at(connection, person, now))
    fence = next_fence(chosen.fence, now)
    until = first_until(chosen.kind, now)
    change(connection, chosen.task_id, state="leased", holder=person.name, fence=fence, until=until)
    note_step(connection, now, person.name, chosen.task_id, "leased")
    return leased(_read(connection, chosen.task_id), now)


def held(connection: Connection, person: Person, now: Millis) -> Leased | None:
    """The task that the person holds; nothing is taken."""
    row = connection.execute(select(TASKS).where(TASKS.c.holder == person.name, _is_held(now))).first()
    return None if row is None else leased(row, now)


def renewed(connection: Connection, person: Person, task_id: str, fence: int, now: Millis) -> Renewed:
    """The person is still at it."""
    row = row_of(connection, task_id)
    held = standing(row)
    gone = lost(held, person.name, fence, now)
    if gone is not None or held is None:
        return gone or LeaseLost("not_held")
    change(connection, task_id, until=renewed_until(held, now))
    return leased(_read(connection, task_id), now)


def given_back(  # noqa: PLR0917  a step at the desk in full
    connection: Connection, person: Person, task_id: str, fence: int, why: str, now: Millis
) -> GivenBack | LeaseLost:
    """The person will not do it; one that was dialled cannot be given back, its outcome is wanted."""
    row = row_of(connection, task_id)
    gone = lost(standing(row), person.name, fence, now)
    if gone is not None or row is None:
        return gone or LeaseLost("not_held")
    if row.state == "dialled":
        return LeaseLost("dialled")
    change(connection, task_id, state="waiting", holder=None, until=None, given_back_by=person.name, given_back_at=now)
    note_step(connection, now, person.name, task_id, "given_back", why)
    return GivenBack()


def is_leased(now: Millis) -> ColumnElement[bool]:
    """Somebody has it and has not dialled, and the time is not over."""
    return and_(TASKS.c.state == "leased", TASKS.c.until > now)


def is_in_queue(now: Millis) -> ColumnElement[bool]:
    """It waits, perhaps for its time; or somebody let the time pass."""
    back = and_(TASKS.c.state == "leased", TASKS.c.until <= now)
    return and_(or_(TASKS.c.state == "waiting", back), TASKS.c.expires_at > now)


def _is_offered(now: Millis) -> ColumnElement[bool]:
    return and_(is_in_queue(now), TASKS.c.offered_at <= now)


def _is_held(now: Millis) -> ColumnElement[bool]:
    return or_(TASKS.c.state == "dialled", is_leased(now))


def _suits(person: Person, now: Millis) -> ColumnElement[bool]:
    """Whether a task may go to the person: gated steps to supervisors, what names a colleague at work to that one first."""
    responsible = exists().where(PEOPLE.c.name == TASKS.c.assignee, PEOPLE.c.seen_at > now - _AT_WORK_MS)
    free = or_(
        TASKS.c.assignee.is_(None),
        TASKS.c.assignee == person.name,
        TASKS.c.offered_at <= now - _KEPT_MS,
        ~responsible,
    )
    fresh = or_(
        TASKS.c.given_back_by.is_(None),
        TASKS.c.given_back_by != person.name,
        TASKS.c.given_back_at <= now - _NOT_AGAIN_MS,
    )
    return and_(free, fresh, _is_allowed(person))


def _is_allowed(person: Person) -> ColumnElement[bool]:
    return TASKS.c.gate.is_(None) if person.role != "supervisor" else TASKS.c.task_id.is_not(None)


def _order(person: Person) -> tuple[ColumnElement[Any], ...]:
    """Promised call-backs, one's own, by weight, who speaks one's language, what is over first; the id decides the rest."""
    own = case((TASKS.c.assignee == person.name, 0), else_=1)
    kind = case(_KINDS, value=TASKS.c.kind, else_=len(_KINDS))
    promised = case((TASKS.c.call_back, 0), else_=1)
    understood = case((TASKS.c.language == spoken(person.language), 0), else_=1)
    return (
        promised,
        own,
        TASKS.c.priority.desc(),
        kind,
        understood,
        TASKS.c.expires_at,
        TASKS.c.offered_at,
        TASKS.c.task_id,
    )


def _next_at(connection: Connection, person: Person, now: Millis) -> Millis | None:
    """When something will wait that the person may have."""
    later = and_(is_in_queue(now), TASKS.c.offered_at > now, _is_allowed(person))
    found: Millis | None = connection.execute(select(func.min(TASKS.c.offered_at)).where(later)).scalar_one()
    return found


def _enter(connection: Connection, name: str, now: Millis) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    seen = insert(PEOPLE).values(name=name, seen_at=now)
    connection.execute(seen.on_conflict_do_update(index_elements=[PEOPLE.c.name], set_={"seen_at": now}))


def _read(connection: Connection, task_id: str) -> TaskRow:
    return connection.execute(select(TASKS).where(TASKS.c.task_id == task_id)).one()
