"""One contact with one customer for one creditor: whether, by which channel and when, or why not now."""

from collections.abc import Sequence

import msgspec

from dispatcher.core.approaches import approach_to
from dispatcher.core.caps import Asked
from dispatcher.core.claims import end_refused, make
from dispatcher.core.first_notice import Unnoticed, noticed
from dispatcher.core.flights import in_flight
from dispatcher.core.grouping import Approach, Member
from dispatcher.core.holds import points_free_at
from dispatcher.core.ladder import Chosen, NoChannel, choose
from dispatcher.core.ledger import point_name
from dispatcher.core.pages import because
from dispatcher.core.point_bars import BARRED
from dispatcher.core.put_off import PutOff
from dispatcher.core.regimes import Regime, regime_of
from dispatcher.core.reserve import reserved
from dispatcher.core.rules import DAY, Creditor
from dispatcher.core.timing import Slot, slot_of
from dispatcher.core.turn import Turn
from dispatcher.core.worker_stops import held_by_desk, held_by_lane
from dispatcher.core.zones import day_in
from schemas.inbox import ProfileStated
from schemas.journal import Reason, Result
from schemas.state import Invoice, Retry
from schemas.values import Millis


class Made(msgspec.Struct, frozen=True):
    """Stages were used up: the contact was made, or is over because every channel was refused."""


_MADE = Made()


def consider(
    turn: Turn,
    profile: ProfileStated,
    creditor: Creditor,
    members: Sequence[Member],
    notes: Sequence[tuple[str, Invoice]],
) -> Made | PutOff | None:
    """Contacts about the members, whose stages are due, or finds out why not; None: no sum is worth a contact."""
    approach = approach_to(turn, profile, creditor, members, notes)
    return None if approach is None else approached(turn, profile, approach)


def approached(turn: Turn, profile: ProfileStated, approach: Approach) -> Made | PutOff:
    """The contact itself, by the first channel that may and can be used, or why not now."""
    retry, stage = approach.retry, approach.lead.stage
    tried = () if retry is None else retry[1].tried
    chosen = choose(turn, profile, stage, approach.tier.name, tried)
    if isinstance(chosen, NoChannel):
        if retry is None or retry[1].reason not in {"refused", "no_receipt"}:
            return _unreachable(turn, approach, chosen)
    elif retry is None or len(tried) < stage.attempts:
        return _in_its_time(turn, profile, approach, chosen)
    end_refused(turn, approach, retry[0], retry[1].reason)
    return _MADE


def _unreachable(turn: Turn, approach: Approach, why: NoChannel) -> PutOff:
    rule = f"{approach.lead.stage.rule}.channels"
    ladder = approach.lead.stage.ladders[approach.tier.name]
    reasons = tuple(Reason(code, rule, {"channels": ", ".join(ladder)}) for code in why.codes)
    look_at = points_free_at(turn) if "hold" in why.codes else None
    if not BARRED.isdisjoint(why.codes) and turn.conditions.bars:
        look_at = min(filter(None, (look_at, turn.opens(turn.today + 1))))
    return PutOff(approach, "suppressed", reasons, f"suppressed|{why.codes[0]}", None, look_at)


def _in_its_time(turn: Turn, profile: ProfileStated, approach: Approach, chosen: Chosen) -> Made | PutOff:
    """The stops of time and of the lane."""
    if not approach.lead.stage.timed:
        return _handed_over(turn, profile, approach, chosen)
    retry = approach.retry
    if turn.attempts and in_flight(turn, approach.creditor.id):
        return PutOff(approach, "waiting", because("in_flight", "attempts"), "waiting|in_flight")
    if retry is not None and retry[1].not_before > turn.now:
        at = retry[1].not_before
        return PutOff(approach, "deferred", _tried(retry[1]), f"deferred|retry|{at}", at, at)
    stage = approach.lead.stage
    regime, clocks = regime_of(turn, profile, approach.creditor.party, stage.phase)
    if regime.presets:
        allowed = _where_presets_apply(turn, profile, approach, chosen, regime)
        if isinstance(allowed, PutOff):
            return allowed
        chosen = allowed
    asked = _asked(turn, approach, chosen)
    slot = slot_of(turn, profile.quiet_hours, asked, None if retry is None else retry[0], stage, regime, clocks)
    if turn.policy.reserve_for_mandatory and not stage.mandatory and slot.found:
        reserve = _kept_free(turn, approach, regime, asked, slot)
        if reserve is not None:
            return reserve
    if slot.waits_for is not None:
        next_at = slot.at if slot.found else None
        if next_at is not None and stage.mandatory:
            turn.mandatory_waits = (*turn.mandatory_waits, (stage.id, asked, next_at))
            turn.urgent = True
        return PutOff(approach, "deferred", slot.waits_for, f"deferred|time|{next_at}", next_at, slot.at)
    held = held_by_lane(turn, approach, chosen) or held_by_desk(turn, approach, chosen, slot.end)
    return held or _made(turn, profile, approach, chosen, slot.end, opt_out_line=regime.opt_out_line)


def _kept_free(turn: Turn, approach: Approach, regime: Regime, asked: Asked, slot: Slot) -> PutOff | None:
    """What is mandatory and comes soon needs the slot of a cap."""
    kept = reserved(turn, regime.caps, asked, approach.tier.name, slot.at)
    if kept is None:
        return None
    seen: dict[str, str | int] = {"cap": kept.reached.rule, "most": kept.reached.cap.max, "stage": kept.stage}
    reasons = (Reason("reserved", "reserve_for_mandatory", seen),)
    return PutOff(approach, "deferred", reasons, "deferred|reserved", kept.until, min(kept.until, slot.end))


def _where_presets_apply(
    turn: Turn, profile: ProfileStated, approach: Approach, chosen: Chosen, regime: Regime
) -> Chosen | PutOff:
    """The first days overdue, and the notice that comes first: the channel that remains, or why none does yet."""
    if regime.early[0] and (early := _too_early(turn, approach, *regime.early)) is not None:
        return early
    if not regime.notices:
        return chosen
    written = noticed(turn, profile, approach, chosen, regime.notices)
    return _unnoticed(approach, written) if isinstance(written, Unnoticed) else written


def _unnoticed(approach: Approach, why: Unnoticed) -> PutOff:
    result: Result = "suppressed" if why.until is None else "deferred"
    reasons = (Reason("notice_first", why.rule, {"days": why.days}),)
    return PutOff(approach, result, reasons, f"{result}|notice_first|{why.until}", why.until, why.until)


def _too_early(turn: Turn, approach: Approach, days: int, rule: str) -> PutOff | None:
    """A preset may forbid contact about an invoice in its first days overdue; the youngest of the contact decides."""
    due_on = max(member.invoice.due_on for member in approach.members)
    if day_in(turn.place, turn.now) - due_on >= days:
        return None
    at = turn.opens(due_on + days)
    return PutOff(
        approach, "deferred", (Reason("too_early", rule, {"days": days}),), f"deferred|too_early|{at}", at, at
    )


def _asked(turn: Turn, approach: Approach, chosen: Chosen) -> Asked:
    point = point_name(chosen.point) if turn.policy.counts_points else ""
    return Asked(chosen.channel, approach.creditor.id, approach.invoice_ids, point)


def _tried(retry: Retry) -> tuple[Reason, ...]:
    return (Reason(retry.reason, "attempts", {"attempts": retry.number}),)


def _handed_over(turn: Turn, profile: ProfileStated, approach: Approach, chosen: Chosen) -> Made | PutOff:
    """A letter, a legal step or a hand-over to an agency: nobody is reached at this hour, so no hour forbids it.

    What comes next for the invoices waits for another day.
    """
    turn.wake_on(turn.today + 1)
    until = turn.now + approach.lead.stage.task_days * DAY
    return held_by_lane(turn, approach, chosen) or _made(turn, profile, approach, chosen, until)


def _made(
    turn: Turn, profile: ProfileStated, approach: Approach, chosen: Chosen, until: Millis, *, opt_out_line: bool = False
) -> Made:
    make(turn, profile, approach, chosen, until, opt_out_line=opt_out_line)
    return _MADE
