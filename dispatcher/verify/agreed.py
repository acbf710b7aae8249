"""Holds, promises and plans that forbid a contact. What may have ended by itself is given the benefit of the doubt."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final

from dispatcher.verify.cap_rules import DAY
from dispatcher.verify.findings import Invariant
from dispatcher.verify.history import Claim
from dispatcher.verify.known import Known
from dispatcher.verify.places import local, place_of
from dispatcher.verify.rules import ACKNOWLEDGEMENTS, Rules
from schemas.inbox import HoldPlaced, PlanAgreed, PromiseMade, Stamp
from schemas.values import Day, Millis

_ENDLESS: Final = "deceased"
"""The kind of hold that only a release ends."""


def forbidding_agreements(
    known: Known, claim: Claim, obligation: str, rules: Rules | None
) -> Iterator[tuple[Invariant, str]]:
    """What stood in the way of a claim about an invoice, or an instalment, which stands for the invoices of its plan."""
    if rules is None:
        return
    plan = None if obligation in known.bills else known.plan_of(obligation)
    about: Collection[str] = (obligation,) if plan is None else plan[1].invoice_ids
    today = _today(known, claim.at)
    for hold_id, hold in _standing_holds(known, claim, rules):
        if hold.scope == "customer" or (hold.scope == "invoice" and hold.target in about):
            yield "I6", f"hold {hold_id} stood for {obligation}"
    if claim.stage in ACKNOWLEDGEMENTS:
        return  # a word of thanks asks for nothing that a promise or a plan has put off
    for promise_id, promise in _promises(known) if rules.reads("promise") else ():
        if _meets(promise.invoice_ids, about) and today <= promise.promised_on + rules.grace_days:
            yield "I6", f"promise {promise_id} stood for {obligation}"
    for plan_id, stamp, agreed in _plans(known) if plan is None and rules.reads("plan") else ():
        if _meets(agreed.invoice_ids, about) and _runs(known, stamp, agreed, today, rules.plan_grace_days):
            yield "I6", f"plan {plan_id} covered {obligation}"


def hold_of_point(known: Known, claim: Claim, point: str, rules: Rules | None) -> str | None:
    """The hold that stood for a contact point."""
    holds = _standing_holds(known, claim, rules) if rules is not None else ()
    return next((hold_id for hold_id, hold in holds if hold.scope == "contact_point" and hold.target == point), None)


def _standing_holds(known: Known, claim: Claim, rules: Rules) -> Iterator[tuple[str, HoldPlaced]]:
    for hold_id, (stamp, hold) in known.holds.items():
        # An erasure forgets numbers and addresses, those of holds too.
        lost = known.erased is not None and stamp < known.erased and getattr(hold, "scope", "") == "contact_point"
        if isinstance(hold, HoldPlaced) and not lost and _stands(hold, stamp, claim, rules):
            yield hold_id, hold


def _promises(known: Known) -> Iterator[tuple[str, PromiseMade]]:
    for promise_id, (_, promise) in known.promises.items():
        if isinstance(promise, PromiseMade):
            yield promise_id, promise


def _plans(known: Known) -> Iterator[tuple[str, Stamp, PlanAgreed]]:
    for plan_id, (stamp, plan) in known.plans.items():
        if isinstance(plan, PlanAgreed):
            yield plan_id, stamp, plan


def _stands(hold: HoldPlaced, stamp: Stamp, claim: Claim, rules: Rules) -> bool:
    rule = rules.hold(hold.kind)
    if claim.said.record.phase not in {None, *rule.phases}:
        return False
    if hold.kind == _ENDLESS:
        return True
    until = hold.until
    if until is None and rule.days:
        until = stamp[0] // 1000 + rule.days * DAY
    return until is None or until > claim.at


def _meets(named: Collection[str], about: Collection[str]) -> bool:
    """Whether an agreement is about one of these; one that names nothing is about everything."""
    return not named or not about or any(each in named for each in about)


def _runs(known: Known, stamp: Stamp, plan: PlanAgreed, today: Day, grace: int) -> bool:
    """Whether the plan cannot have ended: nothing was settled since, and no instalment can have been missed."""
    settled = [bill.settled for invoice_id, bill in known.bills.items() if _meets(plan.invoice_ids, (invoice_id,))]
    untouched = all(each is None or each < stamp for each in settled)
    first = min((each.due_on for each in plan.instalments), default=None)
    return untouched and (first is None or today <= first + grace)


def _today(known: Known, at: Millis) -> Day:
    """The customer's day, the latest one that it can be."""
    if known.profile is None:
        return date.max.toordinal()
    return max(local(zone, at).date() for zone in place_of(known.profile).zones).toordinal()
