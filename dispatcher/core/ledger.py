"""The ledger of contacts: what is entered, what an entry became, and how long it is remembered.

Our own claims are entered when they are made. `contact.reported` says what became of them, and enters what others made and
what the customer made. The order in which reports arrive never matters to what caps count.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from dispatcher.core.draft import KEPT, Draft
from dispatcher.core.identity import point_digest, reported_id
from dispatcher.core.rules import DAY, Cap
from schemas.inbox import ContactReported, Stamp
from schemas.state import Became, Contact, Retry
from schemas.values import Millis

REPORTED = "reported"
"""Stage of an entry for a contact that somebody else made."""

REACHED = frozenset({"reached", "delivered", "conversation", "promise", "paid", "message_left"})
"""Outcomes that say somebody was told, whatever the contact class."""

_SPOKEN = frozenset({"conversation", "promise", "paid"})
"""Outcomes that only a conversation can have."""

_POINT_DIGITS = 16


def horizon(gaps: Sequence[Millis], caps: Sequence[Cap]) -> Millis:
    """How far back the ledger matters: the longest that any rule looks, and a margin for zones."""
    return max([*gaps, *(cap.length for cap in caps)]) + 2 * DAY


def remembered(contacts: tuple[Contact, ...], since: Millis) -> tuple[Contact, ...]:
    """The entries, oldest first and at least one, that any cap or gap can still see."""
    if contacts[0].at > since:
        return contacts
    return tuple([each for each in contacts if max(each.at, each.became_at) > since])


def point_name(point: str) -> str:
    """What the ledger keeps of a number or address: enough to know it again."""
    return point_digest(point, None)[:_POINT_DIGITS]


def became(draft: Draft, attempt_id: str, what: Became, at: Millis) -> None:
    """Notes what became of an entry."""
    for index, each in enumerate(draft.contacts):
        if each.attempt_id == attempt_id:
            after = replace(each, became=what, became_at=0 if what == "refused" else at)
            draft.contacts = (*draft.contacts[:index], after, *draft.contacts[index + 1 :])
            draft.changed = True


def enter_report(draft: Draft, fact: ContactReported, stamp: Stamp) -> None:
    """Enters a report: as the outcome of our own contact while that is open, else as a contact of its own.

    A call of the customer is entered only if it was a conversation: it can count as nothing else.
    """
    what = outcome_of(fact)
    if any(each.attempt_id == fact.task_id and each.became_at == fact.at for each in draft.contacts):
        return
    own = next((each for each in draft.contacts if _is_about(fact, each)), None)
    if own is not None and fact.direction == "outbound":
        became(draft, own.attempt_id, what, fact.at)
    elif fact.direction == "inbound":
        if what == "conversation":
            _enter(draft, fact, reported_id(stamp[1], stamp[2]), what)
    elif fact.contact_id is None or fact.channel == "call_task":
        _enter(draft, fact, reported_id(stamp[1], stamp[2]), what)


def restore(draft: Draft, attempt_id: str, retry: Retry, at: Millis) -> None:
    """Enters a contact again that was taken out as never made, and was made all the same."""
    if retry.channel is None or any(each.attempt_id == attempt_id for each in draft.contacts):
        return
    made = Contact(attempt_id, at, retry.channel, retry.stage, retry.creditor_id, retry.invoice_ids)
    draft.contacts = (*draft.contacts, made)


def outcome_of(fact: ContactReported) -> Became:
    """What a report says of its contact."""
    if fact.contact_class == "right_party" or fact.outcome in _SPOKEN:
        return "conversation"
    return "reached" if fact.contact_class == "third_party" or fact.outcome in REACHED else "unanswered"


def _is_about(fact: ContactReported, entry: Contact) -> bool:
    """Whether a report says what became of an entry that nothing is known of yet."""
    if entry.became != "claimed":
        return False
    if fact.task_id is not None:
        return entry.attempt_id == fact.task_id
    same = fact.contact_id is not None and entry.attempt_id.rpartition(".")[0] == fact.contact_id
    return same and entry.channel == fact.channel


def _enter(draft: Draft, fact: ContactReported, name: str, what: Became) -> None:
    if any(each.attempt_id == name for each in draft.contacts):
        return
    inbound = fact.direction == "inbound"
    made = Contact(name, fact.at, fact.channel, REPORTED, None, fact.invoice_ids, what, fact.at, "", inbound)
    contacts = sorted((*draft.contacts, made), key=lambda each: (each.at, each.attempt_id))
    draft.contacts = tuple(contacts[-KEPT:])
    draft.changed = True
