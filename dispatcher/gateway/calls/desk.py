"""`CallDesk`: everything that people do with tasks, each step a transaction of its own and an answer that is a value."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import structlog
from sqlalchemy import Connection

from dispatcher.gateway.appending import Append, Away, Whereabouts
from dispatcher.gateway.calls import dials, escalations, queue, reports, supervision
from dispatcher.gateway.calls.metrics import CallMetrics
from dispatcher.gateway.calls.outcomes import Outcome
from dispatcher.gateway.calls.overview import Conduct, Overview, conduct, overview, standing
from dispatcher.gateway.calls.person import Person
from dispatcher.gateway.calls.reports import Reporter, Stored
from dispatcher.gateway.calls.results import (
    DialAnswer,
    GivenBack,
    Incomplete,
    Kept,
    Leased,
    LeaseLost,
    Moved,
    NextTask,
    NotAllowed,
    Recorded,
    Refused,
    Renewed,
    Reported,
)
from dispatcher.gateway.dialling import Dial
from dispatcher.gateway.store.database import Store
from schemas.values import Millis

WhyBack = Literal["break", "end_of_work", "language", "knows_customer", "technical", "other"]
"""Why somebody gives a task back."""

_log = structlog.get_logger(__name__)


class CallDesk:
    """The desk of one gateway; several may share a store. `where` says where statements go, and what time it is."""

    def __init__(
        self,
        store: Store,
        dial: Dial,
        append: Append,
        where: Callable[[], Whereabouts],
        metrics: CallMetrics,
    ) -> None:
        """Nothing is read before the first question."""
        self._store = store
        self._dial = dial
        self._append = append
        self._where = where
        self._metrics = metrics

    def now(self) -> Millis:
        """The desk's clock."""
        return self._where().at_us // 1000

    async def next_task(self, person: Person) -> NextTask:
        """The person's one task: the one held already, also if dialled and not reported; else the next by the rules."""
        return await self._store.writes(lambda at: queue.taken(at, person, self.now()))

    async def held(self, person: Person) -> Leased | None:
        """The task that the person holds, if any; asking takes none."""
        return await self._store.reads(lambda at: queue.held(at, person, self.now()))

    async def renew(self, person: Person, task_id: str, fence: int) -> Renewed:
        """The person is still at it: a call, or work without one, is kept longer."""
        return await self._store.writes(lambda at: queue.renewed(at, person, task_id, fence, self.now()))

    async def dial(self, person: Person, task_id: str, fence: int) -> DialAnswer:
        """Ask the customer's lane whether the call may be made now; only the answer `Dialled` shows number and script.

        Asked again under the same fence, what was permitted is shown again. What is refused is nobody's from then on.
        """
        asked = await self._store.writes(lambda at: dials.asked(at, person.name, task_id, fence, self.now()))
        if not isinstance(asked, dials.Asked):
            return asked
        answer = await self._dial(asked.customer_id, task_id, fence, person.name)
        told = await self._store.writes(lambda at: dials.answered(at, person.name, task_id, fence, answer, self.now()))
        self._metrics.dial(told)
        if isinstance(told, Refused):
            _log.info("call_refused", task_id=task_id, codes=[each.code for each in told.reasons])
        return told

    async def give_back(self, person: Person, task_id: str, fence: int, why: WhyBack) -> GivenBack | LeaseLost:
        """The person will not do it; not possible once it was dialled."""
        return await self._store.writes(lambda at: queue.given_back(at, person, task_id, fence, why, self.now()))

    async def report(self, person: Person, task_id: str, fence: int, submit_id: str, outcome: Outcome) -> Reported:
        """What came of the task. `submit_id` is made with the form: sent again, it says nothing new."""
        reporter = Reporter(person.name, task_id, fence, submit_id, self._where().point_key)
        return await self._submitted(lambda at: reports.stored(at, reporter, outcome, self.now()), outcome)

    async def escalate(self, person: Person, task_id: str, fence: int, submit_id: str, note: str) -> Reported:
        """A major or special case, seen before anybody was called (afterwards it is `next_action` of the report)."""
        reporter = Reporter(person.name, task_id, fence, submit_id, self._where().point_key)
        return await self._submitted(lambda at: escalations.escalated(at, reporter, note, self.now()))

    async def overview(self) -> Overview:
        """The desk at this moment, for supervisors."""
        return await self._store.reads(lambda at: overview(at, self.now()))

    async def dialled(self, person: Person, task_id: str) -> Leased | NotAllowed | None:
        """A task that was dialled and has no outcome, for the supervisor who says what came of it; None: there is none."""
        if person.role != "supervisor":
            return NotAllowed()
        return await self._store.reads(lambda at: supervision.dialled(at, task_id, self.now()))

    async def conduct(self, since: Millis) -> tuple[Conduct, ...]:
        """What each collector did since an instant; 90 days back at most."""
        return await self._store.reads(partial(conduct, since=since))

    async def resolve(self, person: Person, task_id: str, submit_id: str, outcome: Outcome) -> Reported | NotAllowed:
        """A supervisor says what came of a task that was dialled and has no outcome; `abandoned`: nobody knows."""
        if person.role != "supervisor":
            return NotAllowed()
        reporter = Reporter(person.name, task_id, None, submit_id, self._where().point_key)
        return await self._submitted(lambda at: reports.stored(at, reporter, outcome, self.now()), outcome)

    async def nobody_was_called(self, person: Person, task_id: str, submit_id: str) -> Reported | NotAllowed:
        """A supervisor found out that a task which was permitted was never dialled: its contact is made anew."""
        if person.role != "supervisor":
            return NotAllowed()
        where = self._where()
        reporter = Reporter(person.name, task_id, None, submit_id, where.point_key)
        return await self._submitted(lambda at: supervision.freed(at, reporter, where))

    async def resolve_escalation(self, person: Person, escalation_id: str, *, release: bool) -> Reported | NotAllowed:
        """A supervisor has dealt with a case: contact with the customer goes on (`release`), or the hold stays."""
        if person.role != "supervisor":
            return NotAllowed()
        return await self._submitted(
            lambda at: escalations.dealt_with(at, person.name, escalation_id, self.now(), release=release)
        )

    async def take_back(self, person: Person, task_id: str) -> Moved | LeaseLost | NotAllowed:
        """A supervisor takes a task from whoever has it and has not dialled."""
        return await self._supervised(person, supervision.taken_back, task_id)

    async def set_aside(self, person: Person, task_id: str) -> Moved | LeaseLost | NotAllowed:
        """A supervisor keeps a task out of the queue."""
        return await self._supervised(person, supervision.set_aside, task_id)

    async def put_back(self, person: Person, task_id: str) -> Moved | LeaseLost | NotAllowed:
        """A supervisor lets a task that was set aside wait again."""
        return await self._supervised(person, supervision.put_back, task_id)

    async def publish_kept(self) -> int:
        """Publish what was stored and may not stand in Kafka; returns how many submits still wait."""
        waiting = await self._store.reads(reports.unpublished)
        for each in waiting:
            if isinstance(await self._published(each), Kept):
                break
        return len(await self._store.reads(reports.unpublished))

    async def measure(self) -> None:
        """Tell the metrics how the desk stands."""
        now = self.now()
        self._metrics.measured(await self._store.reads(lambda at: standing(at, now)), now)

    async def _supervised(
        self, person: Person, step: Callable[[Connection, str, str, Millis], Moved | LeaseLost], task_id: str
    ) -> Moved | LeaseLost | NotAllowed:
        if person.role != "supervisor":
            return NotAllowed()
        return await self._store.writes(lambda at: step(at, person.name, task_id, self.now()))

    async def _submitted(
        self,
        store: Callable[[Connection], Stored | Recorded | Incomplete | LeaseLost],
        outcome: Outcome | None = None,
    ) -> Reported:
        kept = await self._store.writes(store)
        if not isinstance(kept, Stored):
            return kept
        told = await self._published(kept)
        if outcome is not None:
            self._metrics.reported(outcome.word, len(kept.recorded.missing))
        if kept.escalates:
            self._metrics.escalated()
            _log.warning("case_escalated", submit_id=kept.submit_id)
        return told

    async def _published(self, kept: Stored) -> Recorded | Kept:
        stood = await self._append(kept.entries)
        if isinstance(stood, Away):
            _log.warning("report_waits_for_kafka", submit_id=kept.submit_id, why=stood.why)
            return Kept(stood.why)
        await self._store.writes(lambda at: reports.published(at, kept.submit_id, self.now()))
        return kept.recorded
