"""One contact with one customer for one creditor: whether, by which channel and when, or why not now."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from dispatcher.core.caps import Asked
from dispatcher.core.claim import Lacking
from dispatcher.core.claims import end_refused, make
from dispatcher.core.first_notice import Unnoticed, noticed
from dispatcher.core.flights import in_flight
from dispatcher.core.grouping import Approach, Member, invoice_id_of, lead_of, totals
from dispatcher.core.holds import points_free_at
from dispatcher.core.ladder import Chosen, NoChannel, choose
from dispatcher.core.ledger import point_name
from dispatcher.core.pages import because, note_decision
from dispatcher.core.point_bars import BARRED
from dispatcher.core.regimes import Regime, regime_of
from dispatcher.core.remembrance import UNKNOWN_DAY
from dispatcher.core.reserve import reserved
from dispatcher.core.rules import DAY, MINUTE, Case, Creditor
from dispatcher.core.tiers import tier_for
from dispatcher.core.timing import slot_of
from dispatcher.core.turn import Turn
from dispatcher.core.verdicts import say
from dispatcher.core.zones import day_in
from schemas.inbox import ProfileStated
from schemas.journal import Reason, Result
from schemas.reasons import ReasonCode
from schemas.state import Invoice, Retry
from schemas.values import Channel, Day, Millis

LOOK_AGAIN: Millis = 1_000
"""When a customer whose contact waits for the lane (gate, credit) is looked at again."""

PAUSED_FOR: Millis = 5 * MINUTE
"""The same where sending is switched off."""

DESK_FULL_FOR: Millis = 5 * MINUTE
"""The same where people have as many calls before them as they can make."""

_CALLS = frozenset({None, "call"})
"""Tasks of stages that the desk works off; visits, letters and hand-overs are other people's."""


class Made(msgspec.Struct, frozen=True):
    """Stages were used up: the contact was made, or is over because every channel was refused."""


class PutOff(msgspec.Struct, frozen=True, gc=False):
    """No contact now. Nothing is said yet: a contact for another creditor in the same turn can change why, and until when.

    `verdict` is the start of the members' verdict, `next_at` the planned instant, `look_at` when something can change.
    """

    approach: Approach
    result: Result
    reasons: tuple[Reason, ...]
    verdict: str
    next_at: Millis | None = None
    look_at: Millis | None = None


_MADE = Made()

_LANE_RULES: dict[ReasonCode, str] = {"paused": "sending", "input_behind": "inputs", "provider_limit": "providers"}
"""What of the worker, not of the policy, holds a contact back."""


def consider(
    turn: Turn,
    profile: ProfileStated,
    creditor: Creditor,
    members: Sequence[Member],
    notes: Sequence[tuple[str, Invoice]],
) -> Made | PutOff | None:
    """Contacts about the members, whose stages are due, or finds out why not; None: no sum is worth a contact."""
    if len(members) == 1 and not notes:
        only = members[0].invoice
        amounts = {only.currency: only.amount_due}
    else:
        amounts = totals([*[member.invoice for member in members], *[note for _, note in notes]])
    members = _worth_it(turn, members, amounts)
    if not members:
        return None
    return approached(turn, profile, _approach(turn, profile, creditor, members, notes, amounts))


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


def _approach(  # noqa: PLR0917  what an approach is made of
    turn: Turn,
    profile: ProfileStated,
    creditor: Creditor,
    members: Sequence[Member],
    notes: Sequence[tuple[str, Invoice]],
    amounts: dict[str, int],
) -> Approach:
    lead = members[0]
    oldest = lead.invoice.due_on
    if len(members) > 1:
        lead = lead_of(members)
        oldest = min([member.invoice.due_on for member in members])
    days_overdue: Day = day_in(turn.place, turn.now) - oldest
    tier = tier_for(turn.policy, Case(profile, days_overdue, amounts, turn.past()))
    ids = tuple(map(invoice_id_of, members))
    retry = _tried_before(turn, creditor, lead, members) if turn.retries else None
    return Approach(creditor, members, notes, lead, days_overdue, tier, ids, retry)


def _tried_before(turn: Turn, creditor: Creditor, lead: Member, members: Sequence[Member]) -> tuple[str, Retry] | None:
    """An earlier attempt for the same creditor and stage about one of the invoices: the contact keeps its id.

    An invoice that is due on another day since is another contact. Else the first one's id would be gone with it, and
    begin anew, from the first attempt, when the day comes back.
    """
    for contact_id, retry in turn.retries.items():
        same = retry.stage == lead.stage.id and retry.creditor_id == creditor.id
        if same and any(_was_about(retry, member) for member in members):
            return contact_id, retry
    return None


def _was_about(retry: Retry, member: Member) -> bool:
    """Whether an attempt was about an invoice as it is due now."""
    days = (day for name, day, _ in retry.spent if name == member.invoice_id)
    return any(day in {member.invoice.due_on, UNKNOWN_DAY} for day in days)


def _worth_it(turn: Turn, members: Sequence[Member], amounts: dict[str, int]) -> Sequence[Member]:
    """The members whose currency's sum, net of credit notes, reaches the minimum; of the others it is said."""
    minimum = turn.policy.minimum
    for currency, amount in amounts.items():
        if amount < minimum(currency):
            break
    else:
        return members
    small = [currency for currency, amount in amounts.items() if amount < minimum(currency)]
    for member in members:
        currency = member.invoice.currency
        if currency in small:
            seen: dict[str, str | int] = {"net": amounts[currency], "minimum": minimum(currency), "currency": currency}
            reasons = (Reason("below_minimum", "minimum_amount", seen),)
            verdict = f"suppressed|below_minimum|{member.stage.id}"
            say(turn, member.invoice_id, verdict, "suppressed", reasons, member.stage)
            turn.wake_on(member.standing.changes_on)
    return [member for member in members if member.invoice.currency not in small]


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
        kept = reserved(turn, regime.caps, asked, approach.tier.name, slot.at)
        if kept is not None:
            seen: dict[str, str | int] = {"cap": kept.reached.rule, "most": kept.reached.cap.max, "stage": kept.stage}
            reasons = (Reason("reserved", "reserve_for_mandatory", seen),)
            look_at = min(kept.until, slot.end)
            return PutOff(approach, "deferred", reasons, "deferred|reserved", kept.until, look_at)
    if slot.waits_for is not None:
        next_at = slot.at if slot.found else None
        if next_at is not None and stage.mandatory:
            turn.mandatory_waits = (*turn.mandatory_waits, (stage.id, asked, next_at))
            turn.urgent = True
        return PutOff(approach, "deferred", slot.waits_for, f"deferred|time|{next_at}", next_at, slot.at)
    held = _held_by_lane(turn, approach, chosen) or _held_by_desk(turn, approach, chosen, slot.end)
    return held or _made(turn, profile, approach, chosen, slot.end, opt_out_line=regime.opt_out_line)


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
    return _held_by_lane(turn, approach, chosen) or _made(turn, profile, approach, chosen, until)


def _made(
    turn: Turn, profile: ProfileStated, approach: Approach, chosen: Chosen, until: Millis, *, opt_out_line: bool = False
) -> Made:
    make(turn, profile, approach, chosen, until, opt_out_line=opt_out_line)
    return _MADE


def _held_by_lane(turn: Turn, approach: Approach, chosen: Chosen) -> PutOff | None:
    if turn.conditions.brakes and (stopped := _stopped(turn, approach, chosen.channel)) is not None:
        return stopped
    code = _lane_stop(turn, approach, chosen.channel)
    if code is None:
        return None
    turn.urgent = turn.urgent or approach.lead.stage.mandatory
    look_at = turn.now + (PAUSED_FOR if code == "paused" else LOOK_AGAIN)
    result: Result = "waiting" if code == "input_behind" else "deferred"
    return PutOff(approach, result, because(code, _LANE_RULES[code]), f"{result}|{code}", None, look_at)


def _held_by_desk(turn: Turn, approach: Approach, chosen: Chosen, until: Millis) -> PutOff | None:
    """A call that nobody would get to before the customer's hours end is not asked for.

    It is planned anew, with what is known then, while the hours last and when they begin again.
    """
    now, busy = turn.now, turn.conditions.desk_busy
    if chosen.channel != "call_task" or approach.lead.stage.task not in _CALLS or now + busy <= until:
        return None
    look_at = min(now + DESK_FULL_FOR, until)
    return PutOff(
        approach, "deferred", because("desk_full", "desk.capacity_per_hour"), "deferred|desk_full", None, look_at
    )


def _stopped(turn: Turn, approach: Approach, channel: Channel) -> PutOff | None:
    """The contact put off by the brake that an operator has pulled, if any stops it."""
    for brake in turn.conditions.brakes:
        if brake.stops(channel, approach.creditor.id):
            look_at = turn.now + PAUSED_FOR if brake.until is None else max(brake.until, turn.now + LOOK_AGAIN)
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


def say_put_off(turn: Turn, put_off: PutOff) -> None:
    """Says why there is no contact now, once to all members that have not been told; no stage is used up."""
    approach = put_off.approach
    for member in approach.members:
        turn.wake_on(member.standing.changes_on)
    if put_off.look_at is not None:
        turn.wake(put_off.look_at)
    stage = approach.lead.stage
    verdict = f"{put_off.verdict}|{stage.id}"
    news = [each for each in approach.invoice_ids if turn.invoices[each].verdict != verdict]
    if not news:
        return
    for invoice_id in news:
        turn.put_invoice(invoice_id, replace(turn.invoices[invoice_id], verdict=verdict))
    note_decision(
        turn,
        tuple(news),
        put_off.result,
        put_off.reasons,
        turn.cause_of(news[0]),
        approach.creditor.id,
        stage,
        None,
        put_off.look_at if put_off.next_at is None else put_off.next_at,
        approach.tier,
    )
