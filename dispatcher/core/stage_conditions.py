"""Which stages are not meant for an invoice, by the conditions (`only`) that its policy states."""

from dispatcher.core.rules import Case
from dispatcher.core.tiers import tier_for
from dispatcher.core.turn import Turn
from schemas.inbox import ProfileStated
from schemas.state import Invoice


def skipped_for(turn: Turn, profile: ProfileStated, invoice: Invoice) -> int:
    """Bit n is set where stage n is not meant for the invoice.

    The invoice is looked at by itself: its own amount and days overdue, and the tier that these give. What it shares a
    message with does not change which stages it has. Asked more than once in a turn, it is looked at once.
    """
    key = (invoice.due_on, invoice.amount_due, invoice.currency)
    known = turn.skips.get(key)
    if known is None:
        known = turn.skips[key] = _skipped(turn, profile, invoice)
    return known


def _skipped(turn: Turn, profile: ProfileStated, invoice: Invoice) -> int:
    case = Case(profile, turn.today - invoice.due_on, {invoice.currency: invoice.amount_due}, turn.past())
    tier = tier_for(turn.policy, case).name if turn.policy.tier_conditions else ""
    skipped = 0
    for condition in turn.policy.conditions:
        if (condition.tiers and tier not in condition.tiers) or not condition.holds(case):
            skipped |= 1 << condition.index
    return skipped
