"""What a contact uses up and leaves behind: stages, the ledger, the attempt in flight, and the claim itself."""

from msgspec.structs import replace

from dispatcher.core import identity, traces
from dispatcher.core.acknowledgements import put_mark
from dispatcher.core.claim import Claim
from dispatcher.core.draft import DONE_KEPT
from dispatcher.core.fallback import next_rung_at
from dispatcher.core.flights import CLAIM_CHECK
from dispatcher.core.grouping import Approach, Member
from dispatcher.core.ladder import Chosen
from dispatcher.core.ledger import point_name
from dispatcher.core.lifecycle import last_number
from dispatcher.core.outcomes import about
from dispatcher.core.pages import because, note_decision, note_event
from dispatcher.core.rules import DAY, NEVER, Stage
from dispatcher.core.stages import Standing, standing
from dispatcher.core.turn import Turn
from schemas.inbox import ProfileStated
from schemas.journal import Reason, Result
from schemas.reasons import ReasonCode
from schemas.state import Attempt, Contact
from schemas.values import Channel, Day, Millis

Spent = tuple[tuple[str, Day, str], ...]
"""(invoice, due date, stage): what a contact used up."""


def make(
    turn: Turn, profile: ProfileStated, approach: Approach, chosen: Chosen, until: Millis, *, opt_out_line: bool
) -> None:
    """The contact is made: claimed, or, where nobody may be called, recorded exactly as if it had been."""
    stage, ids = approach.lead.stage, approach.invoice_ids
    tried: tuple[Channel, ...] = ()
    if approach.retry is None:
        contact_id = _contact_id(turn, approach)
        number = _unused_number(turn, contact_id)
    else:
        contact_id, before = approach.retry
        number, tried = before.number + 1, before.tried
    turn.go_on(contact_id)
    attempt_id = identity.attempt_id(contact_id, number)
    now, channel, creditor_id = turn.now, chosen.channel, approach.creditor.id
    if stage.timed:
        point = point_name(chosen.point) if turn.policy.counts_points else ""
        entry = Contact(attempt_id, now, channel, stage.id, creditor_id, ids, "claimed", 0, point)
        turn.contacts = (*turn.contacts, entry)
    result, code = _result(turn, chosen)
    told_by = None if stage.apart else channel
    if result == "claimed":
        traces.begin(turn, contact_id, approach.lead.invoice_id)
    spent = _use_up(turn, approach, result, because(code, stage.rule), told_by, contact_id, attempt_id)
    if result != "claimed":
        return
    is_task = channel == "call_task"
    expires_at = now + stage.task_days * DAY if is_task else until
    fallback_at = next_rung_at(turn, profile, approach, (*tried, channel)) if stage.fallback else 0
    attempt = Attempt(
        contact_id,
        "accepted" if is_task else "claimed",
        channel,
        stage.id,
        creditor_id,
        ids,
        chosen.point,
        now,
        min(expires_at, fallback_at) if is_task and fallback_at else expires_at,
        tried,
        number,
        spent,
        0,
        stage.task,
        stage.gate is not None,
        fallback_at,
    )
    turn.put_attempt(attempt_id, attempt)
    _claim(turn, profile, approach, attempt_id, attempt, until, opt_out_line=opt_out_line)


def _unused_number(turn: Turn, contact_id: str) -> int:
    """1, unless the contact comes back: under other invoices it may have been tried before, and nobody waits for it now."""
    retry = turn.retries.get(contact_id)
    return 1 + max(turn.numbered, last_number(turn, contact_id), 0 if retry is None else retry.number)


def _contact_id(turn: Turn, approach: Approach) -> str:
    obligations = ""
    for name in sorted(approach.invoice_ids):
        obligations += f"\0{name}\1{turn.invoices[name].due_on}"
    return identity.contact_id(turn.customer_id, approach.creditor.id, approach.lead.stage.id, obligations)


def end_refused(turn: Turn, approach: Approach, contact_id: str, reason: ReasonCode) -> None:
    """Every channel of the ladder was refused, remained unheard or is barred, or enough were tried: the contact is over.

    `reason` is how its last attempt ended.
    """
    unheard = reason == "no_receipt"
    why = because("no_receipt" if unheard else "refused", approach.lead.stage.rule)
    _use_up(turn, approach, "undelivered" if unheard else "rejected", why, None, contact_id, None)
    turn.drop_retry(contact_id)


def _result(turn: Turn, chosen: Chosen) -> tuple[Result, ReasonCode]:
    sending = turn.conditions.sending
    if sending == "shadow":
        return "suppressed", "shadow"
    if sending == "allowlist" and chosen.point not in turn.conditions.allowlist:
        return "suppressed", "not_in_allowlist"
    return "claimed", "due"


def _use_up(  # noqa: PLR0917  the fields of the contact's record
    turn: Turn,
    approach: Approach,
    result: Result,
    reasons: tuple[Reason, ...],
    channel: Channel | None,
    contact_id: str | None,
    attempt_id: str | None,
) -> Spent:
    """Marks the stage of every member done, and records the contact."""
    lead = approach.lead
    spent: Spent = ()
    next_day = NEVER
    said = f"{result}|{reasons[0].code}|{lead.stage.id}"
    for member in approach.members:
        fresh, where = _spend(turn, member, lead.stage, said)
        spent += fresh
        next_day = min(next_day, where.begins_on)
    next_at = None
    if next_day < NEVER:
        next_at = turn.opens(next_day)
        turn.wake(next_at)
    note_decision(
        turn,
        approach.invoice_ids,
        result,
        reasons,
        turn.cause_of(lead.invoice_id),
        approach.creditor.id,
        lead.stage,
        None,
        next_at,
        approach.tier,
        channel,
        contact_id,
        attempt_id,
    )
    if len(approach.members) > 1:
        _record_merged(turn, approach, contact_id)
    return spent


def _spend(turn: Turn, member: Member, lead: Stage, said: str) -> tuple[Spent, Standing]:
    """Uses up the member's own stage, and that of the message: nobody gets the same stage twice for one due date.

    Where the member stands then ends the verdict. A stage with a gate is used up only when the gate has spoken.
    """
    invoice_id, invoice, where = member.invoice_id, member.invoice, member.standing
    if lead.acknowledges:
        return put_mark(turn, invoice_id, member.mark, lead), where
    due_on, done = invoice.due_on, invoice.done
    if member.stage is lead:
        fresh: tuple[tuple[Day, str], ...] = ((due_on, lead.id),)
    else:
        fresh = tuple([(due_on, name) for name in (member.stage.id, lead.id) if (due_on, name) not in done])
        if where.upcoming is lead:
            overdue = member.stage.phase != "pre_due"
            where = standing(turn.policy, turn.place, due_on, done + fresh, turn.today, overdue, where.skipped)
    if lead.gate is None or not said.startswith("claimed"):
        done = (done + fresh)[-DONE_KEPT:]
    turn.invoices[invoice_id] = replace(invoice, done=done, verdict=said + where.ending)
    spent: Spent = ()
    for _, name in fresh:
        spent += ((invoice_id, due_on, name),)
    return spent, where


def _record_merged(turn: Turn, approach: Approach, contact_id: str | None) -> None:
    lead = approach.lead
    for member in approach.members:
        if member is not lead:
            seen: dict[str, str | int] = {"lead": lead.invoice_id}
            note_decision(
                turn,
                (member.invoice_id,),
                "merged",
                (Reason("merged_into", lead.stage.rule, seen),),
                turn.cause_of(member.invoice_id),
                approach.creditor.id,
                member.stage,
                tier=approach.tier,
                contact_id=contact_id,
            )


def _claim(  # noqa: PLR0917  a contact and its attempt
    turn: Turn,
    profile: ProfileStated,
    approach: Approach,
    attempt_id: str,
    attempt: Attempt,
    until: Millis,
    *,
    opt_out_line: bool,
) -> None:
    stage, now, channel = approach.lead.stage, turn.now, attempt.channel
    cause = turn.cause_of(approach.lead.invoice_id)
    if channel == "call_task":
        turn.wake(attempt.expires_at)
        note_event(turn, about(attempt, attempt_id, "task.issued", "due", "accepted"), cause)
    else:
        turn.wake(now + CLAIM_CHECK)
        turn.use_credit(channel)
    ids = attempt.invoice_ids
    turn.claims.append(
        Claim(
            customer_id=turn.customer_id,
            contact_id=attempt.contact_id,
            attempt_id=attempt_id,
            channel=channel,
            contact_point=attempt.contact_point,
            stage=stage,
            creditor_id=approach.creditor.id,
            invoices=tuple(zip(ids, map(turn.invoices.__getitem__, ids), strict=True)) + tuple(approach.notes),
            profile=profile,
            claimed_at=now,
            not_before=now,
            not_after=until,
            expires_at=attempt.expires_at,
            days_overdue=max(0, approach.days_overdue),
            tier=approach.tier.name,
            responsible=stage.responsible,
            cause=cause,
            opt_out_line=opt_out_line,
            acknowledges=approach.acknowledges,
            trace=turn.traces.get(attempt.contact_id, ""),
        )
    )
