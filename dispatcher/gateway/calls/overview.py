"""What a supervisor sees of the desk at one moment: ids and logins, never who a customer is."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, func, select

from dispatcher.gateway.calls.leases import State
from dispatcher.gateway.calls.queue import is_in_queue, is_leased
from dispatcher.gateway.calls.tables import ESCALATIONS, REPORTS, STEPS, TASKS
from schemas.journal import TaskKind
from schemas.values import Millis

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Queued:
    """Tasks of one kind and priority that wait: how many, those that may be done now, and since when the oldest may."""

    kind: TaskKind
    priority: int
    waiting: int
    ready: int
    oldest_ready_at: Millis | None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """One task that a supervisor looks at; `since` is when its present state began, as far as that is known."""

    task_id: str
    customer_id: str
    kind: TaskKind
    priority: int
    state: State
    fence: int
    holder: str | None
    since: Millis | None
    until: Millis | None
    expires_at: Millis
    offered_at: Millis
    ended_by: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Escalation:
    """A case that waits for a supervisor, with what the collector wrote."""

    escalation_id: str
    task_id: str
    customer_id: str
    person: str
    at: Millis
    note: str


@dataclass(frozen=True, slots=True)
class Conduct:
    """What one collector did in a time: the last 24 hours, in an overview.

    `conversations` are those with the customer; `incomplete` ones lack a disclosure. `refused`: dials not permitted.
    """

    person: str
    reports: int
    conversations: int
    incomplete: int
    promises: int
    complaints: int
    dials: int
    refused: int
    given_back: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The desk at `at`. Lists hold 200 at most, the most urgent first. `unpublished`: reports that Kafka has not taken."""

    at: Millis
    queue: tuple[Queued, ...]
    expiring: tuple[OpenTask, ...]
    leased: tuple[OpenTask, ...]
    in_call: tuple[OpenTask, ...]
    without_outcome: tuple[OpenTask, ...]
    call_backs: tuple[OpenTask, ...]
    aside: tuple[OpenTask, ...]
    escalations: tuple[Escalation, ...]
    conduct: tuple[Conduct, ...]
    unpublished: int


def overview(connection: Connection, now: Millis) -> Overview:
    """Everything at once, from one snapshot as far as the database keeps one."""
    due = and_(is_in_queue(now), TASKS.c.call_back)
    soon = and_(is_in_queue(now), TASKS.c.expires_at <= now + HOUR_MS)
    dialled = TASKS.c.state == "dialled"
    return Overview(
        at=now,
        queue=queued(connection, now),
        expiring=_tasks(connection, soon, TASKS.c.expires_at),
        leased=_tasks(connection, is_leased(now), TASKS.c.until),
        in_call=_tasks(connection, and_(dialled, TASKS.c.until > now), TASKS.c.dialled_at),
        without_outcome=_tasks(connection, and_(dialled, TASKS.c.until <= now), TASKS.c.dialled_at),
        call_backs=_tasks(connection, due, TASKS.c.offered_at),
        aside=_tasks(connection, TASKS.c.state == "aside", TASKS.c.expires_at),
        escalations=_escalations(connection),
        conduct=conduct(connection, now - DAY_MS),
        unpublished=_count(connection, REPORTS.c.published_at.is_(None)),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """What is measured of the desk."""

    queue: tuple[Queued, ...]
    without_outcome: int
    escalations: int
    unpublished: int


def standing(connection: Connection, now: Millis) -> Figures:
    """How the desk stands, in numbers."""
    return Figures(
        queued(connection, now),
        _count(connection, and_(TASKS.c.state == "dialled", TASKS.c.until <= now)),
        _count(connection, ESCALATIONS.c.resolved_at.is_(None)),
        _count(connection, REPORTS.c.published_at.is_(None)),
    )


def _count(connection: Connection, where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).where(where)).scalar_one()


def queued(connection: Connection, now: Millis) -> tuple[Queued, ...]:
    """The queue by kind and priority, the weightiest first."""
    is_ready = TASKS.c.offered_at <= now
    rows = connection.execute(
        select(
            TASKS.c.kind,
            TASKS.c.priority,
            func.count().label("waiting"),
            func.count().filter(is_ready).label("ready"),
            func.min(TASKS.c.offered_at).label("oldest"),
        )
        .where(is_in_queue(now))
        .group_by(TASKS.c.kind, TASKS.c.priority)
        .order_by(TASKS.c.priority.desc(), TASKS.c.kind)
    )
    return tuple(
        Queued(row.kind, row.priority, row.waiting, row.ready, row.oldest if row.ready else None) for row in rows
    )


def _tasks(connection: Connection, where: ColumnElement[bool], first: Column[int]) -> tuple[OpenTask, ...]:
    rows = connection.execute(select(TASKS).where(where).order_by(first, TASKS.c.task_id).limit(_MOST))
    return tuple(_task(row) for row in rows)


def _task(row: Row[Any]) -> OpenTask:
    return OpenTask(
        task_id=row.task_id,
        customer_id=row.customer_id,
        kind=row.kind,
        priority=row.priority,
        state=row.state,
        fence=row.fence,
        holder=row.holder,
        since=row.dialled_at if row.state == "dialled" else None,
        until=row.until,
        expires_at=row.expires_at,
        offered_at=row.offered_at,
        ended_by=row.ended_by,
    )


def _escalations(connection: Connection) -> tuple[Escalation, ...]:
    still_open = select(ESCALATIONS).where(ESCALATIONS.c.resolved_at.is_(None)).order_by(ESCALATIONS.c.at).limit(_MOST)
    return tuple(
        Escalation(row.escalation_id, row.task_id, row.customer_id, row.person, row.at, row.note or "")
        for row in connection.execute(still_open)
    )


def conduct(connection: Connection, since: Millis) -> tuple[Conduct, ...]:
    """What each collector did since an instant."""
    spoke = REPORTS.c.contact_class == "right_party"
    said = connection.execute(
        select(
            REPORTS.c.person,
            func.count().filter(REPORTS.c.word.not_in(("escalated", "released", "not_called"))).label("reports"),
            func.count().filter(spoke).label("conversations"),
            func.count().filter(and_(spoke, REPORTS.c.missing != "[]")).label("incomplete"),
            func.count().filter(REPORTS.c.word.in_(("promise_to_pay", "payment_arranged"))).label("promises"),
            func.count().filter(REPORTS.c.word == "complaint").label("complaints"),
        )
        .where(REPORTS.c.at >= since)
        .group_by(REPORTS.c.person)
    )
    did = connection.execute(
        select(
            STEPS.c.person,
            func.count().filter(STEPS.c.step == "dialled").label("dials"),
            func.count().filter(STEPS.c.step == "refused").label("refused"),
            func.count().filter(STEPS.c.step == "given_back").label("given_back"),
        )
        .where(STEPS.c.at >= since)
        .group_by(STEPS.c.person)
    )
    reported = {row.person: row for row in said}
    worked = {row.person: row for row in did}
    return tuple(
        _of_person(person, reported.get(person), worked.get(person)) for person in sorted({*reported, *worked})
    )


def _of_person(person: str, said: Row[Any] | None, did: Row[Any] | None) -> Conduct:
    spoken = (
        (0, 0, 0, 0, 0)
        if said is None
        else (said.reports, said.conversations, said.incomplete, said.promises, said.complaints)
    )
    worked = (0, 0, 0) if did is None else (did.dials, did.refused, did.given_back)
    return Conduct(person, *spoken, *worked)
