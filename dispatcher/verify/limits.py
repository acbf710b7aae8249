"""I4 and I5: every claim against the hours, the caps and the minimum gap of the policy that the journal names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dispatcher.verify.cap_rules import Cap
from dispatcher.verify.findings import Findings
from dispatcher.verify.history import Claim, shown
from dispatcher.verify.hours import is_quiet
from dispatcher.verify.known import Known
from dispatcher.verify.places import Place, local, place_of
from dispatcher.verify.rules import Rules
from schemas.values import Channel, Millis


@dataclass(frozen=True, slots=True)
class Made:
    """A contact that counts. What is not known of it (None, empty) never makes it count less."""

    at: Millis
    channel: Channel
    contact_id: str | None = None
    creditor_id: str | None = None
    invoice_ids: tuple[str, ...] = ()


def judge_limits(
    customer_id: str, claims: Sequence[tuple[Claim, Known]], rules: Mapping[str, Rules], out: Findings
) -> None:
    """Every claim and call, with the contacts before it that count.

    A fall-back of the same contact is no other contact for a gap, and a call is not one beside the claim of its own task.
    """
    made_before = [claim for claim, _ in claims if not claim.dialled]
    for claim, known in claims:
        policy, profile, channel = rules.get(claim.policy), known.profile, claim.channel
        if policy is None or profile is None or channel is None:
            continue
        place, where = place_of(profile), shown(claim.said.where)
        hours = policy.hours.get(channel)
        if hours is not None and is_quiet(hours, place, profile.quiet_hours, claim.at):
            deed = "dialled" if claim.dialled else "claimed"
            out.add("I4", customer_id, where, f"{claim.attempt_id}: {deed} in quiet hours", claim.at)
        before = [other for other in made_before if _counts_before(other, claim)]
        made = [each for each in (*(_made(each, claim) for each in before), *_elsewhere(known)) if each.at <= claim.at]
        says = _too_soon(policy.gap_of(claim.stage), made, claim) if policy.reads("min_gap") else []
        for cap in policy.caps:
            if channel in cap.channels:
                says += _over(cap, made, place, claim)
        for each in says:
            out.add("I5", customer_id, where, f"{claim.name}: {each}", claim.at)


def _counts_before(other: Claim, claim: Claim) -> bool:
    own = claim.dialled and other.attempt_id == claim.attempt_id
    return other.index < claim.index and not own and other.channel is not None and not other.given_back(claim.index)


def _made(other: Claim, claim: Claim) -> Made:
    record = other.said.record
    at = other.happened(claim.index)
    return Made(at, other.channel or "call_task", other.contact_id, record.creditor_id, record.invoice_ids)


def _elsewhere(known: Known) -> Iterator[Made]:
    return (Made(at, channel) for at, channel in known.elsewhere)


def _too_soon(gap: Millis, made: Sequence[Made], claim: Claim) -> list[str]:
    latest = max((each.at for each in made if each.contact_id != claim.contact_id), default=None)
    if latest is None or claim.at - latest >= gap:
        return []
    return [f"{(claim.at - latest) // 60_000} minutes after the last contact, at least {gap // 60_000}"]


def _over(cap: Cap, made: Sequence[Made], place: Place, claim: Claim) -> list[str]:
    """The cap, if this contact is one too many wherever the customer may live."""
    counts = [_count(cap, each, place, claim) for each in _in_scope(cap, made, claim)]
    return [f"{cap.rule}: {max(counts)} contacts before it, at most {cap.most}"] if max(counts) >= cap.most else []


def _in_scope(cap: Cap, made: Sequence[Made], claim: Claim) -> list[list[Made]]:
    """What a cap counts, once for each debt where that is its scope."""
    counted = [each for each in made if each.channel in cap.counted]
    if cap.scope == "debt":
        debts = claim.said.record.invoice_ids
        return [[each for each in counted if not each.invoice_ids or debt in each.invoice_ids] for debt in debts] or [
            []
        ]
    if cap.scope in {"creditor", "account"}:
        counted = [each for each in counted if each.creditor_id in {None, claim.said.record.creditor_id}]
    return [counted]


def _count(cap: Cap, counted: Sequence[Made], place: Place, claim: Claim) -> int:
    if cap.length is not None:
        since = claim.at - cap.length
        exempt = claim.contact_id if cap.most == 1 else None
        return sum(each.at > since and (exempt is None or each.contact_id != exempt) for each in counted)
    return min(_in_period(cap.window, counted, zone, claim.at) for zone in place.zones)


def _in_period(window: str, counted: Sequence[Made], zone: str, at: Millis) -> int:
    first = _first_day(window, local(zone, at).date())
    return sum(local(zone, each.at).date() >= first for each in counted)


def _first_day(window: str, day: date) -> date:
    if window == "calendar_week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if window == "calendar_month" else day
