"""The desk as a supervisor sees it, written out: rows of tables, nothing left to decide for the template. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatcher.gateway.calls.overview import Conduct, Escalation, OpenTask, Overview, Queued
from dispatcher.gateway.desk_pages.writing import Writing
from dispatcher.gateway.staff.navigation import page_of
from dispatcher.messages.foreign_text import foreign_text
from schemas.values import Millis

_LONGEST = 100
_LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Tasks of one kind and priority: those that may be done now, those that come later, how long the oldest waits."""

    kind: str
    priority: int
    ready: int
    later: int
    oldest: str


@dataclass(frozen=True, slots=True, repr=False)
class TaskRow:
    """One task: whose it is, for how long, what is left of its lease, when it ends; `why`: where its customer's story is."""

    task_id: str
    kind: str
    customer: str
    why: str
    who: str
    since: str
    left: str
    ends: str
    at: str


@dataclass(frozen=True, slots=True, repr=False)
class CaseRow:
    """A case that waits for a supervisor; `why`: where its customer's story is."""

    id: str
    customer: str
    why: str
    who: str
    since: str
    note: str


@dataclass(frozen=True, slots=True, repr=False)
class OverviewView:
    """Everything that the page shows."""

    at: str
    queue: Sequence[QueueRow]
    unresolved: Sequence[TaskRow]
    escalations: Sequence[CaseRow]
    in_call: Sequence[TaskRow]
    leased: Sequence[TaskRow]
    call_backs: Sequence[TaskRow]
    expiring: Sequence[TaskRow]
    aside: Sequence[TaskRow]
    conduct: Sequence[Conduct]
    unpublished: int


def overview_view(desk: Overview, writing: Writing) -> OverviewView:
    """The desk in the words of a language."""

    def rows(tasks: Sequence[OpenTask]) -> tuple[TaskRow, ...]:
        return tuple(_task(each, desk.at, writing) for each in tasks)

    return OverviewView(
        at=writing.instant(desk.at, ()),
        queue=tuple(_queued(each, desk.at, writing) for each in desk.queue),
        unresolved=rows(desk.without_outcome),
        escalations=tuple(_case(each, desk.at, writing) for each in desk.escalations),
        in_call=rows(desk.in_call),
        leased=rows(desk.leased),
        call_backs=rows(desk.call_backs),
        expiring=rows(desk.expiring),
        aside=rows(desk.aside),
        conduct=desk.conduct,
        unpublished=desk.unpublished,
    )


def _queued(row: Queued, now: Millis, writing: Writing) -> QueueRow:
    oldest = "" if row.oldest_ready_at is None else writing.ago(now - row.oldest_ready_at)
    return QueueRow(writing.words.task.kinds[row.kind], row.priority, row.ready, row.waiting - row.ready, oldest)


def _task(task: OpenTask, now: Millis, writing: Writing) -> TaskRow:
    return TaskRow(
        task.task_id,
        writing.words.task.kinds[task.kind],
        foreign_text(task.customer_id, _LONGEST),
        page_of(task.customer_id),
        task.holder or "",
        "" if task.since is None else writing.ago(now - task.since),
        "" if task.until is None else writing.ago(task.until - now),
        writing.instant(task.expires_at, ()),
        writing.instant(task.offered_at, ()),
    )


def _case(case: Escalation, now: Millis, writing: Writing) -> CaseRow:
    customer, note = foreign_text(case.customer_id, _LONGEST), foreign_text(case.note, _LONGEST_NOTE)
    since = writing.ago(now - case.at)
    return CaseRow(case.escalation_id, customer, page_of(case.customer_id), case.person, since, note)
