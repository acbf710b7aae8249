"""Folding what senders, providers and persons say of attempts.

The table of `lifecycle` says what a word leads to. One that leads nowhere is noted and changes nothing. A refusal that
another channel may not meet, and an attempt given back unsent, return what the claim used up, and leave a `Retry` behind.
"""

from msgspec.structs import replace

from dispatcher.core.approval import use_up
from dispatcher.core.draft import Draft
from dispatcher.core.ledger import became, restore
from dispatcher.core.lifecycle import Step, Word, entry_of, parts_of, status_of, step
from dispatcher.core.notes import Note
from dispatcher.core.remembrance import UNKNOWN_DAY
from schemas.inbox import (
    AttemptAccepted,
    AttemptInDoubt,
    AttemptLooked,
    AttemptRejected,
    AttemptReleased,
    AttemptResolved,
    Stamp,
)
from schemas.journal import Result
from schemas.reasons import CODES, ReasonCode
from schemas.state import LOOKED_ENOUGH, Attempt, Retry
from schemas.values import Channel, Millis

_BY_CODE: dict[str, ReasonCode] = {code: code for code in CODES}

_BY_CHANNEL = frozenset({None, "call"})
"""Tasks that a channel carries; the others go by no channel."""


def accepted(draft: Draft, fact: AttemptAccepted, stamp: Stamp) -> Note:
    """The provider took the message: the attempt is over, also one that was in doubt, unless a receipt is waited for."""
    return taken(draft, fact.attempt_id, "attempt.accepted", stamp)


def taken(draft: Draft, attempt_id: str, event: str, stamp: Stamp) -> Note:
    """The same, whoever says so."""
    known = _step(draft, attempt_id, "accepted")
    attempt = draft.attempts.get(attempt_id)
    if known is None:
        return outdated(event, attempt_id)
    if attempt is None:
        make_good(draft, attempt_id, stamp)
        return about_past(draft, attempt_id, event, "late_answer", "accepted")
    if attempt.fallback_at:
        draft.put_attempt(attempt_id, replace(attempt, state="accepted", expires_at=attempt.fallback_at))
    else:
        draft.drop_attempt(attempt_id)
    return about(attempt, attempt_id, event, "due", "accepted")


def rejected(draft: Draft, fact: AttemptRejected, stamp: Stamp) -> Note:  # noqa: ARG001
    """The provider refused for good; another channel is tried only if the refusal was about the recipient."""
    attempt = _moved(draft, fact.attempt_id, "rejected")
    if attempt is None:
        return outdated("attempt.rejected", fact.attempt_id)
    draft.drop_attempt(fact.attempt_id)
    became(draft, fact.attempt_id, "refused", attempt.claimed_at)
    if fact.refusal in ("recipient", "suppressed"):
        retry_later(draft, attempt, (*attempt.tried, attempt.channel), 0, "refused")
    detail = f"{fact.refusal} {fact.code}"
    return about(attempt, fact.attempt_id, "attempt.rejected", "refused", "rejected", detail=detail)


def in_doubt(draft: Draft, fact: AttemptInDoubt, stamp: Stamp) -> Note:  # noqa: ARG001
    """Bytes left and no answer came: it counts as made, and is not tried again."""
    attempt = _moved(draft, fact.attempt_id, "unanswered")
    if attempt is None:
        return outdated("attempt.in_doubt", fact.attempt_id)
    draft.put_attempt(fact.attempt_id, replace(attempt, state="in_doubt", provider=fact.provider))
    return about(attempt, fact.attempt_id, "attempt.in_doubt", "unanswered", "in_doubt", detail=fact.code)


def looked(draft: Draft, fact: AttemptLooked, stamp: Stamp) -> Note:  # noqa: ARG001
    """The provider was asked: what it does not know may be missing from its list for a while, so it is asked twice."""
    attempt = _moved(draft, fact.attempt_id, "looked")
    if attempt is None:
        return outdated("attempt.looked", fact.attempt_id)
    looks = attempt.looks + 1 if fact.answer == "absent" else LOOKED_ENOUGH
    draft.put_attempt(fact.attempt_id, replace(attempt, looks=looks))
    return about(attempt, fact.attempt_id, "attempt.looked", "unanswered", "in_doubt", detail=fact.answer)


def resolved(draft: Draft, fact: AttemptResolved, stamp: Stamp) -> Note:  # noqa: ARG001
    """A person's word on an attempt in doubt: it was sent, or it is given back as if it had never been claimed."""
    attempt = _moved(draft, fact.attempt_id, "sent" if fact.sent else "not_sent")
    if attempt is None:
        return outdated("attempt.resolved", fact.attempt_id)
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
    attempt = _moved(draft, fact.attempt_id, "deferred" if fact.retry_at else "released")
    if attempt is None:
        return outdated("attempt.released", fact.attempt_id)
    code = _BY_CODE.get(fact.reason, "lease_expired")
    give_back(draft, fact.attempt_id, attempt, code, fact.retry_at or 0)
    return about(attempt, fact.attempt_id, "attempt.released", code, "released")


def make_good(draft: Draft, attempt_id: str, stamp: Stamp) -> None:
    """An attempt that was given back was sent after all: what waits to be tried again is not, and the contact counts."""
    contact_id, number = parts_of(attempt_id)
    retry = draft.retries.get(contact_id)
    if retry is None or retry.number != number:
        return
    draft.drop_retry(contact_id)
    use_up(draft, retry)
    restore(draft, attempt_id, retry, stamp[0] // 1000)


def retry_later(
    draft: Draft, attempt: Attempt, tried: tuple[Channel, ...], not_before: Millis, reason: ReasonCode
) -> None:
    """Return what the claim used up, and remember that the contact is to be tried again."""
    for invoice_id, due_on, stage in attempt.spent:
        invoice = draft.invoices.get(invoice_id)
        if invoice is not None:
            used = (invoice.due_on if due_on == UNKNOWN_DAY else due_on, stage)
            done = tuple(each for each in invoice.done if each != used)
            draft.put_invoice(invoice_id, replace(invoice, done=done))
    retry = Retry(
        attempt.stage,
        attempt.creditor_id,
        attempt.invoice_ids,
        tried,
        attempt.number,
        not_before,
        reason,
        attempt.channel,
        attempt.spent,
    )
    draft.put_retry(attempt.contact_id, retry)


def _step(draft: Draft, attempt_id: str, word: Word) -> Step | None:
    return step(status_of(draft, attempt_id), word)


def _moved(draft: Draft, attempt_id: str, word: Word) -> Attempt | None:
    """The open attempt that a word moves; None: the word was overtaken."""
    return None if _step(draft, attempt_id, word) is None else draft.attempts.get(attempt_id)


def outdated(event: str, attempt_id: str) -> Note:
    """The note of a word that repeats what is known, or was overtaken."""
    return Note(event, "outdated", attempt_id=attempt_id)


def about_past(
    draft: Draft, attempt_id: str, event: str, code: ReasonCode, result: Result, *, detail: str = ""
) -> Note:
    """The note of a status of an attempt that is over; what is not remembered of it is left out."""
    entry, contact_id = entry_of(draft, attempt_id), parts_of(attempt_id)[0]
    if entry is None:
        return Note(event, code, (), "attempt", result, None, None, None, contact_id, attempt_id, detail)
    return Note(
        event,
        code,
        entry.invoice_ids,
        "attempt",
        result,
        entry.creditor_id,
        entry.stage,
        entry.channel,
        contact_id,
        attempt_id,
        detail,
    )


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
