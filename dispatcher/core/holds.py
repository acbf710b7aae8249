"""What stops contact about an invoice whatever the hour: holds, promises, plans."""

import msgspec

from dispatcher.core.draft import Draft
from dispatcher.core.turn import Turn
from schemas.reasons import ReasonCode
from schemas.values import Day, Millis


class Stop(msgspec.Struct, frozen=True, gc=False):
    """Why there is no contact, the rule or thing that says so, and until when if that is known."""

    code: ReasonCode
    rule: str
    until: Millis | None


def stop_of(turn: Turn, invoice_id: str) -> Stop | None:
    """The stop of one invoice: hold, then promise, then plan."""
    if turn.holds:
        stop = _held(turn, invoice_id)
        if stop is not None:
            return stop
    if turn.promises:
        stop = _promised(turn, invoice_id)
        if stop is not None:
            return stop
    for plan_id, plan in turn.plans.items():
        if not plan.cancelled and (not plan.invoice_ids or invoice_id in plan.invoice_ids):
            return Stop("plan", f"plans.{plan_id}", None)
    return None


def _held(turn: Turn, invoice_id: str) -> Stop | None:
    """The hold that lasts longest: the customer's, or the invoice's own."""
    longest: Stop | None = None
    for hold_id, hold in turn.holds.items():
        concerned = hold.scope == "customer" or (hold.scope == "invoice" and hold.target == invoice_id)
        if hold.released or not concerned or (hold.until is not None and hold.until <= turn.now):
            continue
        if hold.until is None:
            return Stop("hold", f"holds.{hold.kind}.{hold_id}", None)
        if longest is None or hold.until > (longest.until or 0):
            longest = Stop("hold", f"holds.{hold.kind}.{hold_id}", hold.until)
    return longest


def _promised(turn: Turn, invoice_id: str) -> Stop | None:
    """The promise that lasts longest; it ends with the day after its date and grace."""
    last: Day = 0
    rule = ""
    for promise_id, promise in turn.promises.items():
        covers = not promise.invoice_ids or invoice_id in promise.invoice_ids
        if not promise.cancelled and covers and promise.promised_on > last:
            last, rule = promise.promised_on, f"promises.{promise_id}"
    resumes = last + turn.policy.promise_grace_days + 1
    if turn.today >= resumes:
        return None
    return Stop("promise", rule, turn.opens(resumes))


def point_held(draft: Draft, point: str, now: Millis) -> bool:
    """Whether a hold forbids a contact point."""
    return any(
        hold.scope == "contact_point"
        and hold.target == point
        and not hold.released
        and (hold.until is None or hold.until > now)
        for hold in draft.holds.values()
    )


def points_free_at(draft: Draft, now: Millis) -> Millis | None:
    """When the next hold of a contact point ends."""
    ends = [hold.until for hold in draft.holds.values() if hold.scope == "contact_point" and not hold.released]
    return min((until for until in ends if until is not None and until > now), default=None)
