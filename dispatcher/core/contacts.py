"""One contact with one customer for one creditor: whether, by which channel, and when; and what a claim uses up."""

from msgspec.structs import replace

from dispatcher.core import identity
from dispatcher.core.caps import remembered
from dispatcher.core.claim import Claim
from dispatcher.core.flights import CLAIM_CHECK
from dispatcher.core.grouping import Member, lead_of, totals
from dispatcher.core.ladder import Chosen, NoChannel, choose
from dispatcher.core.outcomes import about
from dispatcher.core.pages import plain
from dispatcher.core.rules import DAY, MINUTE, Creditor
from dispatcher.core.stages import NEVER, standing
from dispatcher.core.tiers import Tier, tier_of
from dispatcher.core.timing import Slot, slot_of
from dispatcher.core.turn import Turn
from dispatcher.core.verdicts import follows, spend
from dispatcher.core.zones import day_in
from schemas.inbox import ProfileStated
from schemas.journal import Reason, Result
from schemas.reasons import ReasonCode
from schemas.state import Attempt, Contact, Invoice, Retry
from schemas.values import Millis

LOOK_AGAIN: Millis = 1_000
"""When a customer whose contact waits for the lane (gate, credit) is looked at again."""

PAUSED_FOR: Millis = 5 * MINUTE
"""The same where sending is switched off."""

_LATER: dict[str, Millis] = {"paused": PAUSED_FOR, "input_behind": LOOK_AGAIN, "provider_limit": LOOK_AGAIN}


class Approach:
    """One attempt to contact: the members that take part, and what has been found out about it."""

    __slots__ = ("contact_id", "creditor", "days_overdue", "lead", "members", "notes", "number", "retry", "tier")

    def __init__(
        self,
        turn: Turn,
        profile: ProfileStated,
        creditor: Creditor,
        members: list[Member],
        notes: list[tuple[str, Invoice]],
    ) -> None:
        """`members` are not empty; `notes` are the creditor's open credit notes."""
        self.creditor = creditor
        self.members = members
        self.notes = notes
        self.lead = lead_of(members)
        oldest = min(member.invoice.due_on for member in members)
        self.days_overdue = day_in(turn.place, turn.now) - oldest
        amounts = totals([*(member.invoice for member in members), *(note for _, note in notes)])
        self.tier: Tier = tier_of(turn.policy, profile, self.days_overdue, amounts)
        self.contact_id, self.retry = _retried(turn, self)
        self.number = 1 if self.retry is None else self.retry.number + 1


def _retried(turn: Turn, approach: "Approach") -> tuple[str, Retry | None]:
    """The contact's id: that of an earlier attempt of the same stage about one of the invoices, or a new one."""
    stage = approach.lead.stage.id
    ids = {member.invoice_id for member in approach.members}
    for contact_id, retry in turn.draft.retries.items():
        same = retry.stage == stage and retry.creditor_id == approach.creditor.id
        if same and not ids.isdisjoint(retry.invoice_ids):
            return contact_id, retry
    obligations = [(member.invoice_id, member.invoice.due_on) for member in approach.members]
    return identity.contact_id(turn.customer_id, approach.creditor.id, stage, obligations), None


def consider(
    turn: Turn, profile: ProfileStated, creditor: Creditor, members: list[Member], notes: list[tuple[str, Invoice]]
) -> bool:
    """Contacts about the members that are due, or says why not; True if their stages were used up."""
    worth = _worth_it(turn, members, notes)
    if not worth:
        return False
    approach = Approach(turn, profile, creditor, worth, notes)
    retry = approach.retry
    chosen = choose(
        turn.policy,
        turn.draft,
        profile,
        approach.lead.stage,
        approach.tier.name,
        () if retry is None else retry.tried,
        turn.now,
    )
    if isinstance(chosen, NoChannel):
        if retry is not None and retry.reason == "refused":
            _use_up(turn, approach, "rejected", plain("refused"))
            return True
        reasons = tuple(Reason(code, f"stages.{approach.lead.stage.id}") for code in chosen.codes)
        _put_off(turn, approach, "suppressed", reasons, f"suppressed|{chosen.codes[0]}", None)
        return False
    return _at_its_time(turn, profile, approach, chosen)


def _worth_it(turn: Turn, members: list[Member], notes: list[tuple[str, Invoice]]) -> list[Member]:
    """The members whose currency's sum, net of credit notes, reaches the minimum."""
    sums = totals([*(member.invoice for member in members), *(note for _, note in notes)])
    worth = [
        each for each in members if sums[each.invoice.currency] >= max(1, turn.policy.minimum(each.invoice.currency))
    ]
    for member in members if len(worth) < len(members) else ():
        if member not in worth:
            _suppress_small(turn, member, sums[member.invoice.currency])
    return worth


def _suppress_small(turn: Turn, member: Member, amount: int) -> None:
    currency = member.invoice.currency
    verdict = f"suppressed|below_minimum|{member.stage.id}"
    reason = Reason(
        "below_minimum",
        f"minimum_amount.{currency}",
        {"amount": amount, "minimum": turn.policy.minimum(currency), "currency": currency},
    )
    if member.invoice.verdict != verdict:
        turn.draft.put_invoice(member.invoice_id, replace(turn.draft.invoices[member.invoice_id], verdict=verdict))
        turn.pages.decision(
            (member.invoice_id,),
            "suppressed",
            (reason,),
            turn.cause_of(member.invoice_id),
            turn.policy.creditor(member.invoice.creditor_id).id,
            member.stage,
        )


def _at_its_time(turn: Turn, profile: ProfileStated, approach: Approach, chosen: Chosen) -> bool:
    retry = approach.retry
    if _in_flight(turn, approach.creditor.id):
        _put_off(turn, approach, "waiting", plain("in_flight"), "waiting|in_flight", None)
        return False
    if retry is not None and retry.not_before > turn.now:
        verdict = f"deferred|retry|{retry.not_before}"
        _put_off(turn, approach, "deferred", plain(retry.reason), verdict, retry.not_before)
        return False
    slot = slot_of(
        turn.policy,
        turn.place,
        profile.quiet_hours,
        turn.draft.contacts,
        chosen.channel,
        None if retry is None else approach.contact_id,
        turn.now,
        turn.spread,
    )
    if slot.waits_for is not None:
        next_at = slot.at if slot.found else None
        _put_off(turn, approach, "deferred", (slot.waits_for,), f"deferred|time|{next_at}", next_at)
        turn.wake(slot.at)
        return False
    code = _lane_stop(turn, chosen)
    if code is not None:
        later = turn.now + _LATER[code]
        result: Result = "waiting" if code == "input_behind" else "deferred"
        _put_off(turn, approach, result, plain(code), f"{result}|{code}", None)
        turn.wake(later)
        return False
    _contact(turn, profile, approach, chosen, slot)
    return True


def _in_flight(turn: Turn, creditor_id: str) -> bool:
    return any(
        attempt.creditor_id == creditor_id and attempt.state != "accepted" for attempt in turn.draft.attempts.values()
    )


def _lane_stop(turn: Turn, chosen: Chosen) -> ReasonCode | None:
    if turn.conditions.sending == "off":
        return "paused"
    if not turn.conditions.gate_open:
        return "input_behind"
    if chosen.channel != "call_task" and chosen.channel not in turn.credits:
        return "provider_limit"
    return None


def _put_off(
    turn: Turn,
    approach: Approach,
    result: Result,
    reasons: tuple[Reason, ...],
    verdict: str,
    next_at: Millis | None,
) -> None:
    """Says why there is no contact now, for all members that have not been told so; no stage is used up."""
    if next_at is not None:
        turn.wake(next_at)
    lead = approach.lead.stage
    verdict = f"{verdict}|{lead.id}"
    news = [each for each in approach.members if turn.draft.invoices[each.invoice_id].verdict != verdict]
    if not news:
        return
    for member in news:
        invoice = turn.draft.invoices[member.invoice_id]
        turn.draft.put_invoice(member.invoice_id, replace(invoice, verdict=verdict))
    turn.pages.decision(
        tuple(member.invoice_id for member in news),
        result,
        reasons,
        turn.cause_of(news[0].invoice_id),
        approach.creditor.id,
        lead,
        next_at=next_at,
        tier=approach.tier,
    )


def _contact(turn: Turn, profile: ProfileStated, approach: Approach, chosen: Chosen, slot: Slot) -> None:
    attempt_id = identity.attempt_id(approach.contact_id, approach.number)
    ids = tuple(member.invoice_id for member in approach.members)
    made = Contact(attempt_id, turn.now, chosen.channel, approach.lead.stage.id, approach.creditor.id, ids)
    turn.draft.contacts = (*remembered(turn.draft.contacts, turn.policy.horizon, turn.now), made)
    sending = turn.conditions.sending
    if sending == "shadow":
        _use_up(turn, approach, "suppressed", plain("shadow"), chosen, attempt_id)
    elif sending == "allowlist" and chosen.point not in turn.conditions.allowlist:
        _use_up(turn, approach, "suppressed", plain("not_in_allowlist"), chosen, attempt_id)
    else:
        spent = _use_up(turn, approach, "claimed", plain("due"), chosen, attempt_id)
        _claim(turn, profile, approach, chosen, slot, attempt_id, spent)


def _use_up(
    turn: Turn,
    approach: Approach,
    result: Result,
    reasons: tuple[Reason, ...],
    chosen: Chosen | None = None,
    attempt_id: str | None = None,
) -> tuple[tuple[str, int, str], ...]:
    """Marks the stage of every member done, and records it; what was used up comes back."""
    stage = approach.lead.stage
    spent: list[tuple[str, int, str]] = []
    next_day = NEVER
    for member in approach.members:
        invoice = turn.draft.invoices[member.invoice_id]
        names = {member.stage.id: None, stage.id: None}
        pairs = tuple((invoice.due_on, name) for name in names)
        spent.extend((member.invoice_id, invoice.due_on, name) for name in names)
        after = spend(invoice, pairs)
        overdue = member.stage.phase != "pre_due"
        upcoming = standing(turn.policy, member.plan, after, turn.today, overdue=overdue).upcoming
        if upcoming is not None:
            next_day = min(next_day, member.plan.starts[upcoming.index])
        verdict = f"{result}|{reasons[0].code}|{stage.id}{follows(upcoming, member.plan)}"
        turn.draft.put_invoice(member.invoice_id, replace(after, verdict=verdict))
    _record(turn, approach, result, reasons, chosen, attempt_id, next_day)
    if approach.retry is not None:
        turn.draft.drop_retry(approach.contact_id)
    return tuple(spent)


def _record(
    turn: Turn,
    approach: Approach,
    result: Result,
    reasons: tuple[Reason, ...],
    chosen: Chosen | None,
    attempt_id: str | None,
    next_day: int,
) -> None:
    lead = approach.lead
    turn.pages.decision(
        tuple(member.invoice_id for member in approach.members),
        result,
        reasons,
        turn.cause_of(lead.invoice_id),
        approach.creditor.id,
        lead.stage,
        next_at=None if next_day == NEVER else turn.opens(next_day),
        tier=approach.tier,
        channel=None if chosen is None else chosen.channel,
        contact_id=approach.contact_id,
        attempt_id=attempt_id,
    )
    for member in approach.members:
        if member is not lead:
            turn.pages.decision(
                (member.invoice_id,),
                "merged",
                (Reason("merged_into", f"stages.{lead.stage.id}", {"invoice_id": lead.invoice_id}),),
                turn.cause_of(member.invoice_id),
                approach.creditor.id,
                member.stage,
                tier=approach.tier,
                contact_id=approach.contact_id,
            )


def _claim(
    turn: Turn,
    profile: ProfileStated,
    approach: Approach,
    chosen: Chosen,
    slot: Slot,
    attempt_id: str,
    spent: tuple[tuple[str, int, str], ...],
) -> None:
    stage = approach.lead.stage
    is_task = chosen.channel == "call_task"
    expires_at = turn.now + stage.task_days * DAY if is_task else slot.end
    ids = tuple(member.invoice_id for member in approach.members)
    attempt = Attempt(
        approach.contact_id,
        "accepted" if is_task else "claimed",
        chosen.channel,
        stage.id,
        approach.creditor.id,
        ids,
        chosen.point,
        turn.now,
        expires_at,
        () if approach.retry is None else approach.retry.tried,
        approach.number,
        spent,
    )
    turn.draft.put_attempt(attempt_id, attempt)
    turn.wake(expires_at if is_task else turn.now + CLAIM_CHECK)
    if is_task:
        turn.pages.note(about(attempt, attempt_id, "task.issued", "due", "accepted"), turn.last_cause)
    else:
        turn.credits = turn.credits - {chosen.channel}
    turn.claims.append(
        Claim(
            customer_id=turn.customer_id,
            contact_id=approach.contact_id,
            attempt_id=attempt_id,
            channel=chosen.channel,
            contact_point=chosen.point,
            stage=stage,
            creditor_id=approach.creditor.id,
            invoices=(
                *((each.invoice_id, turn.draft.invoices[each.invoice_id]) for each in approach.members),
                *approach.notes,
            ),
            profile=profile,
            claimed_at=turn.now,
            not_before=turn.now,
            not_after=slot.end,
            expires_at=expires_at,
            days_overdue=max(0, approach.days_overdue),
            tier=approach.tier.name,
            responsible=stage.responsible,
            cause=turn.cause_of(approach.lead.invoice_id),
        )
    )
