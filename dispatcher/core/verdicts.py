"""What the journal says of an invoice, said once: a record is written only when the verdict changes.

A verdict is a short text kept with the invoice. One that speaks of a contact, or of a stage ahead, ends with the stage that
comes next and its day, so that "planned" is not said again after a contact that has already said what follows it.
"""

from msgspec.structs import replace

from dispatcher.core.pages import plain
from dispatcher.core.rules import Stage
from dispatcher.core.stages import Schedule, Standing
from dispatcher.core.turn import Turn
from schemas.journal import Reason, Result
from schemas.state import Invoice
from schemas.values import Millis

_DONE_KEPT = 64


def say(
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
    invoice = turn.draft.invoices[invoice_id]
    if invoice.verdict == verdict:
        return
    turn.draft.put_invoice(invoice_id, replace(invoice, verdict=verdict))
    creditor = turn.policy.creditor(invoice.creditor_id).id
    cause = turn.cause_of(invoice_id)
    turn.pages.decision((invoice_id,), result, reasons, cause, creditor, stage, planned_for, next_at)


def follows(upcoming: Stage | None, plan: Schedule) -> str:
    """The end of a verdict: what comes next."""
    return "|-|0" if upcoming is None else f"|{upcoming.id}|{plan.starts[upcoming.index]}"


def say_upcoming(turn: Turn, invoice_id: str, invoice: Invoice, plan: Schedule, standing: Standing) -> None:
    """Nothing is due now: what comes next, or that nothing will."""
    upcoming = standing.upcoming
    if standing.blocked and upcoming is not None:
        verdict = f"waiting|not_overdue|{upcoming.id}"
        say(turn, invoice_id, verdict, "waiting", plain("not_overdue"), upcoming)
        return
    ending = follows(upcoming, plan)
    if invoice.verdict.endswith(ending):
        return
    if upcoming is None:
        say(turn, invoice_id, "suppressed|ladder_done" + ending, "suppressed", plain("ladder_done"))
        return
    planned_for = turn.opens(plan.starts[upcoming.index])
    say(turn, invoice_id, "planned" + ending, "planned", plain("due"), upcoming, planned_for)


def give_up(turn: Turn, invoice_id: str, standing: Standing) -> None:
    """Records the stages whose time has passed, once each."""
    invoice = turn.draft.invoices[invoice_id]
    missed = tuple((invoice.due_on, stage.id) for stage in standing.missed)
    turn.draft.put_invoice(invoice_id, spend(invoice, missed))
    creditor = turn.policy.creditor(invoice.creditor_id).id
    for stage in standing.missed:
        cause = turn.cause_of(invoice_id)
        turn.pages.decision((invoice_id,), "suppressed", plain("missed_stage"), cause, creditor, stage)


def spend(invoice: Invoice, stages: tuple[tuple[int, str], ...]) -> Invoice:
    """The invoice with (due date, stage) pairs used up; the most recent ones are kept."""
    fresh = tuple(each for each in stages if each not in invoice.done)
    return replace(invoice, done=(invoice.done + fresh)[-_DONE_KEPT:])
