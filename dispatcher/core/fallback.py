"""From one channel of a ladder to the next: after a delay without receipt or outcome, never two at once.

A message that nobody confirms, or a call that nobody answers, is followed by the next channel of its stage as the same
contact, while the stage lasts and another channel can reach the customer.
"""

from msgspec.structs import replace

from dispatcher.core.grouping import Approach
from dispatcher.core.ladder import Chosen, choose
from dispatcher.core.outcomes import about, retry_later
from dispatcher.core.pages import note_event
from dispatcher.core.stage_conditions import skipped_for
from dispatcher.core.stages import schedule
from dispatcher.core.turn import Turn
from schemas.inbox import ProfileStated
from schemas.journal import Result
from schemas.state import Attempt
from schemas.values import Channel, Day, Millis


def next_rung_at(turn: Turn, profile: ProfileStated, approach: Approach, tried: tuple[Channel, ...]) -> Millis:
    """When the next channel follows a contact that was `tried` by these; 0 where none can."""
    stage = approach.lead.stage
    if len(tried) >= stage.attempts:
        return 0
    following = choose(turn, profile, stage, approach.tier.name, tried)
    return turn.now + stage.fallback if isinstance(following, Chosen) else 0


def fall_back(turn: Turn, attempt_id: str, attempt: Attempt) -> None:
    """The time for a receipt is over: what still lasts is given back, to be tried by the next channel.

    An invoice that was only mentioned, whose own day for the stage has not come, keeps it as done: it was told of.
    """
    lasting = tuple(each for each in attempt.spent if _lasts(turn, *each))
    if any(name == attempt.stage for _, _, name in lasting):
        retry_later(turn, replace(attempt, spent=lasting), (*attempt.tried, attempt.channel), 0, "no_receipt")
    unreported = attempt.channel == "call_task" and attempt.expires_at > 0
    result: Result = "expired" if unreported else "undelivered"
    note_event(turn, about(attempt, attempt_id, "attempt.unheard", "no_receipt", result), turn.cause)


def _lasts(turn: Turn, invoice_id: str, due_on: Day, name: str) -> bool:
    stage = next((each for each in turn.policy.stages if each.id == name), None)
    if stage is None:
        return False
    plan = schedule(turn.policy, due_on, turn.place, _skipped(turn, invoice_id))
    return plan.starts[stage.index] <= turn.today < plan.ends[stage.index]


def _skipped(turn: Turn, invoice_id: str) -> int:
    invoice, profile = turn.invoices.get(invoice_id), turn.profile
    if invoice is None or profile is None or not turn.policy.conditions:
        return 0
    return skipped_for(turn, profile, invoice)
