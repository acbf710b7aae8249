"""THE function of the product: what arrived is folded, everything is planned once, and the journal is numbered.

Worker, simulation, replay and `why` call it; a turn that only time brought about passes no arrivals.
"""

from collections.abc import Sequence
from typing import cast

import msgspec

from dispatcher.core.claim import Claim, Conditions, Lacking, Sending
from dispatcher.core.customer import apply
from dispatcher.core.dialling import ASKED, answer
from dispatcher.core.draft import Draft
from dispatcher.core.forgetting import forget, is_crowded
from dispatcher.core.open_tasks import CALLS
from dispatcher.core.pages import note_event
from dispatcher.core.plan import plan
from dispatcher.core.policy import Policy
from dispatcher.core.statements import is_closed
from dispatcher.core.traces import remember
from dispatcher.core.turn import Turn, turn_of
from dispatcher.core.variants import keep_case, policy_for
from schemas.inbox import Arrival, DialAsked
from schemas.journal import JournalRecord
from schemas.state import HAS_IN_DOUBT, HAS_OPEN_CALL, HAS_OPEN_CLAIM, URGENT, WAITING_FOR_PROFILE, Customer
from schemas.values import Millis

__all__ = ["Claim", "Conditions", "Decision", "Lacking", "Sending", "decide"]


class Decision(msgspec.Struct, frozen=True):
    """What comes of a turn.

    `claims` of a call task become a task record in the same transaction, the others go to a sender. `open_claims` are
    attempts in state "claimed", `withdrawn` those among them that are no longer wanted. `applied` and `repeated` count the
    arrivals. `customer` is the very object that came in if nothing changed. `lacking` is a contact that is due and has no
    credit.
    """

    customer: Customer
    records: list[JournalRecord]
    claims: list[Claim]
    wake_at: Millis | None
    flags: int
    open_claims: tuple[str, ...]
    withdrawn: tuple[str, ...]
    applied: int
    repeated: int
    lacking: Lacking | None = None


def decide(  # noqa: PLR0917  all that a decision rests on
    customer_id: str,
    customer: Customer,
    arrivals: Sequence[Arrival],
    policy: Policy,
    now: Millis,
    conditions: Conditions,
) -> Decision:
    """Folds the arrivals into the customer and plans; the same inputs give the same decision.

    Where the lane is behind, a customer without an attempt in flight is only folded and is due for planning at once.
    """
    own = policy_for(policy, customer_id, customer) if policy.variants else policy
    turn = turn_of(customer_id, customer, own, now, conditions)
    applied = 0
    for arrival in arrivals:
        note = apply(turn, arrival, now)
        if note is None:
            continue
        applied += 1
        turn.cause = cause = arrival.cause
        if note is ASKED:
            turn.asked = (*turn.asked, (cast("DialAsked", arrival.fact), cause))
            continue
        if cause.trace:
            remember(turn, note, cause.trace)
        note_event(turn, note, cause)
        if len(arrivals) > 1:
            turn.causes.update(dict.fromkeys(note.invoice_ids, cause))
    if applied and conditions.behind and not turn.attempts:
        _put_off(turn)
    else:
        plan(turn)
        if policy.variants or customer.variant is not None:
            keep_case(turn)
        if turn.changed:
            forget(turn)
    flags, open_claims = _flags(turn) if turn.attempts or turn.profile is None else (0, ())
    if turn.urgent:
        flags |= URGENT
    return Decision(
        turn.frozen(customer),
        turn.records,
        turn.claims,
        turn.wake_at,
        flags,
        open_claims,
        turn.withdrawn,
        applied,
        len(arrivals) - applied,
        turn.lacking,
    )


def _put_off(turn: Turn) -> None:
    """What arrived is only folded, and planned as soon as the lane has caught up."""
    turn.wake(turn.now)
    if turn.asked:
        answer(turn)
    if is_crowded(turn):
        turn.begin()
        forget(turn)


def _flags(draft: Draft) -> tuple[int, tuple[str, ...]]:
    flags = 0
    open_claims: tuple[str, ...] = ()
    if draft.profile is None and draft.erased is None:
        pending = (each for each in draft.invoices.values() if each.stated is not None and not is_closed(each))
        flags = WAITING_FOR_PROFILE if any(pending) else 0
    for attempt_id, attempt in draft.attempts.items():
        if attempt.state == "claimed":
            flags |= HAS_OPEN_CLAIM
            open_claims = (*open_claims, attempt_id)
        elif attempt.state == "in_doubt":
            flags |= HAS_IN_DOUBT
        elif attempt.channel == "call_task" and attempt.task in CALLS:
            flags |= HAS_OPEN_CALL
    return flags, open_claims
