"""I4 and I5: every claim against the hours, the caps and the minimum gap of the policy that the journal names."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from dispatcher.verify.findings import Findings
from dispatcher.verify.history import Claim, shown
from dispatcher.verify.hours import is_quiet
from dispatcher.verify.known import Known
from dispatcher.verify.places import Place, local, place_of
from dispatcher.verify.rules import Cap, Rules
from schemas.values import Channel, Millis

Made = tuple[Millis, Channel]
"""When a contact was made, and how."""


def judge_limits(
    customer_id: str, claims: Sequence[tuple[Claim, Known]], rules: Mapping[str, Rules], out: Findings
) -> None:
    """Every claim, with those before it that count."""
    for number, (claim, known) in enumerate(claims):
        policy, profile = rules.get(claim.said.record.policy), known.profile
        if policy is None or profile is None or claim.channel is None:
            continue
        place = place_of(profile)
        says = []
        hours = policy.hours.get(claim.channel)
        if hours is not None and is_quiet(hours, place, profile.quiet_hours, claim.at):
            out.add("I4", customer_id, shown(claim.said.where), f"{claim.attempt_id}: claimed in quiet hours", claim.at)
        before = [other for other, _ in claims[:number] if not other.given_back(claim.index)]
        made: list[Made] = [(other.at, other.channel) for other in before if other.channel] + known.elsewhere
        for cap in policy.caps:
            if claim.channel in cap.channels:
                says += _over(cap, made, place, claim.at)
        others = [other.at for other in before if other.contact_id != claim.contact_id and other.channel is not None]
        if policy.reads("min_gap"):
            says += _too_soon(policy.gap_of(claim.stage), [*others, *[at for at, _ in known.elsewhere]], claim.at)
        for each in says:
            out.add("I5", customer_id, shown(claim.said.where), f"{claim.attempt_id}: {each}", claim.at)


def _too_soon(gap: Millis, others: Sequence[Millis], at: Millis) -> list[str]:
    latest = max((each for each in others if each <= at), default=None)
    if latest is None or at - latest >= gap:
        return []
    return [f"{(at - latest) // 60_000} minutes after the last contact, at least {gap // 60_000}"]


def _over(cap: Cap, made: Sequence[Made], place: Place, at: Millis) -> list[str]:
    """The cap, if this contact is one too many wherever the customer may live."""
    counted = [each for each, channel in made if channel in cap.channels and each <= at]
    if cap.length is not None:
        count = sum(each > at - cap.length for each in counted) + 1
    else:
        count = min(_in_period(cap.window, counted, zone, at) for zone in place.zones) + 1
    return [f"caps.{cap.name}: {count} contacts, at most {cap.most}"] if count > cap.most else []


def _in_period(window: str, counted: Sequence[Millis], zone: str, at: Millis) -> int:
    first = _first_day(window, local(zone, at).date())
    return sum(local(zone, each).date() >= first for each in counted)


def _first_day(window: str, day: date) -> date:
    if window == "calendar_week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if window == "calendar_month" else day
