"""Attempts that are under way: which are no longer wanted, which have run out, and when to look again."""

from typing import assert_never

from dispatcher.core.acknowledgements import stands
from dispatcher.core.holds import held, stop_of
from dispatcher.core.ladder import point_stop
from dispatcher.core.lifecycle import entry_of
from dispatcher.core.open_tasks import attend_open
from dispatcher.core.outcomes import about, retry_later
from dispatcher.core.pages import note_event
from dispatcher.core.reach import points_of, where
from dispatcher.core.remembrance import UNKNOWN_DAY
from dispatcher.core.rules import ACKNOWLEDGEMENTS
from dispatcher.core.statements import is_closed
from dispatcher.core.turn import Turn
from schemas.state import LOOKED_ENOUGH, Attempt, Retry
from schemas.values import Day, Millis, Phase

CLAIM_CHECK: Millis = 60_000
"""A claim without an answer is looked at again after this time, and after every further such time."""


MOST_SENDS = 3
"""A contact that may have been sent so often is left to a person."""


def attend(turn: Turn) -> None:
    """Withdraws, ends and times the customer's attempts."""
    for attempt_id, attempt in tuple(turn.attempts.items()):
        if attempt.state == "accepted":
            attend_open(turn, attempt_id, attempt)
        elif attempt.state == "claimed":
            if _unwanted(turn, attempt):
                turn.withdrawn = (*turn.withdrawn, attempt_id)
            waited = max(0, turn.now - attempt.claimed_at) // CLAIM_CHECK + 1
            turn.wake(attempt.claimed_at + waited * CLAIM_CHECK)
        elif attempt.looks >= LOOKED_ENOUGH:
            _end_doubt(turn, attempt_id, attempt)


def _end_doubt(turn: Turn, attempt_id: str, attempt: Attempt) -> None:
    """The provider has nothing to say (any more): what the policy says for the channel; "hold" waits for a person.

    A resend counts beside the attempt in doubt, which may have reached the customer: caps see both.
    """
    rule = turn.policy.in_doubt[attempt.channel]
    if rule == "resend" and _sends(turn, attempt) >= MOST_SENDS:
        return
    match rule:
        case "hold":
            return
        case "resend":
            turn.drop_attempt(attempt_id)
            retry_later(turn, attempt, attempt.tried, 0, "doubt_resend")
            note = about(attempt, attempt_id, "attempt.ended", "doubt_resend", "released")
        case "fail":
            turn.drop_attempt(attempt_id)
            note = about(attempt, attempt_id, "attempt.ended", "doubt_failed", "undelivered")
        case _:
            assert_never(rule)
    note_event(turn, note, turn.cause)


def _sends(turn: Turn, attempt: Attempt) -> int:
    """How many attempts of a contact may have reached the customer: one that was given back unsent left the ledger."""
    entries = [each for each in turn.contacts if each.attempt_id.rpartition(".")[0] == attempt.contact_id]
    return sum(each.became != "refused" for each in entries)


def in_flight(turn: Turn, creditor_id: str) -> bool:
    """Whether an earlier contact for the creditor is claimed or in doubt; an open task does not hold others up."""
    return any(each.creditor_id == creditor_id and each.state != "accepted" for each in turn.attempts.values())


def forget_retries(turn: Turn) -> None:
    """Drops retries that have nothing left to be about.

    One about a paid invoice stays: should the payment bounce, the next attempt must not have the number of the last one. So
    does one that followed a doubt, while the doubtful attempt is remembered: its receipt would come late.
    """
    for contact_id, retry in tuple(turn.retries.items()):
        if _may_be_heard_of(turn, contact_id, retry):
            continue
        if all(_is_over(turn, retry, invoice_id) for invoice_id in retry.invoice_ids):
            turn.drop_retry(contact_id)


def _may_be_heard_of(turn: Turn, contact_id: str, retry: Retry) -> bool:
    """Whether the last attempt may have been sent, and nobody knows yet."""
    entry = entry_of(turn, f"{contact_id}.{retry.number}") if retry.reason == "doubt_resend" else None
    return entry is not None and entry.became == "claimed"


def _is_over(turn: Turn, retry: Retry, invoice_id: str) -> bool:
    """Whether what was tried is done for the due date that it was about: that day may come back."""
    invoice = turn.invoices.get(invoice_id)
    if retry.stage in ACKNOWLEDGEMENTS:
        return turn.policy.acknowledging is None  # else whoever acknowledges knows what is owed still
    if invoice is None:
        return True
    spent = [(day, stage) for name, day, stage in retry.spent if name == invoice_id]
    known = [(invoice.due_on if day == UNKNOWN_DAY else day, stage) for day, stage in spent]
    return all(each in invoice.done for each in known or [(invoice.due_on, retry.stage)])


def _unwanted(turn: Turn, attempt: Attempt) -> bool:
    """Whether a claim would not be made now: what it is about is settled, stopped or changed, or its way is barred."""
    profile = turn.profile
    if profile is None or attempt.channel in profile.blocked_channels:
        return True
    phase = turn.policy.phases.get(attempt.stage)
    if any(_is_past(turn, phase, *each) for each in attempt.spent):
        return True
    points = (point for point in points_of(profile, attempt.channel) if where(point) == attempt.contact_point)
    point = next(points, None)
    return point is None or point_stop(turn, attempt.channel, point, phase) is not None


def _is_past(turn: Turn, phase: Phase | None, invoice_id: str, due_on: Day, stage: str) -> bool:
    """Whether what a claim used up of an invoice is nothing to speak of any more, or must not be spoken of."""
    if stage in ACKNOWLEDGEMENTS:
        return not stands(turn, invoice_id, due_on, stage) or held(turn, invoice_id, phase) is not None
    invoice = turn.invoices.get(invoice_id)
    return (
        invoice is None
        or is_closed(invoice)
        or invoice.due_on != due_on
        or stop_of(turn, invoice_id, phase) is not None
    )
