"""The fold: one event into the aggregate of its customer.

Last writer wins for each thing by stamp (time, source, id); the order of arrival never matters. Events are recognised by
(source, id) for seven days, at most 256 a customer; what is repeated after that is harmless, because its stamp is old.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from dispatcher.core import agreements, dialling, outcomes, persons, receipts, statements, wishes
from dispatcher.core.draft import Draft, draft_of
from dispatcher.core.identity import DIGEST_BYTES, event_digest
from dispatcher.core.notes import Note
from dispatcher.core.rules import MINUTE
from schemas import inbox
from schemas.inbox import Arrival, Stamp
from schemas.state import Customer
from schemas.values import Millis

ENTRY_BYTES = DIGEST_BYTES + 4
SEEN_AT_MOST = 256
SEEN_MINUTES = 7 * 24 * 60
_FEW = 8 * ENTRY_BYTES
"""So many bytes stay without a look at their age."""

_FOLDS: dict[type, Callable[[Draft, Any, Stamp], Note]] = {
    inbox.InvoiceStated: statements.stated,
    inbox.InvoiceSettled: statements.settled,
    inbox.ProfileStated: persons.profile_stated,
    inbox.FeedbackGiven: persons.feedback_given,
    inbox.PreferenceStated: wishes.preference_stated,
    inbox.CustomerErased: persons.erased,
    inbox.PromiseMade: agreements.promise_made,
    inbox.PromiseCancelled: agreements.promise_cancelled,
    inbox.PlanAgreed: agreements.plan_agreed,
    inbox.PlanCancelled: agreements.plan_cancelled,
    inbox.HoldPlaced: agreements.hold_placed,
    inbox.HoldReleased: agreements.hold_released,
    inbox.ConsentChanged: agreements.consent_changed,
    inbox.ContactReported: receipts.reported,
    inbox.AttemptAccepted: outcomes.accepted,
    inbox.AttemptRejected: outcomes.rejected,
    inbox.AttemptInDoubt: outcomes.in_doubt,
    inbox.AttemptReleased: outcomes.released,
    inbox.AttemptLooked: outcomes.looked,
    inbox.AttemptResolved: outcomes.resolved,
    inbox.AttemptReceipt: receipts.receipt,
    inbox.DialAsked: dialling.asked,
}
"""Every type of fact has its fold; a test holds this equal to the union `Fact`."""


class Folded(msgspec.Struct, frozen=True):
    """The aggregate after an event, and what the journal says of the event; no note: it was known by its id."""

    customer: Customer
    note: Note | None


def fold(customer: Customer, arrival: Arrival, now: Millis) -> Folded:
    """One event into an aggregate; `now` only dates the memory of the event's id."""
    draft = draft_of(customer)
    note = apply(draft, arrival, now)
    return Folded(draft.frozen(customer), note)


def apply(draft: Draft, arrival: Arrival, now: Millis) -> Note | None:
    """The same into a draft; None for an event that is known by its id."""
    cause = arrival.cause
    digest = event_digest(cause.source, cause.id)
    seen = draft.seen
    if digest in seen and _holds(seen, digest):
        return None
    minute = now // MINUTE
    if len(seen) > _FEW:
        seen = _recent(seen, minute)
    draft.seen = seen + digest + minute.to_bytes(4, "big")
    draft.changed = True
    return _FOLDS[type(arrival.fact)](draft, arrival.fact, (arrival.at, cause.source, cause.id))


def _holds(seen: bytes, digest: bytes) -> bool:
    at = seen.find(digest)
    while at >= 0:
        if at % ENTRY_BYTES == 0:
            return True
        at = seen.find(digest, at + 1)
    return False


def _recent(seen: bytes, minute: int) -> bytes:
    """The entries that are still remembered, with room for one more."""
    start = max(0, len(seen) - (SEEN_AT_MOST - 1) * ENTRY_BYTES)
    oldest = minute - SEEN_MINUTES
    while start < len(seen) and int.from_bytes(seen[start + DIGEST_BYTES : start + ENTRY_BYTES], "big") < oldest:
        start += ENTRY_BYTES
    return seen[start:] if start else seen
