"""What people have in hand: tasks that are open, and messages whose receipt is waited for; when they end by themselves.

A task that must not be acted on any more ends at once, for the reason for which a message would be withdrawn, and leaves
nothing behind: its contact can be made when nothing forbids it. One that was dialled may have reached the customer. Only a
person's word ends it, or silence, after which it counts as a contact: the same is never said twice because nobody reported.
"""

from dispatcher.core.approval import use_up
from dispatcher.core.fallback import fall_back
from dispatcher.core.holds import stop_of
from dispatcher.core.ladder import point_stop
from dispatcher.core.lifecycle import SETTLED
from dispatcher.core.outcomes import about, retry_later
from dispatcher.core.pages import note_event
from dispatcher.core.reach import points_of, where
from dispatcher.core.statements import closing_code, is_closed
from dispatcher.core.turn import Turn
from schemas.inbox import ProfileStated
from schemas.journal import Result
from schemas.reasons import ReasonCode
from schemas.state import Attempt

CALLS = frozenset({None, "call"})
"""Tasks that are done at a telephone."""


def attend_open(turn: Turn, attempt_id: str, attempt: Attempt) -> None:
    """Ends an attempt whose time is over or that is not wanted any more, or looks again at its end."""
    code = why_over(turn, attempt)
    if code is None:
        turn.wake(attempt.expires_at)
    elif attempt.channel != "call_task":
        turn.drop_attempt(attempt_id)
        if code == "expired":
            fall_back(turn, attempt_id, attempt)  # what is settled or erased stays sent
    elif code == "expired":
        turn.drop_attempt(attempt_id)
        _run_out(turn, attempt_id, attempt)
    else:
        turn.drop_attempt(attempt_id)
        if code not in SETTLED:
            # It stays in the ledger of contacts: a desk of somebody else's may have called already, and not said so yet.
            retry_later(turn, attempt, attempt.tried, 0, code)
        note_event(turn, about(attempt, attempt_id, "task.ended", code, "cancelled"), turn.cause)


def why_over(turn: Turn, attempt: Attempt) -> ReasonCode | None:
    """Why an open attempt ends now; None: it does not."""
    if turn.erased is not None and turn.profile is None:
        return "erased"
    if not attempt.dialled_at:
        invoices = [turn.invoices.get(each) for each in attempt.invoice_ids]
        if all(invoice is None or is_closed(invoice) for invoice in invoices):
            return closing_code(invoices[0])
        if attempt.channel == "call_task":
            code = _stopped(turn, attempt) or _out_of_reach(turn, attempt)
            if code is not None:
                return code
    return "expired" if attempt.expires_at <= turn.now else None


def _stopped(turn: Turn, attempt: Attempt) -> ReasonCode | None:
    """What stops contact about one of the invoices; each is asked about in the phase of the stage that was its own."""
    own = {invoice_id: (due_on, stage) for invoice_id, due_on, stage in reversed(attempt.spent)}
    for invoice_id, (due_on, stage) in own.items():
        invoice = turn.invoices.get(invoice_id)
        if invoice is None or is_closed(invoice):
            continue
        if invoice.due_on != due_on:
            return "withdrawn"
        stop = stop_of(turn, invoice_id, turn.policy.phases.get(stage))
        if stop is not None:
            return stop.code
    return None


def _out_of_reach(turn: Turn, attempt: Attempt) -> ReasonCode | None:
    """Why the number must not be called any more; a letter or a legal step needs none."""
    profile = turn.profile
    if profile is None or attempt.task not in CALLS:
        return None
    if attempt.channel in profile.blocked_channels:
        return "blocked_channel"
    return _point_stop(turn, profile, attempt)


def _point_stop(turn: Turn, profile: ProfileStated, attempt: Attempt) -> ReasonCode | None:
    for point in points_of(profile, attempt.channel):
        if where(point) == attempt.contact_point:
            return point_stop(turn, attempt.channel, point, turn.policy.phases.get(attempt.stage))
    return "withdrawn"


def _run_out(turn: Turn, attempt_id: str, attempt: Attempt) -> None:
    """Nobody reported a task in its time, or it reached nobody and the next channel follows at once (`expires_at` 0)."""
    if attempt.fallback_at and not (attempt.dialled_at and attempt.expires_at):
        fall_back(turn, attempt_id, attempt)
        return
    code: ReasonCode = "no_outcome" if attempt.dialled_at else "expired"
    result: Result = "expired"
    if attempt.gated:
        use_up(turn, attempt)
        code = "not_approved"
    note_event(turn, about(attempt, attempt_id, "task.ended", code, result), turn.cause)
