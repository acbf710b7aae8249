"""One contact with one customer for one creditor: whether, by which channel and when, or why not now."""

from collections.abc import Sequence

from msgspec.structs import replace

from dispatcher.core.claims import end_refused, make
from dispatcher.core.flights import in_flight
from dispatcher.core.grouping import Approach, Member, invoice_id_of, lead_of, totals
from dispatcher.core.holds import points_free_at
from dispatcher.core.ladder import Chosen, NoChannel, choose
from dispatcher.core.pages import because, note_decision
from dispatcher.core.rules import MINUTE, Creditor
from dispatcher.core.tiers import tier_of
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


def consider(
    turn: Turn,
    profile: ProfileStated,
    creditor: Creditor,
    members: Sequence[Member],
    notes: Sequence[tuple[str, Invoice]],
) -> bool:
    """Contacts about the members, whose stages are due, or says why not; True if stages were used up.

    What is not contacted is looked at again when its standing changes.
    """
    if len(members) == 1 and not notes:
        only = members[0].invoice
        amounts = {only.currency: only.amount_due}
    else:
        amounts = totals([*[member.invoice for member in members], *[note for _, note in notes]])
    members = _worth_it(turn, members, amounts)
    if members:
        approach = _approach(turn, profile, creditor, members, notes, amounts)
        if _contacted(turn, profile, approach):
            return True
    for member in members:
        turn.wake_on(member.standing.changes_on)
    return False


def _contacted(turn: Turn, profile: ProfileStated, approach: Approach) -> bool:
    retry, stage = approach.retry, approach.lead.stage
    chosen = choose(turn, profile, stage, approach.tier.name, () if retry is None else retry[1].tried)
    if isinstance(chosen, Chosen):
        return _in_its_time(turn, profile, approach, chosen)
    if retry is not None and retry[1].reason == "refused":
        end_refused(turn, approach)
        return True
    _say_unreachable(turn, approach, chosen)
    return False


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
    tier = tier_of(turn.policy, profile, days_overdue, amounts)
    ids = tuple(map(invoice_id_of, members))
    retry = _tried_before(turn, creditor, lead, ids) if turn.retries else None
    return Approach(creditor, members, notes, lead, days_overdue, tier, ids, retry)


def _tried_before(turn: Turn, creditor: Creditor, lead: Member, ids: tuple[str, ...]) -> tuple[str, Retry] | None:
    """An earlier attempt for the same creditor and stage about one of the invoices: the contact keeps its id."""
    for contact_id, retry in turn.retries.items():
        same = retry.stage == lead.stage.id and retry.creditor_id == creditor.id
        if same and not set(ids).isdisjoint(retry.invoice_ids):
            return contact_id, retry
    return None


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


def _say_unreachable(turn: Turn, approach: Approach, why: NoChannel) -> None:
    rule = f"{approach.lead.stage.rule}.channels"
    reasons = tuple(Reason(code, rule) for code in why.codes)
    _put_off(turn, approach, "suppressed", reasons, f"suppressed|{why.codes[0]}", None)
    if "hold" in why.codes:
        free_at = points_free_at(turn, turn.now)
        if free_at is not None:
            turn.wake(free_at)


def _in_its_time(turn: Turn, profile: ProfileStated, approach: Approach, chosen: Chosen) -> bool:
    """The stops of time and of the lane; True if the contact was made."""
    retry = approach.retry
    if turn.attempts and in_flight(turn, approach.creditor.id):
        _put_off(turn, approach, "waiting", because("in_flight"), "waiting|in_flight", None)
        return False
    if retry is not None and retry[1].not_before > turn.now:
        at = retry[1].not_before
        _put_off(turn, approach, "deferred", because(retry[1].reason), f"deferred|retry|{at}", at)
        return False
    slot = slot_of(turn, profile.quiet_hours, chosen.channel, None if retry is None else retry[0])
    if slot.waits_for is not None:
        next_at = slot.at if slot.found else None
        _put_off(turn, approach, "deferred", slot.waits_for, f"deferred|time|{next_at}", next_at)
        turn.wake(slot.at)
        return False
    code = _lane_stop(turn, chosen.channel)
    if code is not None:
        result: Result = "waiting" if code == "input_behind" else "deferred"
        _put_off(turn, approach, result, because(code), f"{result}|{code}", None)
        turn.wake(turn.now + (PAUSED_FOR if code == "paused" else LOOK_AGAIN))
        return False
    make(turn, profile, approach, chosen, slot.end)
    return True


def _lane_stop(turn: Turn, channel: Channel) -> ReasonCode | None:
    if turn.conditions.sending == "off":
        return "paused"
    if not turn.conditions.gate_open:
        return "input_behind"
    if channel != "call_task" and channel not in turn.credits:
        return "provider_limit"
    return None


def _put_off(  # noqa: PLR0917  a verdict and the fields of its record
    turn: Turn,
    approach: Approach,
    result: Result,
    reasons: tuple[Reason, ...],
    verdict: str,
    next_at: Millis | None,
) -> None:
    """Says why there is no contact now, once to all members that have not been told; no stage is used up."""
    if next_at is not None:
        turn.wake(next_at)
    stage = approach.lead.stage
    verdict = f"{verdict}|{stage.id}"
    news = [each.invoice_id for each in approach.members if turn.invoices[each.invoice_id].verdict != verdict]
    if not news:
        return
    for invoice_id in news:
        turn.put_invoice(invoice_id, replace(turn.invoices[invoice_id], verdict=verdict))
    note_decision(
        turn,
        tuple(news),
        result,
        reasons,
        turn.cause_of(news[0]),
        approach.creditor.id,
        stage,
        None,
        next_at,
        approach.tier,
    )
