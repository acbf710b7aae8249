"""What came of a task, in four fields and what belongs to them; and which words fit which task. Pure.

The words are a closed set: figures are made of them. A person chooses one of those that `fitting` lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from dispatcher.ops.labels import Called
from schemas.journal import TaskRecord
from schemas.values import Channel, ContactClass, HoldKind, Millis

Word: TypeAlias = Called
"""The outcome. The last four are for what is not dialled: `done` and `not_done`, and counsel's word on a gated step."""

NumberStatus = Literal["unknown", "good", "wrong", "disconnected"]
NextAction = Literal[
    "none", "await_payment", "check_payment", "call_back", "call_again", "send_information", "review", "escalate"
]
"""`escalate`: a major or special case (requirement S33); a supervisor hears of it at once, and contact pauses until then."""

Field = Literal[
    "contact_class", "number_status", "next_action", "amount", "day", "call_back_at", "note", "invoices", "outcome"
]

ANYBODY: Final[tuple[ContactClass, ...]] = ("none", "third_party", "right_party")
SOMEBODY: Final[tuple[ContactClass, ...]] = ("third_party", "right_party")
THE_PERSON: Final[tuple[ContactClass, ...]] = ("right_party",)
NOT_THE_PERSON: Final[tuple[ContactClass, ...]] = ("none", "third_party")
NOBODY: Final[tuple[ContactClass, ...]] = ("none",)


@dataclass(frozen=True, slots=True)
class Rule:
    """What an outcome asks for.

    `classes`: who can have been spoken to. `needs`: fields without which it is incomplete. `hold`: the kind of hold that
    stops every channel. `bars`: channels by which the number may not be used for this customer any more. `told`: what the
    event calls it, where the ledger of contacts knows another word. `next_action`: what follows unless the person says
    otherwise.
    """

    classes: tuple[ContactClass, ...]
    needs: tuple[Field, ...] = ()
    hold: HoldKind | None = None
    bars: tuple[Channel, ...] = ()
    told: str | None = None
    next_action: NextAction = "none"


RULES: Final[Mapping[Word, Rule]] = MappingProxyType(
    {
        "promise_to_pay": Rule(THE_PERSON, ("amount", "day"), next_action="await_payment"),
        "payment_arranged": Rule(THE_PERSON, ("amount", "day"), next_action="await_payment"),
        "paid_claimed": Rule(THE_PERSON, ("day",), next_action="check_payment"),
        "callback_requested": Rule(SOMEBODY, ("call_back_at",), next_action="call_back"),
        "dispute": Rule(THE_PERSON, ("note",), hold="dispute", next_action="review"),
        "hardship": Rule(THE_PERSON, ("note",), hold="hardship", next_action="review"),
        "vulnerable": Rule(THE_PERSON, ("note",), hold="hardship", next_action="review"),
        "complaint": Rule(SOMEBODY, ("note",), hold="complaint", next_action="review"),
        "refused": Rule(THE_PERSON),
        "no_answer": Rule(NOBODY, next_action="call_again"),
        "busy": Rule(NOBODY, next_action="call_again"),
        "voicemail_left": Rule(NOBODY, told="message_left"),
        "voicemail_not_left": Rule(NOBODY, next_action="call_again"),
        "wrong_person": Rule(("third_party",)),
        "wrong_number": Rule(NOT_THE_PERSON, bars=("call_task", "sms")),
        "disconnected": Rule(NOBODY),
        "do_not_call": Rule(SOMEBODY, hold="manual", bars=("call_task",), next_action="review"),
        "deceased": Rule(SOMEBODY, hold="deceased", next_action="review"),
        "represented_by_attorney": Rule(SOMEBODY, ("note",), hold="legal", next_action="review"),
        "bankruptcy": Rule(SOMEBODY, ("note",), hold="legal", next_action="review"),
        "language_needed": Rule(SOMEBODY, ("note",), next_action="call_again"),
        "abandoned": Rule(ANYBODY, next_action="call_again"),
        "done": Rule(ANYBODY, told="delivered"),
        "not_done": Rule(ANYBODY, ("note",)),
        "approved": Rule(NOBODY),
        "not_approved": Rule(NOBODY, ("note",)),
    }
)
"""Outcome -> what it asks for. `manual` for do-not-call: a person decides whether letters may follow."""

NUMBER: Final[Mapping[Word, NumberStatus]] = MappingProxyType(
    {
        "wrong_number": "wrong",
        "disconnected": "disconnected",
        **dict.fromkeys(("promise_to_pay", "payment_arranged", "paid_claimed"), "good"),
    }
)
"""What an outcome says of the number by itself; another status beside it contradicts it."""

_GATED: Final[tuple[Word, ...]] = ("approved", "not_approved")
_UNDIALLED: Final[tuple[Word, ...]] = ("done", "not_done")
_VISITED: Final[frozenset[Word]] = frozenset(
    {
        "no_answer",
        "busy",
        "voicemail_left",
        "voicemail_not_left",
        "wrong_number",
        "disconnected",
        "do_not_call",
        "abandoned",
    }
)
_CALLED: Final[tuple[Word, ...]] = tuple(word for word in RULES if word not in {*_GATED, *_UNDIALLED})


@dataclass(frozen=True, slots=True, repr=False)
class Outcome:
    """What a person says of a task.

    `said`: the disclosures that were made, by id. `invoices`: what it concerns, empty for all of the task's. `amount` in
    minor units of `currency`; `day` is the day promised, or the day on which the customer paid. `call_back_at`: an instant.
    """

    word: Word
    contact_class: ContactClass = "none"
    number_status: NumberStatus = "unknown"
    next_action: NextAction = "none"
    said: frozenset[str] = field(default=frozenset())
    note: str = ""
    invoices: tuple[str, ...] = ()
    amount: int | None = None
    currency: str | None = None
    day: date | None = None
    call_back_at: Millis | None = None


def fitting(task: TaskRecord) -> tuple[Word, ...]:
    """The outcomes that a task can have, in the order in which a person is offered them."""
    if task.gate is not None:
        return _GATED
    if task.kind == "call":
        return _CALLED
    if task.kind == "visit":
        return (*_UNDIALLED, *(word for word in _CALLED if word not in _VISITED))
    return _UNDIALLED
