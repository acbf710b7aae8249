"""What the journal says of an invoice, said once: a record is written only when the verdict changes.

A verdict is a short text kept with the invoice. One that speaks of a contact, or of a stage ahead, ends with the stage that
comes next and its day, so that "planned" is not said again after a contact that has already said what follows it.
"""

from functools import lru_cache

from msgspec.structs import replace

from dispatcher.core.draft import DONE_KEPT
from dispatcher.core.pages import because, note_decision
from dispatcher.core.rules import Stage
from dispatcher.core.stages import Standing
from dispatcher.core.turn import Turn
from schemas.journal import Reason, Result
from schemas.state import Invoice
from schemas.values import Millis


def say(  # noqa: PLR0917  a verdict and the fields of its record
    turn: Turn,
    invoice_id: str,
    verdict: str,
    result: Result,
    reasons: tuple[Reason, ...],
    stage: Stage | None = None,
    planned_for: Millis | None = None,
    next_at: Millis | None = None,
) -> None:
    """Records a decision about one invoice, unless the journal has said so already."""
    invoice = turn.invoices[invoice_id]
    if invoice.verdict == verdict:
        return
    turn.put_invoice(invoice_id, replace(invoice, verdict=verdict))
    creditor = turn.policy.creditor(invoice.creditor_id).id
    cause = turn.cause_of(invoice_id)
    note_decision(turn, (invoice_id,), result, reasons, cause, creditor, stage, planned_for, next_at)


def say_upcoming(turn: Turn, invoice_id: str, invoice: Invoice, where: Standing) -> None:
    """Nothing is due now: what comes next, or that nothing will."""
    upcoming, ending = where.upcoming, where.ending
    if upcoming is None:
        if not invoice.verdict.endswith(ending):
            say(turn, invoice_id, "suppressed|ladder_done" + ending, "suppressed", because("ladder_done", "stages"))
    elif where.blocked:
        verdict = f"waiting|not_overdue|{upcoming.id}"
        say(turn, invoice_id, verdict, "waiting", because("not_overdue", "overdue_on"), upcoming)
    elif not invoice.verdict.endswith(ending):
        planned_for = turn.opens(where.begins_on)
        reasons = because("due", upcoming.rule)
        say(turn, invoice_id, "planned" + ending, "planned", reasons, upcoming, planned_for)


def give_up(turn: Turn, invoice_id: str, missed: tuple[Stage, ...]) -> Invoice:
    """Records the stages whose time has passed, once, in one record with a reason for each: they count as done from now on.

    The record's stage is the latest of them.
    """
    invoice = turn.invoices[invoice_id]
    fresh = tuple((invoice.due_on, stage.id) for stage in missed)
    invoice = replace(invoice, done=(invoice.done + fresh)[-DONE_KEPT:])
    turn.put_invoice(invoice_id, invoice)
    creditor = turn.policy.creditor(invoice.creditor_id).id
    cause = turn.cause_of(invoice_id)
    note_decision(turn, (invoice_id,), "suppressed", _missed(missed), cause, creditor, missed[-1])
    return invoice


@lru_cache(maxsize=1024)
def _missed(stages: tuple[Stage, ...]) -> tuple[Reason, ...]:
    return tuple(Reason("missed_stage", stage.rule) for stage in stages)
