"""Folding what became of attempts: told by senders, and, for what people do, by `contact.reported`.

An attempt that is no longer open has its final status: later words about it are noted and change nothing, so a status never
moves backwards. A refusal that another channel may not meet, and an attempt given back unsent, return exactly what the
claim used up, and leave a `Retry` behind.
"""

import re

from msgspec.structs import replace

from dispatcher.core.approval import judgement, use_up
from dispatcher.core.draft import Draft
from dispatcher.core.ledger import REACHED, became, enter_report
from dispatcher.core.notes import Note
from schemas.inbox import (
    AttemptAccepted,
    AttemptInDoubt,
    AttemptLooked,
    AttemptRejected,
    AttemptReleased,
    AttemptResolved,
    ContactReported,
    Stamp,
)
from schemas.journal import Result
from schemas.reasons import CODES, ReasonCode
from schemas.state import LOOKED_ENOUGH, Attempt, Retry
from schemas.values import Channel, Millis

_BY_CODE: dict[str, ReasonCode] = {code: code for code in CODES}

_BY_CHANNEL = frozenset({None, "call"})
"""Tasks that a channel carries; the others go by no channel."""

_CONTACTS = frozenset({None, "call", "visit"})
"""Tasks whose report says that the customer was contacted."""

_FAILED = frozenset({"undelivered", "failed", "bounced", "rejected"})
"""Outcomes of a message that say it did not arrive."""

_WORDS = re.compile(r"[a-z]+([_-][a-z]+){0,5}")


def accepted(draft: Draft, fact: AttemptAccepted, stamp: Stamp) -> Note:  # noqa: ARG001
    """The provider took the message: the attempt is over, also one that was in doubt, unless a receipt is waited for."""
    attempt = draft.attempts.get(fact.attempt_id)
    if attempt is None or attempt.state == "accepted":
        return _late(draft, fact)
    if attempt.fallback_at:
        draft.put_attempt(fact.attempt_id, replace(attempt, state="accepted", expires_at=attempt.fallback_at))
    else:
        draft.drop_attempt(fact.attempt_id)
    return about(attempt, fact.attempt_id, "attempt.accepted", "due", "accepted")


def rejected(draft: Draft, fact: AttemptRejected, stamp: Stamp) -> Note:  # noqa: ARG001
    """The provider refused for good; another channel is tried only if the refusal was about the recipient."""
    attempt = draft.attempts.get(fact.attempt_id)
    if attempt is None or (attempt.state == "accepted" and not _awaits_receipt(attempt)):
        return _unknown("attempt.rejected", fact.attempt_id)
    draft.drop_attempt(fact.attempt_id)
    became(draft, fact.attempt_id, "refused", attempt.claimed_at)
    if fact.refusal in ("recipient", "suppressed"):
        retry_later(draft, attempt, (*attempt.tried, attempt.channel), 0, "refused")
    detail = f"{fact.refusal} {fact.code}"
    return about(attempt, fact.attempt_id, "attempt.rejected", "refused", "rejected", detail=detail)


def in_doubt(draft: Draft, fact: AttemptInDoubt, stamp: Stamp) -> Note:  # noqa: ARG001
    """Bytes left and no answer came: it counts as made, and is not tried again."""
    attempt = draft.attempts.get(fact.attempt_id)
    if attempt is None or attempt.state != "claimed":
        return _unknown("attempt.in_doubt", fact.attempt_id)
    draft.put_attempt(fact.attempt_id, replace(attempt, state="in_doubt"))
    return about(attempt, fact.attempt_id, "attempt.in_doubt", "unanswered", "in_doubt", detail=fact.code)


def looked(draft: Draft, fact: AttemptLooked, stamp: Stamp) -> Note:  # noqa: ARG001
    """The provider was asked: what it does not know may be missing from its list for a while, so it is asked twice."""
    attempt = draft.attempts.get(fact.attempt_id)
    if attempt is None or attempt.state != "in_doubt":
        return _unknown("attempt.looked", fact.attempt_id)
    looks = attempt.looks + 1 if fact.answer == "absent" else LOOKED_ENOUGH
    draft.put_attempt(fact.attempt_id, replace(attempt, looks=looks))
    return about(attempt, fact.attempt_id, "attempt.looked", "unanswered", "in_doubt", detail=fact.answer)


def resolved(draft: Draft, fact: AttemptResolved, stamp: Stamp) -> Note:  # noqa: ARG001
    """A person's word on an attempt in doubt: it was sent, or it is given back as if it had never been claimed."""
    attempt = draft.attempts.get(fact.attempt_id)
    if attempt is None or attempt.state != "in_doubt":
        return _unknown("attempt.resolved", fact.attempt_id)
    if fact.sent:
        draft.drop_attempt(fact.attempt_id)
        return about(attempt, fact.attempt_id, "attempt.resolved", "resolved", "accepted")
    give_back(draft, fact.attempt_id, attempt, "resolved")
    return about(attempt, fact.attempt_id, "attempt.resolved", "resolved", "released")


def give_back(draft: Draft, attempt_id: str, attempt: Attempt, reason: ReasonCode, not_before: Millis = 0) -> None:
    """Undo a claim: caps, gap and stage are as if it had never been, and the contact may be tried again."""
    draft.drop_attempt(attempt_id)
    draft.contacts = tuple(each for each in draft.contacts if each.attempt_id != attempt_id)
    retry_later(draft, attempt, attempt.tried, not_before, reason)


def released(draft: Draft, fact: AttemptReleased, stamp: Stamp) -> Note:  # noqa: ARG001
    """No byte left: caps, gap and stage are as if the claim had never been."""
    attempt = draft.attempts.get(fact.attempt_id)
    if attempt is None or attempt.state == "accepted":
        return _unknown("attempt.released", fact.attempt_id)
    code = _BY_CODE.get(fact.reason, "lease_expired")
    give_back(draft, fact.attempt_id, attempt, code, fact.retry_at or 0)
    return about(attempt, fact.attempt_id, "attempt.released", code, "released")


def reported(draft: Draft, fact: ContactReported, stamp: Stamp) -> Note:
    """`contact.reported`: closes a task of ours or brings a receipt, and is entered into the ledger of contacts."""
    attempt_id = fact.task_id if fact.task_id is not None else _receipt_for(draft, fact)
    attempt = None if attempt_id is None else draft.attempts.get(attempt_id)
    if attempt is None or attempt.task in _CONTACTS:
        enter_report(draft, fact, stamp)
    if attempt_id is None or attempt is None:
        return Note("contact.reported", "recorded", fact.invoice_ids, channel=fact.channel, detail=_plain(fact.outcome))
    draft.drop_attempt(attempt_id)
    if attempt.gated:
        use_up(draft, attempt)
        code, judged = judgement(fact.outcome)
        return about(attempt, attempt_id, "contact.reported", code, judged, detail=_plain(fact.outcome))
    told = fact.contact_class == "right_party" or fact.outcome in REACHED
    if attempt.fallback_at and not told:
        draft.put_attempt(attempt_id, replace(attempt, expires_at=0))
    result: Result = "delivered" if told else "undelivered"
    return about(attempt, attempt_id, "contact.reported", "reported", result, detail=_plain(fact.outcome))


def _receipt_for(draft: Draft, fact: ContactReported) -> str | None:
    """The message that waits for this receipt. A word that is neither yes nor no (queued, sent) is none."""
    if fact.contact_id is None or fact.direction != "outbound":
        return None
    if fact.contact_class != "right_party" and fact.outcome not in REACHED | _FAILED:
        return None
    for attempt_id, attempt in draft.attempts.items():
        if attempt.contact_id == fact.contact_id and attempt.channel == fact.channel and _awaits_receipt(attempt):
            return attempt_id
    return None


def _awaits_receipt(attempt: Attempt) -> bool:
    return attempt.state == "accepted" and attempt.fallback_at > 0 and attempt.channel != "call_task"


def retry_later(
    draft: Draft, attempt: Attempt, tried: tuple[Channel, ...], not_before: Millis, reason: ReasonCode
) -> None:
    """Return what the claim used up, and remember that the contact is to be tried again."""
    for invoice_id, due_on, stage in attempt.spent:
        invoice = draft.invoices.get(invoice_id)
        if invoice is not None:
            used = (due_on or invoice.due_on, stage)  # of a lost state, only the journal was left: see `remembrance`
            done = tuple(each for each in invoice.done if each != used)
            draft.put_invoice(invoice_id, replace(invoice, done=done))
    retry = Retry(attempt.stage, attempt.creditor_id, attempt.invoice_ids, tried, attempt.number, not_before, reason)
    draft.put_retry(attempt.contact_id, retry)


def _plain(outcome: str) -> str:
    """The outcome as the journal may hold it: a word or two, never a sentence that could name a person or a number."""
    return outcome if _WORDS.fullmatch(outcome) else "other"


def _late(draft: Draft, fact: AttemptAccepted) -> Note:
    """Of an attempt that is over: worth a word of its own if the contact was tried again since, for it went out twice."""
    contact, _, number = fact.attempt_id.rpartition(".")
    later = f"{contact}.{int(number) + 1}" if number.isdecimal() else ""
    again = [*draft.attempts, *(each.attempt_id for each in draft.contacts)]
    if later not in again:
        return _unknown("attempt.accepted", fact.attempt_id)
    return Note(
        "attempt.accepted", "late_answer", (), "attempt", "accepted", contact_id=contact, attempt_id=fact.attempt_id
    )


def _unknown(event: str, attempt_id: str) -> Note:
    return Note(event, "outdated", attempt_id=attempt_id)


def about(attempt: Attempt, attempt_id: str, event: str, code: ReasonCode, result: Result, *, detail: str = "") -> Note:
    """The note of a status of an attempt."""
    return Note(
        event,
        code,
        attempt.invoice_ids,
        "attempt",
        result,
        attempt.creditor_id,
        attempt.stage,
        attempt.channel if attempt.task in _BY_CHANNEL else None,
        attempt.contact_id,
        attempt_id,
        detail,
        attempt.task,
    )
