"""What of the worker, not of the policy, holds a contact back: a brake, inputs behind, no credit, a desk that is full."""

from dispatcher.core.claim import Lacking
from dispatcher.core.grouping import Approach
from dispatcher.core.ladder import Chosen
from dispatcher.core.pages import because
from dispatcher.core.put_off import PutOff
from dispatcher.core.rules import MINUTE
from dispatcher.core.turn import Turn
from schemas.journal import Result
from schemas.reasons import ReasonCode
from schemas.values import Channel, Millis

_LOOK_AGAIN: Millis = 1_000
"""When a customer whose contact waits for the lane (gate, credit) is looked at again."""

PAUSED_FOR: Millis = 5 * MINUTE
"""The same where sending is switched off."""

_DESK_FULL_FOR: Millis = 5 * MINUTE
"""The same where people have as many calls before them as they can make."""

_CALLS = frozenset({None, "call"})
"""Tasks of stages that the desk works off; visits, letters and hand-overs are other people's."""

_LANE_RULES: dict[ReasonCode, str] = {"paused": "sending", "input_behind": "inputs", "provider_limit": "providers"}


def held_by_lane(turn: Turn, approach: Approach, chosen: Chosen) -> PutOff | None:
    """Brakes, sending that is off, a gate that is closed, an account or an hour that is used up."""
    if turn.conditions.brakes and (stopped := _stopped(turn, approach, chosen.channel)) is not None:
        return stopped
    code = _lane_stop(turn, approach, chosen.channel)
    if code is None:
        return None
    turn.urgent = turn.urgent or approach.lead.stage.mandatory
    look_at = turn.now + (PAUSED_FOR if code == "paused" else _LOOK_AGAIN)
    result: Result = "waiting" if code == "input_behind" else "deferred"
    return PutOff(approach, result, because(code, _LANE_RULES[code]), f"{result}|{code}", None, look_at)


def held_by_desk(turn: Turn, approach: Approach, chosen: Chosen, until: Millis) -> PutOff | None:
    """A call that nobody would get to before the customer's hours end is not asked for.

    It is planned anew, with what is known then, while the hours last and when they begin again.
    """
    now, busy = turn.now, turn.conditions.desk_busy
    if chosen.channel != "call_task" or approach.lead.stage.task not in _CALLS or now + busy <= until:
        return None
    look_at = min(now + _DESK_FULL_FOR, until)
    return PutOff(
        approach, "deferred", because("desk_full", "desk.capacity_per_hour"), "deferred|desk_full", None, look_at
    )


def _stopped(turn: Turn, approach: Approach, channel: Channel) -> PutOff | None:
    """The contact put off by the brake that an operator has pulled, if any stops it."""
    for brake in turn.conditions.brakes:
        if brake.stops(channel, approach.creditor.id):
            look_at = turn.now + PAUSED_FOR if brake.until is None else max(brake.until, turn.now + _LOOK_AGAIN)
            reasons = because("paused", f"brakes.{brake.scope}")
            return PutOff(approach, "deferred", reasons, f"deferred|paused|{brake.until}", brake.until, look_at)
    return None


def _lane_stop(turn: Turn, approach: Approach, channel: Channel) -> ReasonCode | None:
    stage = approach.lead.stage
    if turn.conditions.sending == "off":
        return "paused"
    if not turn.conditions.gate_open:
        return "input_behind"
    if channel == "call_task":
        return "provider_limit" if stage.timed and channel in turn.conditions.exhausted else None
    if channel in turn.credits or (stage.mandatory and channel in turn.reserved):
        return None
    if turn.lacking is None or stage.mandatory:
        turn.lacking = Lacking(channel, approach.creditor.id, stage.mandatory)
    return "provider_limit"
