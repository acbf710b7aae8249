"""Steps that a person has to approve before they count (requirement S7: no legal step before counsel was consulted).

While the person considers, the invoice waits. The outcome `approved` lets the step count; every other word, and silence
until the task's time is over, ends the stage without it: nothing legal ever happens by silence.
"""

from msgspec.structs import replace

from dispatcher.core.draft import DONE_KEPT, Draft
from schemas.journal import Result
from schemas.reasons import ReasonCode
from schemas.state import Attempt, Retry
from schemas.values import Day

APPROVED = "approved"
"""The outcome of `contact.reported` by which a step counts."""


def judgement(outcome: str) -> tuple[ReasonCode, Result]:
    """What a reported outcome means for a step with a gate."""
    return ("approved", "accepted") if outcome == APPROVED else ("not_approved", "rejected")


def use_up(draft: Draft, attempt: Attempt | Retry) -> None:
    """Marks done what an attempt stands for: of a step with a gate, or of one that was given back and sent all the same."""
    for invoice_id, due_on, stage in attempt.spent:
        invoice = draft.invoices.get(invoice_id)
        if invoice is not None and (due_on, stage) not in invoice.done:
            draft.put_invoice(invoice_id, replace(invoice, done=(*invoice.done, (due_on, stage))[-DONE_KEPT:]))


def awaited(draft: Draft, invoice_id: str, due_on: Day) -> Attempt | None:
    """The step about an invoice that lies with the person who has to approve it."""
    for attempt in draft.attempts.values():
        if attempt.gated and any(each[0] == invoice_id and each[1] == due_on for each in attempt.spent):
            return attempt
    return None
