"""What stops contact about an invoice whatever the hour: holds, promises, plans.

A hold stops the phases that the policy names for its kind, until it is released, until the end that it states, or, where it
states none, for the days that the policy gives its kind.
"""

import msgspec

from dispatcher.core.turn import Turn
from schemas.reasons import ReasonCode
from schemas.state import Hold
from schemas.values import Day, Millis, Phase


class Stop(msgspec.Struct, frozen=True, gc=False):
    """Why there is no contact, the rule or thing that says so, and until when if that is known."""

    code: ReasonCode
    rule: str
    until: Millis | None


def stop_of(turn: Turn, invoice_id: str, phase: Phase | None) -> Stop | None:
    """The stop of one invoice in a phase: hold, then promise, then plan. None stands for a phase that is not known."""
    if turn.holds:
        stop = held(turn, invoice_id, phase)
        if stop is not None:
            return stop
    if turn.promises:
        stop = _promised(turn, invoice_id)
        if stop is not None:
            return stop
    if turn.plans:
        plan_id = turn.resting.get(invoice_id)
        if plan_id is not None:
            return Stop("plan", f"plans.{plan_id}", None)
    return None


def _about(turn: Turn, invoice_id: str) -> tuple[str, ...]:
    """The invoices an obligation is about: itself, or those of its plan. Empty: all of the customer's."""
    invoice = turn.invoices.get(invoice_id)
    if invoice is None or invoice.plan is None:
        return (invoice_id,)
    plan = turn.plans.get(invoice.plan)
    return (invoice_id,) if plan is None else plan.invoice_ids


def held(turn: Turn, invoice_id: str, phase: Phase | None) -> Stop | None:
    """The hold that lasts longest: the customer's, or the invoice's own."""
    longest: Stop | None = None
    about = _about(turn, invoice_id)
    for hold_id, hold in turn.holds.items():
        if hold.scope == "contact_point" or (hold.scope == "invoice" and about and hold.target not in about):
            continue
        if not _stops(turn, hold, phase):
            continue
        until = ends_at(turn, hold)
        if until is None:
            return Stop("hold", f"holds.{hold.kind}.{hold_id}", None)
        if longest is None or until > (longest.until or 0):
            longest = Stop("hold", f"holds.{hold.kind}.{hold_id}", until)
    return longest


def _stops(turn: Turn, hold: Hold, phase: Phase | None) -> bool:
    """Whether a hold is in force now and its kind stops this phase."""
    if hold.released or (phase is not None and phase not in turn.policy.holds[hold.kind].phases):
        return False
    until = ends_at(turn, hold)
    return until is None or until > turn.now


def ends_at(turn: Turn, hold: Hold) -> Millis | None:
    """When a hold ends by itself: as it states, else after its kind's days from when it was placed; None: never."""
    rule = turn.policy.holds[hold.kind]
    if rule.endless:
        return None
    if hold.until is not None or rule.lasts is None:
        return hold.until
    return hold.stamp[0] // 1000 + rule.lasts


def _promised(turn: Turn, invoice_id: str) -> Stop | None:
    """The promise that lasts longest; it ends with the day after its date and grace."""
    last: Day = 0
    rule = ""
    about = _about(turn, invoice_id)
    for promise_id, promise in turn.promises.items():
        covers = not promise.invoice_ids or not about or any(each in promise.invoice_ids for each in about)
        if not promise.cancelled and covers and promise.promised_on > last:
            last, rule = promise.promised_on, f"promises.{promise_id}"
    resumes = last + turn.policy.promise_grace_days + 1
    if turn.today >= resumes:
        return None
    return Stop("promise", rule, turn.opens(resumes))


def point_held(turn: Turn, point: str, phase: Phase | None) -> bool:
    """Whether a hold forbids a contact point in a phase."""
    return any(
        hold.scope == "contact_point" and hold.target == point and _stops(turn, hold, phase)
        for hold in turn.holds.values()
    )


def points_free_at(turn: Turn) -> Millis | None:
    """When the next hold of a contact point ends."""
    holds = turn.holds.values()
    ends = [ends_at(turn, hold) for hold in holds if hold.scope == "contact_point" and not hold.released]
    return min((until for until in ends if until is not None and until > turn.now), default=None)
