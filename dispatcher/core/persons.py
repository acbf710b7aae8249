"""Folding who the customer is: the profile, the customer's own judgement, and erasure.

An erasure drops the profile, the consents and every text about the person. What stays is its stamp and digests of the
contact points (with the basis for their use) that were known. A profile stated later is kept only as far as it names
contact points with a basis that is not among those digests; without one it is not kept at all, and there is no contact.
"""

from msgspec.structs import replace

from dispatcher.core.draft import Draft
from dispatcher.core.notes import Note, newer
from dispatcher.core.statements import without_texts
from dispatcher.core.suppression import digests_of, learn, permitted, suppress
from dispatcher.core.wishes import file_wishes, forget_wishes
from schemas.inbox import CustomerErased, FeedbackGiven, ProfileStated, Stamp
from schemas.state import Hold


def profile_stated(draft: Draft, fact: ProfileStated, stamp: Stamp) -> Note:
    """`customer.updated`."""
    learn(draft, digests_of(fact), stamp[0])
    if draft.erased is not None and stamp < draft.erased:
        return Note("customer.updated", "erased")
    if not newer(stamp, draft.profile_stamp):
        return Note("customer.updated", "outdated")
    before = draft.profile
    draft.profile_stamp = stamp
    draft.profile = fact if draft.erased is None else permitted(fact, draft.suppressed)
    draft.changed = True
    file_wishes(draft)
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
    if draft.profile_stamp is not None and draft.profile_stamp < stamp:
        draft.profile = draft.profile_stamp = None
    suppress(draft, stamp)
    _forget(draft, stamp)
    draft.changed = True
    return Note("customer.erased", "recorded", tuple(draft.invoices))


def _forget(draft: Draft, stamp: Stamp) -> None:
    """Drops every text and wish; of a hold of a contact point the memory stays that there was one."""
    forget_wishes(draft, stamp)
    draft.traces = {}
    draft.consents = {key: each for key, each in draft.consents.items() if each.stamp > stamp}
    draft.holds = {
        key: Hold(hold.stamp, released=True) if hold.scope == "contact_point" else hold
        for key, hold in draft.holds.items()
    }
    draft.invoices = {key: without_texts(invoice) for key, invoice in draft.invoices.items()}
    draft.attempts = {key: replace(attempt, contact_point="") for key, attempt in draft.attempts.items()}
