"""Whether a task may be acted on now: asked right before a number is dialled, answered in the turn that heard the question.

Hours may have passed since the task was written. So everything is asked again, with all that has arrived: whether the debt,
the person and the number may be spoken to, whether the lane knows all there is to know, and whether this is the hour. The
claim of the task counts in the caps already and is left out of them here; what others did since is not.
"""

from typing import Final

import msgspec
from msgspec.structs import replace

from dispatcher.core.caps import Asked
from dispatcher.core.ledger import point_name
from dispatcher.core.lifecycle import entry_of, parts_of
from dispatcher.core.notes import Note
from dispatcher.core.open_tasks import why_over
from dispatcher.core.outcomes import about
from dispatcher.core.pages import because, note_event
from dispatcher.core.regimes import regime_of
from dispatcher.core.rules import DAY, MINUTE, Stage
from dispatcher.core.statements import closing_code, is_closed
from dispatcher.core.timing import slot_beside
from dispatcher.core.turn import Turn
from schemas.inbox import Cause, DialAsked, ProfileStated, Stamp
from schemas.journal import Reason
from schemas.reasons import ReasonCode
from schemas.state import Attempt
from schemas.values import Millis

PERMIT_LASTS: Final[Millis] = 2 * MINUTE
"""A call that was permitted begins within this time: nobody can know what arrives later."""

OUTCOME_WITHIN: Final[Millis] = DAY
"""So long after it was dialled, or until its own end if that is later, a task stays open for the word of who called."""

ASK_AGAIN: Final[Millis] = 1_000
"""When a question that the lane cannot answer yet is worth asking again."""

_EVENT = "task.dialled"

ASKED: Final = Note(_EVENT, "recorded")
"""What folding a question amounts to: the answer is given when everything of the turn is folded."""

Seen = dict[str, str | int]


class Refusal(msgspec.Struct, frozen=True):
    """Why not now; `next_at` is when nothing but time will have changed that."""

    reasons: tuple[Reason, ...]
    next_at: Millis | None = None


def asked(draft: object, fact: DialAsked, stamp: Stamp) -> Note:  # noqa: ARG001
    """A question changes nothing by itself."""
    return ASKED


def answer(turn: Turn) -> None:
    """Answers every question of the turn, in order."""
    for question, cause in turn.asked:
        attempt = turn.attempts.get(question.task_id)
        if attempt is None or attempt.channel != "call_task":
            code = _why_not_open(turn, question.task_id)
            note = Note(_EVENT, code, attempt_id=question.task_id, result="refused")
            _refuse(turn, question, cause, note, Refusal(because(code)))
            continue
        verdict = _judged(turn, question, attempt)
        if isinstance(verdict, Refusal):
            if question.fence > attempt.fence:
                turn.put_attempt(question.task_id, replace(attempt, fence=question.fence))
            note = replace(about(attempt, question.task_id, _EVENT, verdict.reasons[0].code, "refused"), kind="fact")
            _refuse(turn, question, cause, note, verdict)
        else:
            _permit(turn, question, cause, attempt, verdict)


def _judged(turn: Turn, question: DialAsked, attempt: Attempt) -> Refusal | Millis:
    """Until when the call may begin, or why it may not."""
    if attempt.dialled_at:
        return Refusal(because("already_dialled"))
    if question.fence < attempt.fence:
        return Refusal(because("lease_overtaken"))
    if (code := why_over(turn, attempt)) is not None:
        return Refusal(because(code))
    profile = turn.profile
    if profile is None:
        return Refusal(because("waiting_for_profile"))
    if (refusal := _stopped_by_lane(turn, attempt)) is not None:
        return refusal
    stage = next((each for each in turn.policy.stages if each.id == attempt.stage), None)
    if stage is None:
        return Refusal(because("withdrawn"))  # a policy that came since knows no such step
    return _in_its_hours(turn, profile, question.task_id, attempt, stage) if stage.timed else attempt.expires_at


def _why_not_open(turn: Turn, task_id: str) -> ReasonCode:
    """Why a task cannot be dialled that is not open, as far as it is remembered."""
    if turn.erased is not None and turn.profile is None:
        return "erased"
    contact_id, number = parts_of(task_id)
    retry = turn.retries.get(contact_id)
    if retry is not None and retry.number == number:
        return retry.reason
    entry = entry_of(turn, task_id)
    invoices = [] if entry is None else [turn.invoices.get(each) for each in entry.invoice_ids]
    if invoices and all(each is not None and is_closed(each) for each in invoices):
        return closing_code(invoices[0])
    return "not_open"


def _stopped_by_lane(turn: Turn, attempt: Attempt) -> Refusal | None:
    """What of the worker, not of the customer, forbids the call."""
    lane = turn.conditions
    if not lane.gate_open:
        return Refusal(because("input_behind", "inputs"), turn.now + ASK_AGAIN)
    if lane.sending == "off":
        return Refusal(because("paused", "sending"))
    if lane.sending == "shadow":
        return Refusal(because("shadow", "sending"))
    if lane.sending == "allowlist" and attempt.contact_point not in lane.allowlist:
        return Refusal(because("not_in_allowlist", "sending"))
    creditor_id = turn.policy.creditor(attempt.creditor_id).id
    for brake in lane.brakes:
        if brake.stops(attempt.channel, creditor_id):
            return Refusal(because("paused", f"brakes.{brake.scope}"), brake.until)
    return None


def _in_its_hours(turn: Turn, profile: ProfileStated, task_id: str, attempt: Attempt, stage: Stage) -> Refusal | Millis:
    """Hours, gap and caps, beside every contact but the one that this call will be."""
    creditor = turn.policy.creditor(attempt.creditor_id)
    regime, clocks = regime_of(turn, profile, creditor.party, stage.phase)
    point = point_name(attempt.contact_point) if turn.policy.counts_points else ""
    about_ = Asked(attempt.channel, creditor.id, attempt.invoice_ids, point)
    others = tuple([each for each in turn.contacts if each.attempt_id != task_id])
    quiet = profile.quiet_hours
    slot = slot_beside(turn, others, 0, quiet, about_, attempt.contact_id, stage, regime, clocks)
    if slot.waits_for is None:
        return min(slot.end, attempt.expires_at)
    return Refusal(slot.waits_for, slot.at if slot.found and slot.at < attempt.expires_at else None)


def _permit(turn: Turn, question: DialAsked, cause: Cause, attempt: Attempt, until: Millis) -> None:
    """Remembers the call: from now on it may have reached the customer, and counts from this instant."""
    task_id, now = question.task_id, turn.now
    turn.put_attempt(
        task_id,
        replace(
            attempt,
            fence=question.fence,
            dialled_at=now,
            expires_at=max(attempt.expires_at, now + OUTCOME_WITHIN),
        ),
    )
    moved = [replace(each, at=now) if each.attempt_id == task_id else each for each in turn.contacts]
    turn.contacts = tuple(sorted(moved, key=lambda each: (each.at, each.attempt_id)))
    seen = _asked_by(question) | {"until": min(until, now + PERMIT_LASTS)}
    for invoice_id in attempt.invoice_ids:
        invoice = turn.invoices.get(invoice_id)
        if invoice is not None and not is_closed(invoice):
            seen[f"due.{invoice_id}"] = f"{invoice.amount_due} {invoice.currency}"
    note = about(attempt, task_id, _EVENT, "free_to_dial", "permitted")
    note_event(turn, note, cause, (Reason("free_to_dial", _EVENT, seen),))


def _refuse(turn: Turn, question: DialAsked, cause: Cause, note: Note, refusal: Refusal) -> None:
    first, *more = refusal.reasons
    told = Reason(first.code, first.rule or _EVENT, first.inputs | _asked_by(question))
    note_event(turn, note, cause, (told, *more), refusal.next_at)


def _asked_by(question: DialAsked) -> Seen:
    return {"by": question.by, "fence": question.fence}
