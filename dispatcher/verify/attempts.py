"""I1, I2, I3, I9: what becomes of claims. Each ends, once, and nothing is claimed twice."""

from collections.abc import Mapping, Sequence
from typing import Final

from dispatcher.verify.findings import Findings
from dispatcher.verify.history import Claim, History, shown
from dispatcher.verify.known import Known
from dispatcher.verify.rules import PAYMENT, PLAN
from schemas.journal import Result
from schemas.values import Millis

_RANK: Final[Mapping[Result, int]] = {
    "deferred": 0,
    "in_doubt": 1,
    "accepted": 2,
    "delivered": 3,
    "undelivered": 3,
    "rejected": 3,
    "released": 3,
    "cancelled": 3,
    "expired": 3,
    "parked": 3,
}
"""How far an attempt has come; what has ended stays as it ended, except that a receipt may still say "delivered"."""

_FLAGGED: Final = frozenset({"late_answer"})
"""Reason codes that say aloud that an answer came after the end."""

_FREE: Final[tuple[Result, ...]] = ("released", "rejected", "cancelled")
"""Ends after which what a claim was about may be claimed again."""

_OVER: Final[tuple[Result, ...]] = (*_FREE, "in_doubt", "undelivered", "expired", "parked")
"""Words after which the contact may be tried again."""


def judge_attempts(history: History, claims: Sequence[tuple[Claim, Known]], settled: Millis, out: Findings) -> None:
    """Outcomes, repetitions and the order of statuses; claims written after `settled` may still be open."""
    for claim, _ in claims:
        if not claim.outcomes:
            if claim.said.appended > settled:
                out.looked.open += 1
            else:
                says = f"{claim.attempt_id}: claimed, and nothing was ever said of it"
                out.add("I1", history.customer_id, shown(claim.said.where), says, claim.at)
        _judge_order(history, claim, out)
    _judge_strangers(history, claims, out)
    _judge_repetitions(history.customer_id, claims, out)


def _judge_order(history: History, claim: Claim, out: Findings) -> None:
    """I9: no status goes back."""
    before: Result | None = None
    for index, result, code in claim.outcomes:
        if before is not None and code not in _FLAGGED and _goes_back(before, result):
            where = shown(history.journal[index].where)
            out.add("I9", history.customer_id, where, f"{claim.attempt_id}: {result} after {before}", claim.at)
        if result in _RANK:
            before = result


def _goes_back(before: Result, result: Result) -> bool:
    ended = _RANK[before] == max(_RANK.values())
    later = (before, result) == ("undelivered", "delivered")
    return result in _RANK and (_RANK[result] < _RANK[before] or (ended and result != before and not later))


def _judge_strangers(history: History, claims: Sequence[tuple[Claim, Known]], out: Findings) -> None:
    """I2: no outcome of what nobody claimed."""
    claimed = {claim.attempt_id for claim, _ in claims}
    for said in history.journal:
        attempt_id = said.record.attempt_id
        if said.record.kind == "attempt" and attempt_id not in claimed and history.whole:
            says = f"{attempt_id}: {said.record.result}, but nobody claimed it"
            out.add("I2", history.customer_id, shown(said.where), says)


def _judge_repetitions(customer_id: str, claims: Sequence[tuple[Claim, Known]], out: Findings) -> None:
    """I3: one claim an attempt, one open attempt a contact. I2: an invoice's stage for a due date in one contact only."""
    attempts: dict[str, Claim] = {}
    contacts: dict[str, Claim] = {}
    spent: dict[tuple[str, object, str], Claim] = {}
    for claim, known in claims:
        where = shown(claim.said.where)
        if claim.attempt_id in attempts:
            out.add("I3", customer_id, where, f"{claim.attempt_id}: claimed twice", claim.at)
        elif _under_way(contacts.get(claim.contact_id), claim):
            says = f"{claim.attempt_id}: claimed while an earlier attempt of the contact was not over"
            out.add("I3", customer_id, where, says, claim.at)
        attempts[claim.attempt_id] = contacts[claim.contact_id] = claim
        for invoice_id, stage in claim.stages.items():
            occasion = _occasion(known, invoice_id, stage)
            if occasion is None:
                continue
            earlier = spent.get((invoice_id, occasion, stage))
            if earlier is not None and earlier.contact_id != claim.contact_id and _still_stands(earlier, claim):
                says = f"{claim.attempt_id}: stage {stage} of invoice {invoice_id} was claimed before"
                out.add("I2", customer_id, where, says, claim.at)
            spent[invoice_id, occasion, stage] = claim
            spent.setdefault((invoice_id, occasion, claim.stage), claim)


def _occasion(known: Known, invoice_id: str, stage: str) -> object:
    """What a stage may be claimed once for: a due date, what a payment left, the plans about an invoice; None: unknown."""
    if stage == PLAN:
        return known.plans_of(invoice_id) or None
    if stage == PAYMENT:
        bill = known.bills.get(invoice_id)
        return min(bill.remained, default=None) if bill is not None else None
    return known.due_on(invoice_id)


def _under_way(earlier: Claim | None, claim: Claim) -> bool:
    """Whether the contact's earlier attempt may still reach somebody, or has.

    One that nobody confirmed is followed by the next channel, and one in doubt may be sent again where the policy says so.
    """
    return earlier is not None and not earlier.had(*_OVER, before=claim.index)


def _still_stands(earlier: Claim | None, claim: Claim) -> bool:
    return earlier is not None and not earlier.had(*_FREE, before=claim.index)
