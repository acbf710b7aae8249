"""Acknowledgements become contacts like any other: the same hours, caps, gap, objections, holds and gate.

They come after everything that asks for a payment. One that is put off is told of in the turn that brought the occasion;
one whose time runs out is over, and that is told once.
"""

from collections.abc import Sequence

from dispatcher.core import identity
from dispatcher.core.acknowledgements import Owed, owed, put_mark
from dispatcher.core.contacts import approached
from dispatcher.core.grouping import Approach, Member
from dispatcher.core.holds import held
from dispatcher.core.pages import because, note_decision
from dispatcher.core.put_off import PutOff
from dispatcher.core.rules import ACKNOWLEDGEMENTS, NEVER, Acknowledging, Case
from dispatcher.core.stages import Standing
from dispatcher.core.tiers import tier_for
from dispatcher.core.turn import Turn
from dispatcher.core.zones import day_in
from schemas.inbox import ProfileStated
from schemas.journal import Reason, Result
from schemas.state import Retry
from schemas.values import Millis

_OCCASIONS = frozenset({"invoice.settled", "plan.agreed"})
_NO_STAGE = Standing(
    due=None,
    missed=(),
    upcoming=None,
    begins_on=NEVER,
    changes_on=NEVER,
    blocked=False,
    more=False,
    ending="",
    skipped=0,
)


def acknowledge(turn: Turn, profile: ProfileStated, rules: Acknowledging) -> None:
    """Acknowledges what was paid and agreed, as far as the policy asks for it."""
    wanted: set[str] = set()
    for each in owed(turn, rules):
        contact_id = _contact_id(turn, each)
        approach = _approach(turn, profile, each, contact_id)
        if turn.now >= each.expires:
            _run_out(turn, approach, contact_id)
            continue
        wanted.add(contact_id)
        outcome = _held(turn, approach) or approached(turn, profile, approach)
        if isinstance(outcome, PutOff):
            turn.wake(each.expires if outcome.look_at is None else min(each.expires, outcome.look_at))
            _say_put_off(turn, outcome)
    for contact_id, retry in tuple(turn.retries.items()):
        if retry.stage in ACKNOWLEDGEMENTS and contact_id not in wanted:
            turn.drop_retry(contact_id)


def _contact_id(turn: Turn, each: Owed) -> str:
    obligations = "".join([f"\0{name}\1{mark}" for name, mark in sorted(each.marks)])
    return identity.contact_id(turn.customer_id, each.creditor_id, each.stage.id, obligations)


def _approach(turn: Turn, profile: ProfileStated, each: Owed, contact_id: str) -> Approach:
    invoices = {name: turn.invoices[name] for name, _ in each.marks}
    members = [Member(name, invoices[name], each.stage, _NO_STAGE, mark) for name, mark in each.marks]
    days = day_in(turn.place, turn.now) - min(invoice.due_on for invoice in invoices.values())
    amounts: dict[str, int] = {}
    for invoice in invoices.values():
        amounts[invoice.currency] = amounts.get(invoice.currency, 0) + invoice.amount_due
    tier = tier_for(turn.policy, Case(profile, days, amounts, turn.past()))
    ids = tuple(invoices)
    first = Retry(each.stage.id, each.creditor_id, ids, (), turn.numbered, 0, "due")
    tried = (contact_id, turn.retries.get(contact_id, first))
    creditor = turn.policy.creditors[each.creditor_id]
    return Approach(creditor, members, (), members[0], days, tier, ids, tried, each.about)


def _held(turn: Turn, approach: Approach) -> PutOff | None:
    stops = [held(turn, each, approach.lead.stage.phase) for each in approach.invoice_ids] if turn.holds else []
    stop = next((each for each in stops if each is not None), None)
    if stop is None:
        return None
    return PutOff(approach, "suppressed", (Reason(stop.code, stop.rule),), "", None, stop.until)


def _run_out(turn: Turn, approach: Approach, contact_id: str) -> None:
    stage = approach.lead.stage
    for member in approach.members:
        put_mark(turn, member.invoice_id, member.mark, stage)
    _note(turn, approach, "expired", because("expired", f"{stage.rule}.within_hours"), contact_id)


def _say_put_off(turn: Turn, put_off: PutOff) -> None:
    """Said to those who look, in the turn that told of the payment or the plan: later turns have nothing to add."""
    approach = put_off.approach
    if any(record.kind == "fact" and _tells(record.reasons) for record in turn.records):
        _note(turn, approach, put_off.result, put_off.reasons, None, put_off.look_at)


def _tells(reasons: Sequence[Reason]) -> bool:
    return reasons[0].rule in _OCCASIONS and reasons[0].code == "recorded"


def _note(  # noqa: PLR0917  the fields of its record
    turn: Turn,
    approach: Approach,
    result: Result,
    reasons: tuple[Reason, ...],
    contact_id: str | None,
    next_at: Millis | None = None,
) -> None:
    lead = approach.lead
    cause = turn.cause_of(lead.invoice_id)
    note_decision(
        turn,
        approach.invoice_ids,
        result,
        reasons,
        cause,
        approach.creditor.id,
        lead.stage,
        None,
        next_at,
        approach.tier,
        contact_id=contact_id,
    )
