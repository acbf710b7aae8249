"""What an aggregate lets go of at the end of a turn, so that it stays small however long a customer lives.

Closed invoices beyond a few, promises that were judged, plans and holds that are over, contacts that no rule can see any
more: each leaves its counts in the history, and its id and time among what is gone, so that nothing of it comes back when a
topic is replayed. Invoices that a running promise or plan counts payments of stay longer.
"""

from msgspec.structs import replace

from dispatcher.core.gone import Kind, with_gone
from dispatcher.core.history import month_of_contact, month_of_payment, month_of_promise, with_month
from dispatcher.core.holds import ends_at
from dispatcher.core.ledger import REPORTED, remembered
from dispatcher.core.statements import is_closed
from dispatcher.core.turn import Turn
from schemas.state import Contact, Hold, Month, Plan, Promise

CLOSED_KEPT = 6
CLOSED_AT_MOST = 24
"""Closed invoices that are kept, and how many at most where promises and plans need them."""

PROMISES_KEPT = 6
PLANS_KEPT = 4
HOLDS_KEPT = 8
REPORTS_KEPT = 8
"""Contacts by others that are kept of each channel, if no cap counts further."""


def is_crowded(turn: Turn) -> bool:
    """Whether there is more than is kept of anything that events alone make grow."""
    return (
        len(turn.invoices) > CLOSED_KEPT
        or len(turn.promises) > PROMISES_KEPT
        or len(turn.plans) > PLANS_KEPT
        or len(turn.holds) > HOLDS_KEPT
        or len(turn.contacts) > REPORTS_KEPT
    )


def forget(turn: Turn) -> None:
    """Lets go of what no decision needs; called after planning, when something changed."""
    if len(turn.invoices) > CLOSED_KEPT:
        _forget_invoices(turn)
    if len(turn.promises) > PROMISES_KEPT:
        _forget_promises(turn)
    if len(turn.plans) > PLANS_KEPT:
        over = [(each.stamp, name) for name, each in turn.plans.items() if _is_over(turn, each)]
        for name in _oldest(over, len(turn.plans) - PLANS_KEPT):
            _forget(turn, "plan", name, turn.plans[name].stamp[0], None)
            turn.plans = {each: plan for each, plan in turn.plans.items() if each != name}
    if len(turn.holds) > HOLDS_KEPT:
        ended = [(each.stamp, name) for name, each in turn.holds.items() if _has_ended(turn, each)]
        for name in _oldest(ended, len(turn.holds) - HOLDS_KEPT):
            _forget(turn, "hold", name, turn.holds[name].stamp[0], None)
            turn.holds = {each: hold for each, hold in turn.holds.items() if each != name}
    if turn.contacts:
        _forget_contacts(turn)


def _oldest(found: list[tuple[tuple[int, str, str], str]], excess: int) -> list[str]:
    return [name for _, name in sorted(found)[:excess]]


def _forget(turn: Turn, kind: Kind, name: str, at: int, month: Month | None) -> None:
    gone, before = with_gone(turn.history, kind, name, at)
    turn.history = replace(turn.history, months=with_month(turn.history.months, month), gone=gone, gone_before=before)


def _forget_invoices(turn: Turn) -> None:
    closed = [(each.valued or (0, "", ""), name) for name, each in turn.invoices.items() if is_closed(each)]
    excess = len(closed) - CLOSED_KEPT
    if excess <= 0:
        return
    needed = _needed(turn)
    free = [(stamp, name) for stamp, name in closed if needed is not None and name not in needed]
    going = _oldest(free, excess)
    rest = [each for each in closed if each[1] not in going]
    going += _oldest(rest, len(rest) - CLOSED_AT_MOST) if len(rest) > CLOSED_AT_MOST else []
    for name in going:
        invoice = turn.invoices.pop(name)
        at = max(stamp[0] for stamp in (invoice.valued, invoice.stated) if stamp is not None)
        _forget(turn, "invoice", name, at, month_of_payment(invoice, turn.place))
    if turn.traces:
        turn.traces = {name: trace for name, trace in turn.traces.items() if name not in going}


def _needed(turn: Turn) -> frozenset[str] | None:
    """The invoices that a promise or a plan still counts payments of; None: all of them."""
    ids: list[tuple[str, ...]] = [each.invoice_ids for each in turn.promises.values() if not _is_judged(turn, each)]
    ids += [each.invoice_ids for each in turn.plans.values() if not _is_over(turn, each) and each.instalments]
    return None if () in ids else frozenset(name for each in ids for name in each)


def _is_judged(turn: Turn, promise: Promise) -> bool:
    last = promise.promised_on + turn.policy.promise_grace_days
    return promise.cancelled or promise.judged != "" or turn.today > last


def _is_over(turn: Turn, plan: Plan) -> bool:
    if plan.cancelled or plan.missed > 0:
        return True
    last = max((each.due_on for each in plan.instalments), default=turn.today)
    return turn.today > last + turn.policy.plan_grace_days


def _has_ended(turn: Turn, hold: Hold) -> bool:
    until = ends_at(turn, hold)
    return hold.released or (until is not None and until <= turn.now)


def _forget_promises(turn: Turn) -> None:
    judged = [(each.stamp, name) for name, each in turn.promises.items() if _is_judged(turn, each)]
    for name in _oldest(judged, len(turn.promises) - PROMISES_KEPT):
        promise = turn.promises[name]
        _forget(turn, "promise", name, promise.stamp[0], month_of_promise(promise))
        turn.promises = {each: kept for each, kept in turn.promises.items() if each != name}


def _forget_contacts(turn: Turn) -> None:
    kept = remembered(turn.contacts, turn.now - turn.policy.horizon)
    if len(kept) > REPORTS_KEPT:
        kept = _fewer_reports(turn, kept)
    if len(kept) < len(turn.contacts):
        months = turn.history.months
        staying = {each.attempt_id for each in kept}
        for each in turn.contacts:
            if each.attempt_id not in staying:
                months = with_month(months, month_of_contact(each, turn.place))
        turn.history = replace(turn.history, months=months)
        turn.contacts = kept


def _fewer_reports(turn: Turn, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """Of what others reported, the latest of each channel that any cap can count; our own claims all stay."""
    most = max([REPORTS_KEPT, *(cap.max for cap in turn.policy.caps)])
    left: dict[str, int] = {}
    kept: list[Contact] = []
    for each in reversed(contacts):
        if each.stage == REPORTED:
            left[each.channel] = left.get(each.channel, most) - 1
        if each.stage != REPORTED or left[each.channel] >= 0:
            kept.append(each)
    return tuple(reversed(kept)) if len(kept) < len(contacts) else contacts
