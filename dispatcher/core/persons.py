"""Folding who the customer is: the profile, the customer's own judgement, and erasure.

An erasure drops the profile, the consents and every text about the person. What stays is its stamp and digests of the
contact points (with the basis for their use) that were known. A profile stated later is kept only as far as it names
contact points with a basis that is not among those digests; without one it is not kept at all, and there is no contact.
Digests only ever grow, so that what arrives late can make the suppression wider but never narrower.
"""

from msgspec.structs import replace

from dispatcher.core.agreements import objection, with_digests
from dispatcher.core.draft import Draft
from dispatcher.core.identity import point_digest
from dispatcher.core.notes import Note, newer
from dispatcher.core.statements import without_texts
from schemas.inbox import CustomerErased, EmailPoint, FeedbackGiven, PhonePoint, ProfileStated, Stamp


def profile_stated(draft: Draft, fact: ProfileStated, stamp: Stamp) -> Note:
    """`customer.updated`."""
    if draft.erased is not None and stamp < draft.erased:
        draft.suppressed = with_digests(draft.suppressed, _digests(fact))
        draft.profile = None if draft.profile is None else _permitted(draft.profile, draft.suppressed)
        draft.changed = True
        return Note("customer.updated", "erased")
    if not newer(stamp, draft.profile_stamp):
        return Note("customer.updated", "outdated")
    before = draft.profile
    draft.profile_stamp = stamp
    draft.profile = fact if draft.erased is None else _permitted(fact, draft.suppressed)
    draft.changed = True
    if draft.profile is None:
        return Note("customer.updated", "erased")
    return Note("customer.updated", "unchanged" if before == draft.profile else "recorded")


def feedback_given(draft: Draft, fact: FeedbackGiven, stamp: Stamp) -> Note:  # noqa: ARG001
    """`feedback.given`: kept in the journal alone; no rule reads it yet."""
    return Note("feedback.given", "recorded", detail=f"score {fact.score}")


def erased(draft: Draft, fact: CustomerErased, stamp: Stamp) -> Note:  # noqa: ARG001
    """`customer.erased`."""
    if not newer(stamp, draft.erased):
        return Note("customer.erased", "outdated")
    draft.erased = stamp
    objections = [objection(key.split(" ", 1)[1]) for key, each in draft.consents.items() if not each.allowed]
    draft.suppressed = with_digests(draft.suppressed, objections)
    _forget(draft, stamp)
    draft.changed = True
    return Note("customer.erased", "recorded", tuple(draft.invoices))


def _forget(draft: Draft, stamp: Stamp) -> None:
    if draft.profile is not None:
        if draft.profile_stamp is None or draft.profile_stamp < stamp:
            draft.suppressed = with_digests(draft.suppressed, _digests(draft.profile))
            draft.profile = None
        else:
            draft.profile = _permitted(draft.profile, draft.suppressed)
    draft.consents = {key: each for key, each in draft.consents.items() if each.stamp > stamp}
    draft.holds = {key: hold for key, hold in draft.holds.items() if hold.scope != "contact_point"}
    draft.invoices = {key: without_texts(invoice) for key, invoice in draft.invoices.items()}
    draft.attempts = {key: replace(attempt, contact_point="") for key, attempt in draft.attempts.items()}


def _digests(profile: ProfileStated) -> list[str]:
    points: list[PhonePoint | EmailPoint] = [*profile.phones, *profile.emails]
    return [point_digest(_where(point), point.basis) for point in points]


def _permitted(profile: ProfileStated, suppressed: tuple[str, ...]) -> ProfileStated | None:
    """The profile with those contact points that name a new basis, None if it has none."""
    phones = tuple(point for point in profile.phones if _is_new(point, suppressed))
    emails = tuple(point for point in profile.emails if _is_new(point, suppressed))
    return replace(profile, phones=phones, emails=emails) if phones or emails else None


def _is_new(point: PhonePoint | EmailPoint, suppressed: tuple[str, ...]) -> bool:
    return (
        bool(point.basis)
        and point_digest(_where(point), point.basis) not in suppressed
        and objection(_where(point)) not in suppressed
    )


def _where(point: PhonePoint | EmailPoint) -> str:
    return point.number if isinstance(point, PhonePoint) else point.address
