"""The life cycle of an attempt: one table of what may follow what, with the words that come late or twice declared.

An attempt that is open stands in the aggregate. What became of one that is over follows from the ledger of contacts, from
the retry that it left behind, or from the attempt that followed it; so no word, however late or often it comes, moves a
status backwards. Every step that is taken is a record of the journal, with the event that caused it.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from dispatcher.core.draft import Draft
from schemas.reasons import ReasonCode
from schemas.state import Attempt, Became, Contact

Status = Literal[
    "unknown",
    "parked",
    "claimed",
    "in_doubt",
    "handed_over",
    "dialled",
    "awaiting_receipt",
    "released",
    "deferred",
    "resent",
    "no_receipt",
    "accepted",
    "expired",
    "cancelled",
    "rejected",
    "undelivered",
    "delivered",
]
"""What is known of an attempt.

`unknown`: planned at most, or forgotten; `parked`: the decision about it failed. `handed_over`: a task that people have,
`dialled`: one that they may have acted on; `awaiting_receipt`: accepted, and another channel follows unless a receipt
comes. Tried again later are: `released` (no byte left, or a task was withdrawn), `deferred` (the same, not before an
instant), `resent` (in doubt, the policy sends again) and `no_receipt` (nobody confirmed it). Nothing more is expected of
`accepted`, but a receipt may come; `expired` and `cancelled` are tasks.
"""

Word = Literal[
    "parked",
    "claimed",
    "accepted",
    "rejected",
    "released",
    "deferred",
    "unanswered",
    "looked",
    "sent",
    "not_sent",
    "resent",
    "failed",
    "delivered",
    "undelivered",
    "unheard",
    "expired",
    "cancelled",
    "withdrawn",
    "dialled",
]
"""What is said of an attempt: by the lane (`claimed`, `parked`), senders, providers, people, the policy or the clock."""


class Step(NamedTuple):
    """What a word leads to. `late`: it came when the contact had been given back or ended; legal, and flagged."""

    to: Status
    late: bool = False


def _to(*words: Status, **others: Status) -> dict[str, Step]:
    """Steps to the status of the word's own name, and to others."""
    return {word: Step(word) for word in words} | {word: Step(to) for word, to in others.items()}


def _late(**words: Status) -> dict[str, Step]:
    return {word: Step(to, late=True) for word, to in words.items()}


STEPS: Final[Mapping[Status, Mapping[str, Step]]] = {
    "unknown": _to("claimed", "parked"),
    "parked": _to("claimed"),
    "claimed": _to("accepted", "rejected", "released", "deferred", "delivered", "undelivered", unanswered="in_doubt"),
    "in_doubt": _to(
        "accepted",
        "rejected",
        "released",
        "deferred",
        "delivered",
        "undelivered",
        "resent",
        looked="in_doubt",
        sent="accepted",
        not_sent="released",
        failed="accepted",
    ),
    "handed_over": _to(
        "delivered", "undelivered", "expired", "cancelled", "dialled", unheard="no_receipt", withdrawn="released"
    ),
    "dialled": _to(
        "delivered",
        "undelivered",
        "expired",
        "cancelled",
        unheard="no_receipt",
        sent="accepted",
        not_sent="released",
    ),
    "awaiting_receipt": _to("rejected", "delivered", "undelivered", unheard="no_receipt"),
    "released": _late(accepted="accepted", delivered="delivered", undelivered="released"),
    "deferred": _late(accepted="accepted", delivered="delivered", undelivered="deferred"),
    "resent": _late(accepted="accepted", delivered="delivered", undelivered="undelivered"),
    "no_receipt": _late(accepted="accepted", delivered="delivered", undelivered="undelivered"),
    "accepted": _to("delivered", "undelivered"),
    "expired": {},
    "cancelled": {},
    "rejected": _late(delivered="delivered"),
    "undelivered": _to(unheard="undelivered") | _late(delivered="delivered"),
    "delivered": {},
}
"""Status -> word -> step. A word without a step repeats what is known, or was overtaken: it is noted and changes nothing.

`failed` is the policy's word on a doubt: the attempt stays counted as if it had been accepted, and a receipt may come. A
late word on what was `released` before the next attempt was made is only flagged: nothing is kept of it by then. `unheard`
after `undelivered` says that the next channel follows at once.
"""

SETTLED: Final[frozenset[ReasonCode]] = frozenset({"paid", "cancelled", "erased"})
"""Why a task is cancelled for good; for any other reason it is withdrawn, and its contact may be made again."""

RANKS: Final[Mapping[Status, int]] = {
    "unknown": 0,
    "parked": 1,
    "claimed": 2,
    "in_doubt": 3,
    "handed_over": 4,
    "dialled": 4,
    "awaiting_receipt": 4,
    "released": 5,
    "deferred": 5,
    "resent": 5,
    "no_receipt": 5,
    "accepted": 6,
    "expired": 7,
    "cancelled": 7,
    "rejected": 7,
    "undelivered": 7,
    "delivered": 8,
}
"""How far an attempt has come: no step leads to a lower rank."""

_BECAME: Final[Mapping[Became, Status]] = {
    "refused": "rejected",
    "unanswered": "undelivered",
    "reached": "delivered",
    "conversation": "delivered",
}

_TRIED_AGAIN: Final[Mapping[str, Status]] = {"doubt_resend": "resent", "no_receipt": "no_receipt"}


def step(status: Status, word: Word) -> Step | None:
    """What a word leads to; None: it changes nothing."""
    return STEPS[status].get(word)


def status_of(draft: Draft, attempt_id: str) -> Status:
    """What is known of an attempt, open or over."""
    attempt = draft.attempts.get(attempt_id)
    if attempt is not None:
        return _open(attempt)
    entry = entry_of(draft, attempt_id)
    if entry is not None and entry.became in _BECAME:
        return _BECAME[entry.became]
    contact_id, number = parts_of(attempt_id)
    retry = draft.retries.get(contact_id)
    if retry is not None and retry.number == number:
        return _TRIED_AGAIN.get(retry.reason, "deferred" if retry.not_before else "released")
    if _is_followed(draft, contact_id, number):
        return "released" if entry is None else "resent"
    return "unknown" if entry is None else "accepted"


def entry_of(draft: Draft, attempt_id: str) -> Contact | None:
    """The attempt's entry in the ledger of contacts."""
    return next((each for each in draft.contacts if each.attempt_id == attempt_id), None)


def parts_of(attempt_id: str) -> tuple[str, int]:
    """Contact and number of an attempt; number 0 for an id that is none of ours."""
    contact_id, _, number = attempt_id.rpartition(".")
    return contact_id, int(number) if number.isdecimal() else 0


def _open(attempt: Attempt) -> Status:
    if attempt.state != "accepted":
        return attempt.state
    if attempt.channel == "call_task" or attempt.task is not None:
        return "dialled" if attempt.dialled_at else "handed_over"
    return "awaiting_receipt" if attempt.expires_at else "undelivered"  # heard of already, the next channel follows


def _is_followed(draft: Draft, contact_id: str, number: int) -> bool:
    """Whether the contact was tried again since."""
    return last_number(draft, contact_id) > number


def last_number(draft: Draft, contact_id: str) -> int:
    """The highest number of the contact's attempts that are open or in the ledger, 0 if there is none."""
    own = f"{contact_id}."
    known = [*draft.attempts, *[each.attempt_id for each in draft.contacts]]
    return max([int(each[len(own) :]) for each in known if each.startswith(own)], default=0)
