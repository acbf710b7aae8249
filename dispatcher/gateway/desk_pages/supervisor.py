"""What a supervisor does at the desk, and the pages that answer it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from litestar import Response

from dispatcher.gateway.calls.desk import CallDesk
from dispatcher.gateway.calls.results import Incomplete, Kept, Leased, LeaseLost, Moved, NotAllowed, Recorded, Reported
from dispatcher.gateway.desk_pages import notices
from dispatcher.gateway.desk_pages.counter import PAGES, asked_of
from dispatcher.gateway.desk_pages.form_view import UNTOUCHED, Left, form_context
from dispatcher.gateway.desk_pages.notices import Notice
from dispatcher.gateway.desk_pages.overview_view import overview_view
from dispatcher.gateway.desk_pages.report_form import misfits, outcome_of
from dispatcher.gateway.desk_pages.task_view import task_view
from dispatcher.gateway.desk_pages.writing import writing
from dispatcher.gateway.form_fields import Form, text_of
from dispatcher.gateway.staff.audit import Audit
from dispatcher.gateway.staff.denials import Denied
from dispatcher.gateway.staff.navigation import page_of
from dispatcher.gateway.staff.visits import Visit
from schemas.values import Millis

_FAILED: Final = (LeaseLost, NotAllowed)


@dataclass(frozen=True, slots=True)
class Supervisor:
    """The supervisor's pages over a desk. `now` is the wall clock in milliseconds, `random_id` names a form sent once."""

    desk: CallDesk
    audit: Audit
    now: Callable[[], Millis]
    random_id: Callable[[], str]

    async def open(self, visit: Visit, told: Sequence[Notice] = ()) -> Response[str]:
        """The desk as it is at this moment."""
        written = writing(visit.locale)
        seen = overview_view(await self.desk.overview(), written)
        return PAGES.answer(visit, "overview.html", w=written.words, desk=seen, notices=told)

    async def act(self, visit: Visit, form: Form) -> Response[str]:
        """The answer to one form of the pages.

        Raises:
            Denied: no form of the pages says this.
        """
        act, task_id = text_of(form, "act"), text_of(form, "task_id")
        match act:
            case "resolve":
                return await self.ask(visit, task_id)
            case "resolved":
                return await self.resolve(visit, task_id, form)
            case "not_called":
                await self.audit.note(visit.who, "task_resolved", task_id=task_id, detail=act)
                answer = await self.desk.nobody_was_called(visit.who, task_id, text_of(form, "submit_id"))
                return await self._done(visit, answer)
            case "take_back":
                await self.audit.note(visit.who, "task_resolved", task_id=task_id, detail=act)
                return await self._done(visit, await self.desk.take_back(visit.who, task_id))
            case "set_aside":
                await self.audit.note(visit.who, "task_resolved", task_id=task_id, detail=act)
                return await self._done(visit, await self.desk.set_aside(visit.who, task_id))
            case "put_back":
                await self.audit.note(visit.who, "task_resolved", task_id=task_id, detail=act)
                return await self._done(visit, await self.desk.put_back(visit.who, task_id))
            case "release" | "keep":
                return await self.dealt_with(visit, text_of(form, "case"), release=act == "release")
            case _:
                raise Denied("missing")

    async def ask(self, visit: Visit, task_id: str, left: Left = UNTOUCHED) -> Response[str]:
        """The form in which a supervisor says what came of a call that somebody else made; its number is not shown."""
        found = await self.desk.dialled(visit.who, task_id)
        if not isinstance(found, Leased):
            return await self._told(visit, "bad", writing(visit.locale).words.overview.failed)
        await self.audit.note(visit.who, "customer_viewed", task_id=task_id, customer_id=found.customer_id)
        written = writing(visit.locale)
        return PAGES.answer(
            visit,
            "resolve.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if left.misfits else HTTPStatus.OK,
            w=written.words,
            task=task_view(found, (), self.now(), written),
            why=page_of(found.customer_id),
            notices=(),
            **form_context(found.work, left, left.get("submit_id") or self.random_id(), written),
        )

    async def resolve(self, visit: Visit, task_id: str, form: Form) -> Response[str]:
        """What a supervisor found out about a call."""
        found = await self.desk.dialled(visit.who, task_id)
        words = writing(visit.locale).words
        if not isinstance(found, Leased):
            return await self._told(visit, "bad", words.overview.failed)
        outcome = outcome_of(form, asked_of(found))
        if isinstance(outcome, tuple):
            return await self.ask(visit, task_id, Left(form, outcome))
        await self.audit.note(
            visit.who, "task_resolved", task_id=task_id, customer_id=found.customer_id, detail=outcome.word
        )
        answer = await self.desk.resolve(visit.who, task_id, text_of(form, "submit_id"), outcome)
        if isinstance(answer, Incomplete):
            return await self.ask(visit, task_id, Left(form, misfits(answer.problems)))
        if isinstance(answer, _FAILED):
            return await self._told(visit, "bad", words.overview.failed)
        return await self.open(visit, (notices.recorded(answer, found, writing(visit.locale)),))

    async def dealt_with(self, visit: Visit, case: str, *, release: bool) -> Response[str]:
        """A major or special case is dealt with."""
        await self.audit.note(visit.who, "task_resolved", detail="release" if release else "keep")
        return await self._done(visit, await self.desk.resolve_escalation(visit.who, case, release=release))

    async def _done(self, visit: Visit, answer: Reported | Moved | NotAllowed) -> Response[str]:
        words = writing(visit.locale).words.overview
        if isinstance(answer, Recorded | Kept | Moved):
            return await self._told(visit, "good", words.moved)
        return await self._told(visit, "bad", words.failed)

    async def _told(self, visit: Visit, tone: notices.Tone, says: str) -> Response[str]:
        return await self.open(visit, (Notice(tone, (says,)),))
