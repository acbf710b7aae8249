"""What was paid or agreed and is to be acknowledged (S23): a courtesy, asked for by the policy alone, once for each thing.

What an acknowledgement is about is marked in `Invoice.done` under the name of its stage: of a payment what remained after
it, so that word of the same payment that comes again, and of an earlier one that comes late, is no second occasion; of a
plan a number of the plan and its instalments. A claim that is given back takes the mark with it.
"""

from zlib import crc32

import msgspec
from msgspec.structs import replace

from dispatcher.core.claim import Acknowledged, PaymentReceived, PlanNoted
from dispatcher.core.draft import DONE_KEPT
from dispatcher.core.payments import payments
from dispatcher.core.rules import DAY, PAYMENT_RECEIVED, PLAN_AGREED, Acknowledging, Stage
from dispatcher.core.turn import Turn
from schemas.state import Invoice, Plan
from schemas.values import Day, Millis

Marks = tuple[tuple[str, int], ...]
"""(invoice, mark) of everything that one acknowledgement is about."""


class Owed(msgspec.Struct, frozen=True, gc=False):
    """An acknowledgement that nobody has sent yet. It may be sent before `expires`."""

    stage: Stage
    creditor_id: str
    about: Acknowledged
    marks: Marks
    expires: Millis


def owed(turn: Turn, rules: Acknowledging) -> list[Owed]:
    """Every acknowledgement that is owed now, and those whose time has run out within the last day."""
    found = [] if rules.payment is None else _payments_owed(turn, rules, rules.payment)
    if rules.plan is not None and turn.plans:
        found += _plans_owed(turn, rules, rules.plan)
    return found


def _payments_owed(turn: Turn, rules: Acknowledging, stage: Stage) -> list[Owed]:
    """One for each creditor and currency, whatever was paid of how many invoices."""
    sums: dict[tuple[str, str], tuple[int, Marks, Millis]] = {}
    for invoice_id, invoice in turn.invoices.items():
        paid = _paid(invoice, rules, turn.now) if invoice.settlements else None
        if paid is not None:
            amount, mark, at = paid
            key = turn.policy.creditor(invoice.creditor_id).id, invoice.currency
            before, marks, latest = sums.get(key, (0, (), at))
            sums[key] = before + amount, (*marks, (invoice_id, mark)), max(latest, at)
    return [
        Owed(stage, creditor_id, PaymentReceived(amount, currency), marks, at + rules.lasts)
        for (creditor_id, currency), (amount, marks, at) in sums.items()
    ]


def _paid(invoice: Invoice, rules: Acknowledging, now: Millis) -> tuple[int, int, Millis] | None:
    """What was paid of an invoice and not acknowledged, what remained after it, and when that was told."""
    if invoice.stated is None or invoice.kind != "invoice":
        return None
    least = min((mark for mark, stage in invoice.done if stage == PAYMENT_RECEIVED), default=None)
    amount, last, at = 0, None, 0
    for said, settled in payments(invoice):
        told = said.at // 1000
        wanted = rules.full if said.amount_due == 0 else rules.partial
        fresh = now < told + rules.lasts + DAY and (least is None or said.amount_due < least)
        if said.reason == "payment" and wanted and fresh:
            amount, last, at = amount + settled, said.amount_due, told
    return None if last is None or invoice.amount_due > last else (amount, last, at)


def _plans_owed(turn: Turn, rules: Acknowledging, stage: Stage) -> list[Owed]:
    found: list[Owed] = []
    for plan_id, plan in turn.plans.items():
        covered = [invoice_id for invoice_id, name in turn.resting.items() if name == plan_id]
        told = plan.stamp[0] // 1000
        if not covered or not plan.instalments or turn.now >= told + rules.lasts + DAY:
            continue
        mark = _mark_of(plan_id, plan)
        if not any((mark, PLAN_AGREED) in turn.invoices[each].done for each in covered):
            creditor_id = turn.policy.creditor(turn.invoices[covered[0]].creditor_id).id
            noted = PlanNoted(tuple(sorted(plan.instalments, key=lambda each: each.due_on)), plan.currency)
            marks = tuple((each, mark) for each in covered)
            found.append(Owed(stage, creditor_id, noted, marks, told + rules.lasts))
    return found


def _mark_of(plan_id: str, plan: Plan) -> int:
    return crc32(repr((plan_id, plan.currency, [(each.due_on, each.amount) for each in plan.instalments])).encode())


def stands(turn: Turn, invoice_id: str, mark: int, stage: str) -> bool:
    """Whether what an acknowledgement says of an invoice is still so: the payment was not taken back, the plan runs."""
    invoice = turn.invoices.get(invoice_id)
    if invoice is None:
        return False
    if stage == PAYMENT_RECEIVED:
        return invoice.amount_due <= mark
    plan_id = turn.resting.get(invoice_id)
    return plan_id is not None and _mark_of(plan_id, turn.plans[plan_id]) == mark


def put_mark(turn: Turn, invoice_id: str, mark: int, stage: Stage) -> tuple[tuple[str, Day, str], ...]:
    """Notes that an acknowledgement was made; what that used up, as a claim keeps it."""
    invoice = turn.invoices[invoice_id]
    turn.put_invoice(invoice_id, replace(invoice, done=(*invoice.done, (mark, stage.id))[-DONE_KEPT:]))
    return ((invoice_id, mark, stage.id),)
