"""I2, I6, I7: a claim needs an open invoice, and nothing that forbids the contact: told before it, or a second before.

"Before" is read twice. By the order of the journal: what was applied before the claim. And by the broker's clock: what had
been published more than a second before the claim was written, although it was applied after it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from dispatcher.verify.findings import Findings, Invariant
from dispatcher.verify.history import Claim, History, shown
from dispatcher.verify.known import Known, Point, where
from dispatcher.verify.places import local, place_of
from dispatcher.verify.rules import Rules
from schemas.inbox import HoldPlaced, PlanAgreed, PromiseMade
from schemas.values import Millis

REACTION: Millis = 1_000
"""How long after a stop was published a contact may still start (I6)."""

Stop = tuple[Invariant, str]


def judge_stops(
    history: History, claims: Sequence[tuple[Claim, Known]], rules: Mapping[str, Rules], out: Findings
) -> None:
    """Every claim against what was known."""
    for claim, known in claims:
        policy = rules.get(claim.said.record.policy)
        found = set(_forbidden(known, claim, policy))
        if not found and not claim.had("released"):
            late = _published_before(history, claim)
            found = {(invariant, f"{says} (published before)") for invariant, says in _forbidden(late, claim, policy)}
        for invariant, says in sorted(found):
            out.add(invariant, history.customer_id, shown(claim.said.where), f"{claim.attempt_id}: {says}", claim.at)


def _published_before(history: History, claim: Claim) -> Known:
    """What would have been known if everything published a second before the claim had been applied at once."""
    known = Known()
    for index, arrival in history.facts():
        if index < claim.index or 0 < arrival.appended < claim.said.appended - REACTION:
            known.apply(arrival)
    return known


def _forbidden(known: Known, claim: Claim, rules: Rules | None) -> Iterator[Stop]:
    for invoice_id in claim.stages:
        yield from _about(known, claim, invoice_id, rules)
    profile = known.profile
    if profile is None:
        yield "I2", "no profile was known"
        return
    if claim.channel in profile.blocked_channels:
        yield "I7", f"the customer blocked {claim.channel}"
    points = known.points(claim.channel)
    barred = [_barred(known, claim, point, rules) for point in points]
    if not points:
        yield "I2", f"the profile has no contact point for {claim.channel}"
    elif all(barred):
        yield barred[0] or ("I7", "barred")


def _about(known: Known, claim: Claim, invoice_id: str, rules: Rules | None) -> Iterator[Stop]:
    bill = known.bills.get(invoice_id)
    if bill is not None and bill.paid:
        yield "I6", f"invoice {invoice_id} was settled"
    elif bill is None or not bill.open:
        yield "I2", f"invoice {invoice_id} was not open"
    for hold_id, (_, hold) in known.holds.items():
        if not isinstance(hold, HoldPlaced) or (hold.until is not None and hold.until <= claim.at):
            continue
        if hold.scope == "customer" or (hold.scope == "invoice" and hold.target == invoice_id):
            yield "I6", f"hold {hold_id} stood for invoice {invoice_id}"
    for promise_id, (_, promise) in known.promises.items():
        covers = isinstance(promise, PromiseMade) and invoice_id in (promise.invoice_ids or (invoice_id,))
        if isinstance(promise, PromiseMade) and covers and _promise_stands(known, promise, claim.at, rules):
            yield "I6", f"promise {promise_id} stood for invoice {invoice_id}"
    for plan_id, (_, plan) in known.plans.items():
        if isinstance(plan, PlanAgreed) and invoice_id in (plan.invoice_ids or (invoice_id,)):
            yield "I6", f"plan {plan_id} covered invoice {invoice_id}"


def _promise_stands(known: Known, promise: PromiseMade, at: Millis, rules: Rules | None) -> bool:
    if rules is None or known.profile is None or not rules.reads("promise"):
        return False
    today = max(local(zone, at).date() for zone in place_of(known.profile).zones)
    return today <= date.fromordinal(promise.promised_on + rules.grace_days)


def _barred(known: Known, claim: Claim, point: Point, rules: Rules | None) -> Stop | None:
    """Why a contact point must not be used; None if it may be."""
    at = where(point)
    if known.forgotten(point):
        return "I7", "the customer was erased"
    if known.objected(claim.channel, at):
        return "I7", f"the customer opted out of {claim.channel}"
    for hold_id, (_, hold) in known.holds.items():
        standing = isinstance(hold, HoldPlaced) and (hold.until is None or hold.until > claim.at)
        if standing and isinstance(hold, HoldPlaced) and hold.scope == "contact_point" and hold.target == at:
            return "I6", f"hold {hold_id} stood for the contact point"
    asked = rules is not None and claim.channel in rules.consent_required and rules.reads("consent")
    if asked and rules is not None and not known.agreed(claim.channel, at) and point.basis not in rules.accepted_bases:
        return "I7", f"no consent to {claim.channel} was on file"
    return None
