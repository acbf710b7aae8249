"""Which invoices rest under an instalment plan at an instant, and which of its instalments may be spoken of.

An instalment is called "<plan>/<number>". Payments on the plan's invoices since it was agreed cover the instalments in the
order of their days; one that is still open when its day and the grace have passed ends the plan.
"""

from dataclasses import dataclass

from dispatcher.sim.checking.clock import wall_clock
from dispatcher.sim.checking.heard import Heard
from dispatcher.sim.checking.ruling import Ruling
from schemas.inbox import PlanAgreed


@dataclass(frozen=True, slots=True)
class Plans:
    """`resting`: invoices of plans that run; `instalments`: what is still open of those plans, with its plan's invoices."""

    resting: set[str]
    instalments: dict[str, tuple[str, ...]]


def running_plans(heard: Heard, ruling: Ruling, zone: str, at: int) -> Plans:
    """The plans that run at an instant, as the customer's calendar sees it."""
    plans = Plans(set(), {})
    today = _day(zone, at)
    for agreed_at, plan in heard.plans():
        paid = [
            (_day(zone, when), amount)
            for invoice_id in plan.invoice_ids
            for when, amount in heard.payments(invoice_id, agreed_at)
        ]
        number = _next_open(plan, paid, today, ruling.plan_grace_days)
        if number is not None and any(heard.open_amount(each) for each in plan.invoice_ids):
            plans.resting.update(plan.invoice_ids)
            plans.instalments[f"{plan.plan_id}/{number}"] = plan.invoice_ids
    return plans


def _next_open(plan: PlanAgreed, paid: list[tuple[int, int]], today: int, grace: int) -> int | None:
    """The number of the first instalment that is not covered; None: all are, or an earlier one was not in its time."""
    owed = 0
    for number, instalment in enumerate(sorted(plan.instalments, key=lambda each: each.due_on), 1):
        owed += instalment.amount
        last = instalment.due_on + grace
        if today > last and sum(amount for day, amount in paid if day <= last) < owed:
            return None
        if sum(amount for _, amount in paid) < owed:
            return number
    return None


def instalment_due_on(heard: Heard, name: str) -> int | None:
    """The day of an instalment; None: there is no such instalment."""
    plan_id, _, number = name.rpartition("/")
    for _, plan in heard.plans():
        if plan.plan_id == plan_id and number.isdecimal() and 1 <= int(number) <= len(plan.instalments):
            return sorted(each.due_on for each in plan.instalments)[int(number) - 1]
    return None


def _day(zone: str, at: int) -> int:
    return wall_clock(zone, at).date().toordinal()
