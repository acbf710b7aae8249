"""The plan: for each open invoice what happens now, or why nothing does, and when that can change.

Stops are applied in a fixed order, and the first that holds is the reason: erased, waiting for the profile, hold, promise,
plan, nothing due, below the minimum, no channel, an earlier contact under way, minimum gap, caps, hours, and last what the
lane knows (sending off, gate, credit, shadow, allowlist). A deferral never uses up a stage.
"""

from collections.abc import Iterator, Sequence

from dispatcher.core.acknowledging import acknowledge
from dispatcher.core.approval import awaited
from dispatcher.core.contacts import consider
from dispatcher.core.dialling import answer
from dispatcher.core.flights import attend, forget_retries
from dispatcher.core.grouping import Member, lead_of
from dispatcher.core.holds import Stop, stop_of
from dispatcher.core.instalments import attend_plans
from dispatcher.core.pages import because
from dispatcher.core.promises import bring_forward, judge
from dispatcher.core.put_off import PutOff, say_put_off
from dispatcher.core.rules import Stage
from dispatcher.core.stage_conditions import skipped_for
from dispatcher.core.stages import standing
from dispatcher.core.statements import closing_code, is_closed, is_overdue
from dispatcher.core.turn import Turn
from dispatcher.core.verdicts import give_up, say, say_upcoming
from schemas.inbox import ProfileStated
from schemas.journal import Reason
from schemas.state import Invoice

Notes = Sequence[tuple[str, Invoice]]
"""Open credit notes."""

_NO_PROFILE = because("waiting_for_profile", "customer.updated")


def plan(turn: Turn) -> None:
    """Plans everything about a customer once; claims, records and the wake-up are left in the turn."""
    turn.begin()
    profile = turn.profile
    if profile is not None:
        if turn.promises:
            judge(turn)
        if turn.plans:
            attend_plans(turn)
    if turn.asked:
        answer(turn)
    if turn.attempts:
        attend(turn)
    if profile is None:
        _plan_unknown(turn)
    else:
        _plan_known(turn, profile)
    if turn.retries:
        forget_retries(turn)


def _plan_known(turn: Turn, profile: ProfileStated) -> None:
    due: dict[tuple[str, str], list[Member]] = {}
    for invoice_id, invoice in tuple(turn.invoices.items()):
        member = _assess(turn, profile, invoice_id, invoice)
        if member is not None:
            apart = member.stage.id if member.stage.apart else ""
            due.setdefault((turn.policy.creditor(invoice.creditor_id).id, apart), []).append(member)
    if due:
        _contact(turn, profile, [(creditor_id, members) for (creditor_id, _), members in due.items()])
    if turn.policy.acknowledging is not None:
        acknowledge(turn, profile, turn.policy.acknowledging)


def _plan_unknown(turn: Turn) -> None:
    """Nobody to write to: erased, or not known yet."""
    erased = turn.erased is not None
    for invoice_id, invoice in tuple(turn.invoices.items()):
        if is_closed(invoice):
            _close(turn, invoice_id, invoice)
        elif invoice.stated is not None and invoice.kind == "invoice":
            if erased:
                say(turn, invoice_id, "suppressed|erased", "suppressed", because("erased", "customer.erased"))
            else:
                say(turn, invoice_id, "waiting|waiting_for_profile", "waiting", _NO_PROFILE)


def _close(turn: Turn, invoice_id: str, invoice: Invoice) -> None:
    if invoice.kind == "invoice":
        code = closing_code(invoice)
        say(turn, invoice_id, f"cancelled|{code}", "cancelled", because(code, "invoice.settled"))


def _assess(turn: Turn, profile: ProfileStated, invoice_id: str, invoice: Invoice) -> Member | None:
    """The invoice with the stage that is due and not stopped; else its verdict is said."""
    if is_closed(invoice):
        _close(turn, invoice_id, invoice)
        return None
    if invoice.stated is None or invoice.kind == "credit_note":
        return None
    if turn.attempts and (step := awaited(turn, invoice_id, invoice.due_on)) is not None:
        reasons = because("awaiting_approval", f"stages.{step.stage}.gate")
        say(turn, invoice_id, "waiting|awaiting_approval", "waiting", reasons, next_at=step.expires_at)
        return None
    overdue = is_overdue(turn.policy, turn.place, invoice)
    skipped = skipped_for(turn, profile, invoice) if turn.policy.conditions else 0
    where = standing(turn.policy, turn.place, invoice.due_on, invoice.done, turn.today, overdue, skipped)
    if where.missed:
        invoice = give_up(turn, invoice_id, where.missed)
    if invoice.raised is not None:
        invoice, where = bring_forward(turn, invoice_id, invoice, where, overdue=overdue)
    if where.due is None:
        say_upcoming(turn, invoice_id, invoice, where)
    else:
        stop = stop_of(turn, invoice_id, where.due.phase)
        if stop is None:
            return Member(invoice_id, invoice, where.due, where)
        _say_stopped(turn, invoice_id, where.due, stop)
    turn.wake_on(where.changes_on)
    return None


def _say_stopped(turn: Turn, invoice_id: str, stage: Stage, stop: Stop) -> None:
    reasons = (Reason(stop.code, stop.rule),)
    if stop.until is None:
        say(turn, invoice_id, f"suppressed|{stop.rule}|{stage.id}", "suppressed", reasons, stage)
        return
    turn.wake(stop.until)
    verdict = f"deferred|{stop.rule}|{stop.until}|{stage.id}"
    say(turn, invoice_id, verdict, "deferred", reasons, stage, None, stop.until)


def _contact(turn: Turn, profile: ProfileStated, groups: list[tuple[str, list[Member]]]) -> None:
    """Contacts for each creditor: those that are mandatory, then the most severe stage first.

    A contact uses up gap, caps and credit of the others, so those that were put off are considered again after it; so is a
    stage that waited for a mandatory one. Only what remains put off in the end is said.
    """
    if len(groups) > 1:
        groups.sort(key=_precedence)
    put_off: list[PutOff] = []
    made = True
    while made and groups:
        made, put_off = False, []
        remaining: list[tuple[str, list[Member]]] = []
        for creditor_id, members in _apart(groups):
            notes = _credit_notes(turn, creditor_id) if len(turn.invoices) > len(members) else ()
            outcome = consider(turn, profile, turn.policy.creditors[creditor_id], members, notes)
            if isinstance(outcome, PutOff):
                put_off.append(outcome)
                remaining.append((creditor_id, members))
            elif outcome is not None:
                made = True
                if again := list(_due_again(turn, members)):
                    remaining.append((creditor_id, again))
        groups = remaining
    for each in put_off:
        say_put_off(turn, each)


def _apart(groups: list[tuple[str, list[Member]]]) -> Iterator[tuple[str, list[Member]]]:
    """The groups, without the members who have heard the stage of their lead already: those make a group of their own.

    An invoice is mentioned in the message of another, but in no second message of the same stage.
    """
    for creditor_id, members in groups:
        rest = members
        while len(rest) > 1:
            stage = lead_of(rest).stage
            heard = [
                each
                for each in rest
                if each.stage is not stage and (each.invoice.due_on, stage.id) in each.invoice.done
            ]
            if not heard:
                break
            yield creditor_id, [each for each in rest if each not in heard]
            rest = heard
        yield creditor_id, rest


def _precedence(group: tuple[str, list[Member]]) -> tuple[bool, int]:
    stages = [member.stage for member in group[1]]
    return not any(stage.mandatory for stage in stages), -max(stage.index for stage in stages)


def _credit_notes(turn: Turn, creditor_id: str) -> Notes:
    return [
        (name, invoice)
        for name, invoice in turn.invoices.items()
        if invoice.kind == "credit_note"
        and invoice.amount_due > 0
        and turn.policy.creditor(invoice.creditor_id).id == creditor_id
    ]


def _due_again(turn: Turn, members: Sequence[Member]) -> Iterator[Member]:
    """The members for which another stage had begun already."""
    for member in members:
        if member.standing.more and not member.stage.apart:
            invoice_id, invoice = member.invoice_id, turn.invoices[member.invoice_id]
            overdue = is_overdue(turn.policy, turn.place, invoice)
            skipped = member.standing.skipped
            where = standing(turn.policy, turn.place, invoice.due_on, invoice.done, turn.today, overdue, skipped)
            if where.due is not None:
                yield Member(invoice_id, invoice, where.due, where)
