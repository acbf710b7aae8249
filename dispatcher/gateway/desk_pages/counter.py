"""What an agent does at the desk, and the page that answers it: each step noted in the record before it is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, assert_never, get_args

from litestar import Response

from dispatcher.gateway.calls.desk import CallDesk, WhyBack
from dispatcher.gateway.calls.outcomes import Outcome
from dispatcher.gateway.calls.results import (
    Dialled,
    GivenBack,
    Incomplete,
    Kept,
    Leased,
    LeaseLost,
    NoAnswer,
    NothingToDo,
    Recorded,
    Refused,
)
from dispatcher.gateway.desk_pages import notices
from dispatcher.gateway.desk_pages.clocks import UTC_ZONE
from dispatcher.gateway.desk_pages.form_view import UNTOUCHED, Left, form_context
from dispatcher.gateway.desk_pages.history import History, Past
from dispatcher.gateway.desk_pages.notices import Notice
from dispatcher.gateway.desk_pages.reasons import ended_sentence, sentence
from dispatcher.gateway.desk_pages.report_form import Asked, misfits, outcome_of
from dispatcher.gateway.desk_pages.task_view import task_view
from dispatcher.gateway.desk_pages.writing import writing
from dispatcher.gateway.form_fields import Form, text_of
from dispatcher.gateway.staff.audit import Audit, What
from dispatcher.gateway.staff.shell import Pages
from dispatcher.gateway.staff.visits import Visit
from schemas.values import Millis

PAGES: Final = Pages(Path(__file__).parent / "templates")
_WHYS: Final[tuple[WhyBack, ...]] = get_args(WhyBack)
_MOST_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Held:
    """The task that a form is about, as its hidden fields name it."""

    task_id: str
    fence: int


def held_of(form: Form) -> Held:
    """The task of a form; one that nobody holds, where the fields are not ours."""
    fence = text_of(form, "fence")
    return Held(text_of(form, "task_id"), int(fence) if fence.isdecimal() and len(fence) <= _MOST_DIGITS else 0)


@dataclass(frozen=True, slots=True)
class Counter:
    """The agent's page over a desk. `now` is the wall clock in milliseconds, `random_id` names a form that is sent once."""

    desk: CallDesk
    audit: Audit
    history: History
    now: Callable[[], Millis]
    random_id: Callable[[], str]

    async def open(self, visit: Visit, *told: Notice) -> Response[str]:
        """The page as things stand: the task that is held, or the button for the next one."""
        held = await self.desk.held(visit.who)
        if held is None:
            return self._idle(visit, told)
        await self._seen(visit, held)
        return await self._task(visit, held, told)

    async def next(self, visit: Visit, *told: Notice) -> Response[str]:
        """The task that is held, or the next one."""
        found = await self.desk.next_task(visit.who)
        match found:
            case NothingToDo():
                words = writing(visit.locale).words.task
                at = "" if found.next_at is None else writing(visit.locale).instant(found.next_at, ())
                says = (
                    words.nothing if found.next_at is None else f"{words.nothing} {words.nothing_until.format(time=at)}"
                )
                return self._idle(visit, told, says)
            case Leased():
                about = {"customer_id": found.customer_id, "task_id": found.task_id}
                await self.audit.note(visit.who, "task_taken", **about)
                if found.work is not None:
                    await self._seen(visit, found)
                return await self._task(visit, found, told)
            case _:
                assert_never(found)

    async def dial(self, visit: Visit, held: Held) -> Response[str]:
        """Ask whether the call is allowed; only then is the number shown, and that is noted first."""
        known = await self.desk.held(visit.who)
        written = writing(visit.locale)
        await self.audit.note(visit.who, "dialled", task_id=held.task_id, customer_id=_customer(known, held))
        answer = await self.desk.dial(visit.who, held.task_id, held.fence)
        match answer:
            case Dialled():
                await self._seen(visit, answer.leased)
                return await self._task(visit, answer.leased, ())
            case Refused():
                zones = () if known is None else known.zones
                told = notices.refused(answer, zones, lambda code: sentence(code, visit.language), written)
                return await self.open(visit, told)
            case NoAnswer():
                return await self.open(visit, notices.unanswered(answer, written.words.task))
            case LeaseLost():
                return await self.open(visit, notices.lost(answer, written.words.task))
            case _:
                assert_never(answer)

    async def renew(self, visit: Visit, held: Held) -> Response[str]:
        """The task is kept longer: the clock alone is shown anew; where it is lost, the page as things stand."""
        answer = await self.desk.renew(visit.who, held.task_id, held.fence)
        if isinstance(answer, LeaseLost):
            page = await self.open(visit, notices.lost(answer, writing(visit.locale).words.task))
            page.headers.update({"HX-Retarget": "#desk", "HX-Reselect": "#desk"})
            return page
        return PAGES.answer(visit, "lease.html", **self._of_task(visit, answer, ()))

    async def give_back(self, visit: Visit, held: Held, why: str) -> Response[str]:
        """Somebody else is to do it."""
        words = writing(visit.locale).words.task
        reason: WhyBack = next((each for each in _WHYS if each == why), "other")
        await self.audit.note(visit.who, "task_given_back", task_id=held.task_id, detail=reason)
        answer = await self.desk.give_back(visit.who, held.task_id, held.fence, reason)
        told = Notice("good", (words.given_back,)) if isinstance(answer, GivenBack) else notices.lost(answer, words)
        return await self.open(visit, told)

    async def escalate(self, visit: Visit, held: Held, form: Form) -> Response[str]:
        """A major or special case: a supervisor is told, and reminders stop."""
        words = writing(visit.locale).words.task
        await self.audit.note(visit.who, "outcome_reported", task_id=held.task_id, detail="escalated")
        note, submit_id = text_of(form, "note"), text_of(form, "submit_id")
        answer = await self.desk.escalate(visit.who, held.task_id, held.fence, submit_id, note)
        match answer:
            case Incomplete():
                return await self._again(visit, Left(form, misfits(answer.problems), escalation=True))
            case LeaseLost():
                return await self.open(visit, notices.lost(answer, words))
            case Kept() | Recorded():
                return await self.open(visit, Notice("warn", (words.escalated,)))
            case _:
                assert_never(answer)

    async def report(self, visit: Visit, held: Held, form: Form) -> Response[str]:
        """What came of the task; then the next one, if that was asked for."""
        known = await self.desk.held(visit.who)
        current = known if known is not None and known.task_id == held.task_id else None
        # What is no longer held was sent before, or is lost: the desk knows which by the submit id, whatever the form says.
        outcome = _SENT_BEFORE if current is None else outcome_of(form, asked_of(current))
        if isinstance(outcome, tuple):
            return await self._again(visit, Left(form, outcome))
        await self.audit.note(
            visit.who,
            "outcome_reported",
            task_id=held.task_id,
            customer_id=_customer(current, held),
            detail=outcome.word,
        )
        answer = await self.desk.report(visit.who, held.task_id, held.fence, text_of(form, "submit_id"), outcome)
        match answer:
            case Incomplete():
                return await self._again(visit, Left(form, misfits(answer.problems)))
            case LeaseLost():
                return await self.open(visit, notices.lost(answer, writing(visit.locale).words.task))
            case Kept() | Recorded():
                told = notices.recorded(answer, current, writing(visit.locale))
                return await (self.next(visit, told) if text_of(form, "then") == "next" else self.open(visit, told))
            case _:
                assert_never(answer)

    async def _again(self, visit: Visit, left: Left) -> Response[str]:
        """The form as it was left, with what is wrong; where the task is lost meanwhile, the page as things stand."""
        held = await self.desk.held(visit.who)
        if held is None:
            return await self.open(visit)
        await self._seen(visit, held)
        return await self._task(visit, held, (), left)

    async def _seen(self, visit: Visit, leased: Leased) -> None:
        """Note that somebody is about to see a number, or what else a task holds of a customer."""
        what: What = "number_revealed" if leased.work is not None and leased.kind == "call" else "customer_viewed"
        await self.audit.note(visit.who, what, customer_id=leased.customer_id, task_id=leased.task_id)

    async def _task(
        self, visit: Visit, leased: Leased, told: Sequence[Notice], left: Left = UNTOUCHED
    ) -> Response[str]:
        past = await self.history(leased.customer_id, leased.task_id)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if left.misfits else HTTPStatus.OK
        return PAGES.answer(visit, "agent.html", status=status, **self._of_task(visit, leased, past, told, left))

    def _of_task(
        self,
        visit: Visit,
        leased: Leased,
        past: tuple[Past, ...],
        told: Sequence[Notice] = (),
        left: Left = UNTOUCHED,
    ) -> dict[str, Any]:
        written = writing(visit.locale)
        before, _, after = written.words.task.left.partition("{time}")
        return {
            "w": written.words,
            "task": task_view(leased, past, self.now(), written),
            "ended": "" if leased.ended_by is None else ended_sentence(leased.ended_by, visit.language),
            "notices": told,
            "before_clock": before,
            "after_clock": after,
            **form_context(leased.work, left, left.get("submit_id") or self.random_id(), written),
        }

    def _idle(self, visit: Visit, told: Sequence[Notice], says: str = "") -> Response[str]:
        written = writing(visit.locale)
        context = form_context(None, UNTOUCHED, "", written)
        return PAGES.answer(visit, "agent.html", w=written.words, task=None, notices=told, idle=says, **context)


_SENT_BEFORE: Final = Outcome("abandoned")


def asked_of(leased: Leased) -> Asked:
    """What the form of a task asks."""
    work, zones = leased.work, leased.zones or (UTC_ZONE,)
    return Asked((), (), zones) if work is None else Asked(work.outcomes, work.amounts, zones)


def _customer(known: Leased | None, held: Held) -> str | None:
    return known.customer_id if known is not None and known.task_id == held.task_id else None
