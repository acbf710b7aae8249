"""What became of promises to pay: kept, partly kept or broken, told once, and what a broken one brings forward.

A promise is judged when its date and grace have passed, or as soon as everything promised is paid. Kept: the promised sum,
or all that its invoices came to, was settled in time; partly kept: some of it; broken: nothing. The outcome follows from
what is known of payments alone; word of a payment in time that comes late corrects it, and the journal says so. A promise
about invoices that nobody knows, or that were all cancelled, is not judged (S17).
"""

from msgspec.structs import replace

from dispatcher.core.covered import covered_by
from dispatcher.core.notes import Note
from dispatcher.core.pages import note_event
from dispatcher.core.payments import settled_between, settled_by
from dispatcher.core.rules import Stage
from dispatcher.core.stages import Standing, standing
from dispatcher.core.statements import is_closed
from dispatcher.core.turn import Turn
from dispatcher.core.verdicts import give_up
from schemas.reasons import ReasonCode
from schemas.state import Invoice, Promise, PromiseOutcome
from schemas.values import Day

_NEXT = ""
"""In `Invoice.raised`: a promise was broken, and the stage that is brought forward has not been chosen yet."""

_CODES: dict[PromiseOutcome, ReasonCode] = {
    "kept": "promise_kept",
    "partly_kept": "promise_partly_kept",
    "broken": "promise_broken",
}


def judge(turn: Turn) -> None:
    """Judges every promise that can be, and looks again when the others can."""
    for promise_id, promise in tuple(turn.promises.items()):
        if promise.cancelled:
            continue
        covered = covered_by(turn.invoices, promise.invoice_ids)
        last = promise.promised_on + turn.policy.promise_grace_days
        settled = settled_between(covered.values(), promise.stamp[0], turn.place, last)
        outcome = _outcome(turn, promise, covered, last, settled)
        if outcome == "" and turn.today <= last and covered:
            turn.wake_on(last + 1)
        if outcome != promise.judged:
            turn.promises = {**turn.promises, promise_id: replace(promise, judged=outcome)}
            turn.changed = True
            if outcome != "":
                _tell(turn, promise_id, promise, outcome, settled)
            _mark(turn, covered, promise, outcome)


def _outcome(turn: Turn, promise: Promise, covered: dict[str, Invoice], last: Day, settled: int) -> PromiseOutcome:
    owed = [each for each in covered.values() if each.settled_by not in ("cancelled", "written_off")]
    if not owed:
        return ""
    if settled >= promise.amount > 0 or all(settled_by(each, turn.place, last) for each in owed):
        return "kept"
    if turn.today <= last:
        return ""
    return "partly_kept" if settled > 0 else "broken"


def _tell(turn: Turn, promise_id: str, promise: Promise, outcome: PromiseOutcome, settled: int) -> None:
    seen = f"promised {promise.amount} settled {settled} {promise.currency}"
    note = Note(f"promises.{promise_id}", _CODES[outcome], promise.invoice_ids, detail=seen)
    note_event(turn, note, turn.cause)


def _mark(turn: Turn, covered: dict[str, Invoice], promise: Promise, outcome: PromiseOutcome) -> None:
    """After a broken promise the invoices are marked for `bring_forward`; a correction takes the mark back."""
    for invoice_id, invoice in covered.items():
        if outcome == "broken" and turn.policy.promise_raises and not is_closed(invoice):
            turn.put_invoice(invoice_id, replace(invoice, raised=(invoice.due_on, _NEXT)))
        elif promise.judged == "broken" and invoice.raised is not None:
            turn.put_invoice(invoice_id, replace(invoice, raised=None))


def bring_forward(
    turn: Turn, invoice_id: str, invoice: Invoice, where: Standing, *, overdue: bool
) -> tuple[Invoice, Standing]:
    """The invoice of a broken promise with its next stage, which is due although its day has not come.

    A stage that the promise held up is passed over, unless it goes first whatever comes later: then that one goes, and
    nothing is brought forward. Neither is anything before the invoice is overdue.
    """
    if invoice.raised == (invoice.due_on, _NEXT):
        invoice, where = _choose(turn, invoice_id, invoice, where, overdue=overdue)
    stage = where.upcoming
    if where.due is not None or stage is None or where.blocked or invoice.raised != (invoice.due_on, stage.id):
        return invoice, where
    done = (*invoice.done, (invoice.due_on, stage.id))
    ahead = _standing(turn, invoice, done, where.skipped)
    # Its own days come and go as well: what is stopped meanwhile is missed when they have gone.
    return invoice, replace(ahead, due=stage, changes_on=min(where.changes_on, ahead.changes_on))


def _choose(
    turn: Turn, invoice_id: str, invoice: Invoice, where: Standing, *, overdue: bool
) -> tuple[Invoice, Standing]:
    stage = where.upcoming
    raised = None
    if overdue and stage is not None and (where.due is None or not where.due.goes_first):
        raised = (invoice.due_on, stage.id)
        if where.due is not None:
            invoice = give_up(turn, invoice_id, _passed_over(turn, invoice, where.due, where.skipped))
            where = _standing(turn, invoice, invoice.done, where.skipped)
    invoice = replace(invoice, raised=raised)
    turn.put_invoice(invoice_id, invoice)
    return invoice, where


def _passed_over(turn: Turn, invoice: Invoice, due: Stage, skipped: int) -> tuple[Stage, ...]:
    """The stages up to the one that was due which are meant for the invoice and of which nobody heard."""
    return tuple(
        stage
        for stage in turn.policy.stages[: due.index + 1]
        if not skipped >> stage.index & 1 and (invoice.due_on, stage.id) not in invoice.done
    )


def _standing(turn: Turn, invoice: Invoice, done: tuple[tuple[Day, str], ...], skipped: int) -> Standing:
    return standing(turn.policy, turn.place, invoice.due_on, done, turn.today, True, skipped)  # noqa: FBT003
