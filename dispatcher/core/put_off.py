"""A contact that is not made now: what is said of it, once, and when the customer is looked at again."""

import msgspec
from msgspec.structs import replace

from dispatcher.core.grouping import Approach
from dispatcher.core.pages import note_decision
from dispatcher.core.turn import Turn
from schemas.journal import Reason, Result
from schemas.values import Millis


class PutOff(msgspec.Struct, frozen=True, gc=False):
    """No contact now. Nothing is said yet: a contact for another creditor in the same turn can change why, and until when.

    `verdict` is the start of the members' verdict, `next_at` the planned instant, `look_at` when something can change.
    """

    approach: Approach
    result: Result
    reasons: tuple[Reason, ...]
    verdict: str
    next_at: Millis | None = None
    look_at: Millis | None = None


def say_put_off(turn: Turn, put_off: PutOff) -> None:
    """Says why there is no contact now, once to all members that have not been told; no stage is used up."""
    approach = put_off.approach
    for member in approach.members:
        turn.wake_on(member.standing.changes_on)
    if put_off.look_at is not None:
        turn.wake(put_off.look_at)
    stage = approach.lead.stage
    verdict = f"{put_off.verdict}|{stage.id}"
    news = [each for each in approach.invoice_ids if turn.invoices[each].verdict != verdict]
    if not news:
        return
    for invoice_id in news:
        turn.put_invoice(invoice_id, replace(turn.invoices[invoice_id], verdict=verdict))
    note_decision(
        turn,
        tuple(news),
        put_off.result,
        put_off.reasons,
        turn.cause_of(news[0]),
        approach.creditor.id,
        stage,
        None,
        put_off.look_at if put_off.next_at is None else put_off.next_at,
        approach.tier,
    )
