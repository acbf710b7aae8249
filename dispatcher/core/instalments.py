"""Instalment plans: each instalment is an obligation of its own, and the invoices rest while the plan runs.

The model (S16): payments on the plan's invoices since it was agreed cover the instalments in order of their due dates. The
first one that is not covered stands among the customer's invoices as "<plan>/<number>", with its own due date and what is
left of it, so that every stage is anchored on it; it goes when it is covered, and the next one takes its place. One that is
not covered when its due date and the policy's grace have passed breaks the plan: that is told once, the obligation goes and
the invoices' own stages go on. A plan without instalments stops its invoices until it is cancelled.
"""

from typing import assert_never

import msgspec
from msgspec.structs import replace

from dispatcher.core.covered import covered_by
from dispatcher.core.notes import Note
from dispatcher.core.pages import because, note_event
from dispatcher.core.payments import settled_between
from dispatcher.core.rules import NEVER
from dispatcher.core.turn import Turn
from dispatcher.core.verdicts import say
from schemas.inbox import InstalmentDue
from schemas.reasons import ReasonCode
from schemas.state import Invoice, Plan
from schemas.values import Day


class Running(msgspec.Struct, frozen=True, gc=False):
    """The plan holds; the instalment with this number, counted from 1, comes next, and so much of it is not covered.

    On `changes_on` the plan breaks, unless something is paid, or was paid in time, until then.
    """

    number: int
    instalment: InstalmentDue
    remaining: int
    changes_on: Day


class Broken(msgspec.Struct, frozen=True, gc=False):
    """The instalment with this number was missed."""

    number: int


class Over(msgspec.Struct, frozen=True, gc=False):
    """Every instalment is covered, or its invoices are closed.

    On `changes_on` (NEVER: it does not) the plan proves broken all the same: the money came in after the last day of an
    instalment, in the hours before the next day of stages begins.
    """

    changes_on: Day = NEVER


class Resting(msgspec.Struct, frozen=True, gc=False):
    """The plan names no instalments, or none of its invoices is known yet."""


Course = Running | Broken | Over | Resting


def attend_plans(turn: Turn) -> None:
    """Says which invoices rest, puts up the instalments that come next, and tells which plans broke."""
    wanted: dict[str, Invoice] = {}
    ended: dict[str, ReasonCode] = {}
    for plan_id, plan in tuple(turn.plans.items()):
        if plan.cancelled:
            continue
        covered = covered_by(turn.invoices, plan.invoice_ids)
        course = course_of(turn, plan, covered)
        missed = course.number if isinstance(course, Broken) else 0
        if plan.missed != missed:
            _tell(turn, plan_id, plan, missed)
        match course:
            case Running() as running:
                turn.resting.update(dict.fromkeys(covered, plan_id))
                turn.wake_on(running.changes_on)
                ended[plan_id] = "paid"
                name = f"{plan_id}/{running.number}"
                wanted[name] = _obligation(turn, name, plan_id, plan, covered, running)
            case Broken():
                ended[plan_id] = "plan_broken"
            case Over(changes_on):
                turn.wake_on(changes_on)
                ended[plan_id] = "paid"
            case Resting():
                turn.resting.update(dict.fromkeys(covered, plan_id))
            case _:
                assert_never(course)
    _put_up(turn, wanted, ended)


def course_of(turn: Turn, plan: Plan, covered: dict[str, Invoice]) -> Course:
    """How a plan stands; it follows from what is known of payments alone, whatever the order in which that was told."""
    if not plan.instalments or not covered:
        return Resting()
    if all(invoice.amount_due == 0 for invoice in covered.values()):
        return Over()
    since = plan.stamp[0]
    settled = settled_between(covered.values(), since, turn.place, NEVER)
    owed, changes_on = 0, NEVER
    for number, instalment in enumerate(sorted(plan.instalments, key=lambda each: each.due_on), 1):
        owed += instalment.amount
        last = instalment.due_on + turn.policy.plan_grace_days
        if settled_between(covered.values(), since, turn.place, last) < owed:
            if turn.today > last:
                return Broken(number)
            changes_on = min(changes_on, last + 1)
        if settled < owed:
            return Running(number, instalment, min(owed - settled, instalment.amount), changes_on)
    return Over(changes_on)


def _obligation(  # noqa: PLR0917  a plan and the instalment that comes next
    turn: Turn, name: str, plan_id: str, plan: Plan, covered: dict[str, Invoice], running: Running
) -> Invoice:
    """The instalment as a contact speaks of it: by number and creditor of the first invoice that is open."""
    open_ones = [(invoice_id, invoice) for invoice_id, invoice in covered.items() if invoice.amount_due > 0]
    first_id, first = open_ones[0]
    return replace(
        turn.invoices.get(name, Invoice()),
        stated=plan.stamp,
        valued=plan.stamp,
        due_on=running.instalment.due_on,
        amount_due=min(running.remaining, sum(invoice.amount_due for _, invoice in open_ones)),
        currency=plan.currency,
        creditor_id=first.creditor_id,
        number=first.number or first_id,
        pay_url=first.pay_url,
        plan=plan_id,
    )


def _tell(turn: Turn, plan_id: str, plan: Plan, number: int) -> None:
    """Tells with which instalment the plan broke; 0: it was not broken after all, which what follows says."""
    turn.plans = {**turn.plans, plan_id: replace(plan, missed=number)}
    turn.changed = True
    if number > 0:
        note = Note(f"plans.{plan_id}", "plan_broken", plan.invoice_ids, detail=f"instalment {number}")
        note_event(turn, note, turn.cause)


def _put_up(turn: Turn, wanted: dict[str, Invoice], ended: dict[str, ReasonCode]) -> None:
    """Writes the obligations that changed, and drops those that are over, which the journal says."""
    for name, invoice in wanted.items():
        if turn.invoices.get(name) != invoice:
            turn.put_invoice(name, invoice)
    for name, invoice in tuple(turn.invoices.items()):
        if invoice.plan is not None and name not in wanted:
            code = ended.get(invoice.plan, "withdrawn")
            say(turn, name, f"cancelled|{code}", "cancelled", because(code))
            del turn.invoices[name]
