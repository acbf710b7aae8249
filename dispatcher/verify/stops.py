"""I2, I6, I7: a claim needs an open invoice, and nothing that forbids the contact: told before it, or a second before.

"Before" is read twice. By the order of the journal: what was applied before the claim. And by the broker's clock: what had
been published more than a second before the claim was written, although it was applied after it.
"""

from collections.abc import Iterator, Mapping, Sequence

from dispatcher.verify.agreed import forbidding_agreements, hold_of_point
from dispatcher.verify.findings import Findings, Invariant
from dispatcher.verify.history import Claim, History, shown
from dispatcher.verify.known import Known, Point, where
from dispatcher.verify.point_log import PointLog
from dispatcher.verify.rules import ACKNOWLEDGEMENTS, PLAN, Rules
from schemas.topics import STOPPING_INPUTS
from schemas.values import Channel, Millis

REACTION: Millis = 1_000
"""How long after a stop was published a contact may still start (I6)."""

Stop = tuple[Invariant, str]


def judge_stops(
    history: History,
    claims: Sequence[tuple[Claim, Known]],
    rules: Mapping[str, Rules],
    points: PointLog,
    out: Findings,
) -> None:
    """Every claim against what was known; `points`: what was said of numbers and addresses, whoever's they are."""
    for claim, known in claims:
        policy = rules.get(claim.policy)
        if points and (silenced := _silenced(known, claim, points)) is not None:
            out.add("I7", history.customer_id, shown(claim.said.where), f"{claim.name}: {silenced}", claim.at)
        found = set(_forbidden(known, claim, policy))
        late = None if found or claim.had("released") else _published_before(history, claim)
        if late is not None:
            found = {(invariant, f"{says} (published before)") for invariant, says in _forbidden(late, claim, policy)}
        for invariant, says in sorted(found):
            out.add(invariant, history.customer_id, shown(claim.said.where), f"{claim.name}: {says}", claim.at)


def _silenced(known: Known, claim: Claim, points: PointLog) -> str | None:
    """Why no contact point of the channel could be used, by what had been said of each a second before the claim."""
    if known.profile is None or claim.channel is None or claim.had("released"):
        return None
    before = claim.said.appended - REACTION
    said = [points.forbids(claim.channel, where(each), before) for each in known.points(claim.channel)]
    return f"every number or address for {claim.channel} was {said[0]}" if said and all(said) else None


def _published_before(history: History, claim: Claim) -> Known | None:
    """What would have been known if every stop published a second before the claim had been applied at once.

    None: nothing more than was. Statements of invoices cause contacts, so nobody waits for them (`STOPPING_INPUTS`).
    """
    too_late = claim.said.appended - REACTION
    before = [arrival for index, arrival in history.facts() if index < claim.index]
    late = [
        arrival
        for index, arrival in history.facts()
        if index > claim.index and arrival.cause.topic in STOPPING_INPUTS and 0 < arrival.appended < too_late
    ]
    if not late:
        return None
    known = Known()
    for arrival in (*before, *late):
        known.apply(arrival)
    return known


def _forbidden(known: Known, claim: Claim, rules: Rules | None) -> Iterator[Stop]:
    for obligation in claim.stages:
        yield from _unfounded(known, claim.stage, obligation, rules) if _thanks(claim) else _settled(known, obligation)
        yield from forbidding_agreements(known, claim, obligation, rules)
    profile, channel = known.profile, claim.channel
    if profile is None:
        yield "I2", "no profile was known"
        return
    if channel is None:
        return
    if channel in profile.blocked_channels:
        yield "I7", f"the customer blocked {channel}"
    points = known.points(channel)
    barred = [_barred(known, claim, channel, point, rules) for point in points]
    if not points:
        yield "I2", f"the profile has no contact point for {channel}"
    elif all(barred):
        yield barred[0] or ("I7", "barred")


def _thanks(claim: Claim) -> bool:
    return claim.stage in ACKNOWLEDGEMENTS


def _unfounded(known: Known, stage: str, invoice_id: str, rules: Rules | None) -> Iterator[Stop]:
    """A word of thanks needs a payment or a plan that was known, and a policy that asks for it."""
    bill = known.bills.get(invoice_id)
    if stage == PLAN:
        occasions = ["plan"] if known.plans_of(invoice_id) else []
    else:
        occasions = ["partial_payment" if left else "full_payment" for left in (bill.remained if bill else ())]
    if not occasions:
        yield "I2", f"nothing about {invoice_id} was known that could be acknowledged ({stage})"
    elif rules is not None and rules.acknowledged.isdisjoint(occasions):
        yield "I2", f"the policy asks for no acknowledgement of {' or '.join(sorted(set(occasions)))} ({invoice_id})"


def _settled(known: Known, obligation: str) -> Iterator[Stop]:
    """Something has to be open: of the invoice, or of those whose plan an instalment belongs to."""
    bill, plan = known.bills.get(obligation), known.plan_of(obligation)
    if bill is None and plan is not None:
        covered = [known.bills[each] for each in plan[1].invoice_ids if each in known.bills]
        if covered and all(each.paid for each in covered):
            yield "I6", f"every invoice of the plan of {obligation} was settled"
    elif bill is not None and bill.paid:
        yield "I6", f"invoice {obligation} was settled"
    elif bill is None or not bill.open:
        yield "I2", f"invoice {obligation} was not open"


def _barred(known: Known, claim: Claim, channel: Channel, point: Point, rules: Rules | None) -> Stop | None:
    """Why a contact point must not be used; None if it may be."""
    at = where(point)
    if known.forgotten(point):
        return "I7", "the customer was erased"
    if known.objected(channel, at):
        return "I7", f"the customer opted out of {channel}"
    held = hold_of_point(known, claim, at, rules)
    if held is not None:
        return "I6", f"hold {held} stood for the contact point"
    asked = rules is not None and channel in rules.consent_required and rules.reads("consent")
    if asked and rules is not None and not known.agreed(channel, at) and point.basis not in rules.accepted_bases:
        return "I7", f"no consent to {channel} was on file"
    return None
