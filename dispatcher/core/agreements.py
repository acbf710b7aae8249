"""Folding what a customer and the creditor agreed: promises, plans, holds, consents.

Each of them keeps its stamp, and a release or cancellation is remembered like a placement: a late `placed` does not bring
back what was released after it. What the journal said of a promise or a plan stands when the very same is stated again.
"""

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from dispatcher.core.draft import KEPT, Draft
from dispatcher.core.gone import Kind, is_gone
from dispatcher.core.notes import Note, newer
from dispatcher.core.suppression import learn, objection
from schemas.inbox import (
    ConsentChanged,
    HoldPlaced,
    HoldReleased,
    PlanAgreed,
    PlanCancelled,
    PromiseCancelled,
    PromiseMade,
    Stamp,
)
from schemas.state import Consent, Hold, Plan, Promise

_Kept = TypeVar("_Kept", Hold, Promise, Plan, Consent)


def promise_made(draft: Draft, fact: PromiseMade, stamp: Stamp) -> Note:
    """`promise.made`."""
    before = draft.promises.get(fact.promise_id)
    if _is_old(draft, "promise", fact.promise_id, before, stamp):
        return Note("promise.made", "outdated", fact.invoice_ids)
    promise = Promise(stamp, False, fact.invoice_ids, fact.amount, fact.currency, fact.promised_on)  # noqa: FBT003
    if before is not None and replace(promise, stamp=before.stamp, judged=before.judged) == before:
        promise = replace(promise, judged=before.judged)
    draft.promises = _kept(draft.promises, fact.promise_id, promise, _promise_ended)
    draft.changed = True
    return Note("promise.made", "recorded", fact.invoice_ids)


def promise_cancelled(draft: Draft, fact: PromiseCancelled, stamp: Stamp) -> Note:
    """`promise.cancelled`."""
    before = draft.promises.get(fact.promise_id)
    if _is_old(draft, "promise", fact.promise_id, before, stamp):
        return Note("promise.cancelled", "outdated")
    draft.promises = _kept(draft.promises, fact.promise_id, Promise(stamp, cancelled=True), _promise_ended)
    draft.changed = True
    return Note("promise.cancelled", "recorded", () if before is None else before.invoice_ids)


def plan_agreed(draft: Draft, fact: PlanAgreed, stamp: Stamp) -> Note:
    """`plan.agreed`."""
    before = draft.plans.get(fact.plan_id)
    if _is_old(draft, "plan", fact.plan_id, before, stamp):
        return Note("plan.agreed", "outdated", fact.invoice_ids)
    plan = Plan(stamp, False, fact.invoice_ids, fact.currency, fact.instalments)  # noqa: FBT003
    if before is not None and replace(plan, stamp=before.stamp, missed=before.missed) == before:
        plan = replace(plan, missed=before.missed)
    draft.plans = _kept(draft.plans, fact.plan_id, plan, _plan_ended)
    draft.changed = True
    return Note("plan.agreed", "recorded", fact.invoice_ids)


def plan_cancelled(draft: Draft, fact: PlanCancelled, stamp: Stamp) -> Note:
    """`plan.cancelled`."""
    before = draft.plans.get(fact.plan_id)
    if _is_old(draft, "plan", fact.plan_id, before, stamp):
        return Note("plan.cancelled", "outdated")
    draft.plans = _kept(draft.plans, fact.plan_id, Plan(stamp, cancelled=True), _plan_ended)
    draft.changed = True
    return Note("plan.cancelled", "recorded", () if before is None else before.invoice_ids)


def hold_placed(draft: Draft, fact: HoldPlaced, stamp: Stamp) -> Note:
    """`hold.placed`. After an erasure a contact point is not remembered in plain text, so a hold on one is not kept."""
    ids = (fact.target,) if fact.scope == "invoice" and fact.target is not None else ()
    before = draft.holds.get(fact.hold_id)
    if _is_old(draft, "hold", fact.hold_id, before, stamp):
        return Note("hold.placed", "outdated", ids)
    erased = draft.erased is not None and fact.scope == "contact_point"
    hold = Hold(stamp, erased) if erased else Hold(stamp, erased, fact.scope, fact.kind, fact.target, fact.until)
    draft.holds = _kept(draft.holds, fact.hold_id, hold, _hold_ended)
    draft.changed = True
    return Note("hold.placed", "erased" if erased else "recorded", ids)


def hold_released(draft: Draft, fact: HoldReleased, stamp: Stamp) -> Note:
    """`hold.released`."""
    before = draft.holds.get(fact.hold_id)
    if _is_old(draft, "hold", fact.hold_id, before, stamp):
        return Note("hold.released", "outdated")
    draft.holds = _kept(draft.holds, fact.hold_id, Hold(stamp, released=True), _hold_ended)
    draft.changed = True
    return Note("hold.released", "recorded")


def consent_changed(draft: Draft, fact: ConsentChanged, stamp: Stamp) -> Note:
    """`consent.changed`. An objection from before an erasure outlives it as a digest of the contact point."""
    if not fact.allowed:
        learn(draft, [objection(fact.contact_point)], stamp[0])
    key = consent_key(fact.channel, fact.contact_point)
    before = draft.consents.get(key)
    if before is not None and not newer(stamp, before.stamp):
        return Note("consent.changed", "outdated")
    if draft.erased is not None and stamp < draft.erased:
        return Note("consent.changed", "erased")
    draft.consents = _kept(draft.consents, key, Consent(stamp, fact.allowed), _consent_given)
    draft.changed = True
    return Note("consent.changed", "recorded")


def consent_key(channel: str, point: str) -> str:
    """The key of a consent in the aggregate."""
    return f"{channel} {point}"


def _is_old(draft: Draft, kind: Kind, name: str, before: Promise | Plan | Hold | None, stamp: Stamp) -> bool:
    """Whether a statement says nothing new of something that is known, or was and is forgotten."""
    if before is None:
        return is_gone(draft.history, kind, name, stamp[0])
    return not newer(stamp, before.stamp)


def _promise_ended(promise: Promise) -> bool:
    return promise.cancelled


def _plan_ended(plan: Plan) -> bool:
    return plan.cancelled


def _hold_ended(hold: Hold) -> bool:
    return hold.released


def _consent_given(consent: Consent) -> bool:
    return consent.allowed


def _kept(kept: dict[str, _Kept], key: str, value: _Kept, dispensable: Callable[[_Kept], bool]) -> dict[str, _Kept]:
    """The memory with one more entry; the oldest dispensable one goes first when there are too many."""
    after = {**kept, key: value}
    if len(after) > KEPT:
        oldest = min(after, key=lambda name: (not dispensable(after[name]), after[name].stamp))
        del after[oldest]
    return after
