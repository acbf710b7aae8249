"""What providers and people report of contacts: receipts of messages, results of tasks, contacts that others made.

A receipt comes by the provider's callback, which carries the attempt's id, or as `contact.reported`; both mean the same, and
either resolves a doubt. It may come twice, in any order, and before the answer to the request itself.
"""

import re
from typing import Literal, assert_never

from msgspec.structs import replace

from dispatcher.core.approval import judgement, use_up
from dispatcher.core.draft import Draft
from dispatcher.core.ledger import REACHED, became, enter_report, outcome_of
from dispatcher.core.lifecycle import parts_of, status_of, step
from dispatcher.core.notes import Note
from dispatcher.core.outcomes import about, about_past, make_good, outdated, taken
from schemas.inbox import AttemptReceipt, ContactReported, Stamp
from schemas.reasons import ReasonCode
from schemas.state import Became

CALL_BACK = "call_back"
"""The next action by which a call that was made leaves its task open: the customer asked to be called at another time."""

_OPEN_TASK = frozenset({"handed_over", "dialled"})

_CONTACTS = frozenset({None, "call", "visit"})
"""Tasks whose report says that the customer was contacted."""

_FAILED = frozenset({"undelivered", "failed", "bounced", "rejected"})
"""Outcomes of a message that say it did not arrive."""

_WORDS = re.compile(r"[a-z]+([_-][a-z]+){0,5}")

_Receipt = Literal["delivered", "undelivered"]


def receipt(draft: Draft, fact: AttemptReceipt, stamp: Stamp) -> Note:
    """The provider's callback; one about an attempt that nobody knows (any more) is kept aside, where operators see it."""
    if status_of(draft, fact.attempt_id) == "unknown":
        return Note("attempt.receipt", "unknown_attempt", result="parked", attempt_id=fact.attempt_id)
    match fact.status:
        case "accepted":
            return taken(draft, fact.attempt_id, "attempt.receipt", stamp)
        case "delivered" | "undelivered":
            what: Became = "reached" if fact.status == "delivered" else "unanswered"
            at = fact.at or stamp[0] // 1000
            return _received(draft, fact.attempt_id, fact.status, "attempt.receipt", what, at, stamp, fact.code)
        case _:
            assert_never(fact.status)


def reported(draft: Draft, fact: ContactReported, stamp: Stamp) -> Note:
    """`contact.reported`: brings a receipt or closes a task of ours, and is entered into the ledger of contacts."""
    message = None if fact.task_id is not None else _message_of(draft, fact)
    if message is not None:
        word: _Receipt = "delivered" if _told(fact) else "undelivered"
        detail = _plain(fact.outcome)
        return _received(draft, message, word, "contact.reported", outcome_of(fact), fact.at, stamp, detail)
    attempt_id = fact.task_id
    attempt = None if attempt_id is None else draft.attempts.get(attempt_id)
    if attempt_id is not None and attempt is None and _is_to_be_made_again(draft, attempt_id):
        return _made_all_the_same(draft, fact, attempt_id, stamp)
    is_task = attempt_id is not None and status_of(draft, attempt_id) in _OPEN_TASK
    if attempt is None or (is_task and attempt.task in _CONTACTS):
        enter_report(draft, fact, stamp)
    if attempt_id is None or attempt is None or not is_task:  # what calls a message of ours a task closes nothing
        return _recorded(fact)
    if attempt.dialled_at and fact.next_action == CALL_BACK:
        draft.put_attempt(attempt_id, replace(attempt, dialled_at=0))
        return _recorded(fact)
    draft.drop_attempt(attempt_id)
    if attempt.gated:
        use_up(draft, attempt)
        code, judged = judgement(fact.outcome)
        return about(attempt, attempt_id, "contact.reported", code, judged, detail=_plain(fact.outcome))
    told = _told(fact)
    if attempt.fallback_at and not told:
        draft.put_attempt(attempt_id, replace(attempt, expires_at=0))
    word = "delivered" if told else "undelivered"
    return about(attempt, attempt_id, "contact.reported", "reported", word, detail=_plain(fact.outcome))


def _recorded(fact: ContactReported) -> Note:
    return Note("contact.reported", "recorded", fact.invoice_ids, channel=fact.channel, detail=_plain(fact.outcome))


def _is_to_be_made_again(draft: Draft, task_id: str) -> bool:
    """Whether a task was withdrawn, or nobody reported it in time, and its contact waits for another attempt."""
    contact_id, number = parts_of(task_id)
    retry = draft.retries.get(contact_id)
    return retry is not None and retry.number == number and retry.channel == "call_task"


def _made_all_the_same(draft: Draft, fact: ContactReported, task_id: str, stamp: Stamp) -> Note:
    """A desk called before it heard that it should not: who was told is not told again."""
    told = _told(fact)
    if told:
        make_good(draft, task_id, stamp)
    enter_report(draft, fact, stamp)
    word: _Receipt = "delivered" if told else "undelivered"
    return about_past(draft, task_id, "contact.reported", "late_answer", word, detail=_plain(fact.outcome))


def _received(  # noqa: PLR0917  one receipt
    draft: Draft, attempt_id: str, word: _Receipt, event: str, what: Became, at: int, stamp: Stamp, detail: str
) -> Note:
    """A message arrived, or did not. Where it did not, the next channel of its contact follows at once, if one may."""
    known = step(status_of(draft, attempt_id), word)
    if known is None:
        return outdated(event, attempt_id)
    attempt = draft.attempts.get(attempt_id)
    if attempt is None:
        if known.late and word == "delivered":
            make_good(draft, attempt_id, stamp)
        became(draft, attempt_id, what, at)
        code: ReasonCode = "late_answer" if known.late else "reported"
        return about_past(draft, attempt_id, event, code, word, detail=detail)
    became(draft, attempt_id, what, at)
    if attempt.fallback_at and word == "undelivered":
        draft.put_attempt(attempt_id, replace(attempt, state="accepted", expires_at=0))
    else:
        draft.drop_attempt(attempt_id)
    return about(attempt, attempt_id, event, "reported", word, detail=detail)


def _message_of(draft: Draft, fact: ContactReported) -> str | None:
    """The message of ours that a receipt is about. A word that is neither yes nor no (queued, sent) is none."""
    if fact.contact_id is None or fact.direction != "outbound" or fact.channel == "call_task":
        return None
    if not _told(fact) and fact.outcome not in _FAILED:
        return None
    for attempt_id, attempt in draft.attempts.items():
        if attempt.contact_id == fact.contact_id and attempt.channel == fact.channel and attempt.task is None:
            return attempt_id
    own = f"{fact.contact_id}."
    found = [each for each in draft.contacts if each.attempt_id.startswith(own) and each.channel == fact.channel]
    return found[-1].attempt_id if found else None


def _told(fact: ContactReported) -> bool:
    return fact.contact_class == "right_party" or fact.outcome in REACHED


def _plain(outcome: str) -> str:
    """The outcome as the journal may hold it: a word or two, never a sentence that could name a person or a number."""
    return outcome if _WORDS.fullmatch(outcome) else "other"
