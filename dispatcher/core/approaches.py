"""What a contact would be about: the sums that are worth one, its lead, its tier, and the attempt that it goes on with."""

from collections.abc import Sequence

from dispatcher.core.grouping import Approach, Member, invoice_id_of, lead_of, totals
from dispatcher.core.remembrance import UNKNOWN_DAY
from dispatcher.core.rules import Case, Creditor
from dispatcher.core.tiers import tier_for
from dispatcher.core.turn import Turn
from dispatcher.core.verdicts import say
from dispatcher.core.zones import day_in
from schemas.inbox import ProfileStated
from schemas.journal import Reason
from schemas.state import Invoice, Retry
from schemas.values import Day


def approach_to(
    turn: Turn,
    profile: ProfileStated,
    creditor: Creditor,
    members: Sequence[Member],
    notes: Sequence[tuple[str, Invoice]],
) -> Approach | None:
    """A contact about the members, whose stages are due; None: no sum is worth one."""
    if len(members) == 1 and not notes:
        only = members[0].invoice
        amounts = {only.currency: only.amount_due}
    else:
        amounts = totals([*[member.invoice for member in members], *[note for _, note in notes]])
    members = _worth_it(turn, members, amounts)
    if not members:
        return None
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
