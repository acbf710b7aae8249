"""What no message may lack (S12): who writes, how much, since when, by when, what may follow, and how to answer.

The source documents ask a letter for amount, days overdue, pay-by date and the consequences that the creditor declared (003
"First dunning" 2; 000 4.1 2), and a call for identification first (003 "Principles" 4).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dispatcher.messages.catalogue import Piece
from dispatcher.messages.composition import Facts, composed
from dispatcher.messages.wording import says_how_to_opt_out
from schemas.values import Channel


@dataclass(frozen=True, slots=True)
class Part:
    """A part that a text lacks: how it is called, and how a template would say it."""

    name: str
    advice: str


_NAMES: Final = {
    "creditor": "the creditor's name",
    "legal_name": "the creditor's legal name",
    "total": "the amount",
    "due": "the due date",
    "days": "the number of days overdue",
    "pay_by": "the date to pay by",
    "received": "the payment that was received",
}
_IDENTITY: Final[dict[Channel, tuple[str, ...]]] = {
    "sms": ("creditor",),
    "email": ("creditor", "legal_name"),
    "call_task": ("creditor", "legal_name"),
}
_BEFORE_DUE: Final = ("total", "due")
_THANKS: Final = {"acknowledgement": ("received",), "plan_agreed": ("total", "due")}
_OVERDUE: Final = ("total", "days", "pay_by")


def lacking(message: str, channel: Channel, piece: Piece, facts: Facts) -> Iterator[Part]:
    """The parts that the words and layouts leave out of these facts."""
    text = composed(channel, piece, facts)
    layout = " or ".join(template.name or "" for template in piece.layouts)
    asked = _asked(message, facts)
    for name in (*_IDENTITY[channel], *asked):
        if str(facts[name]) not in text:
            yield Part(_NAMES[name], f"{{{{ {name} }}}} in it, or in {layout}")
    if str(facts["phone"]) not in text and str(facts["email"]) not in text:
        yield Part("how to reach the creditor", f"{{{{ phone }}}} or {{{{ email }}}} in it, or in {layout}")
    consequences = facts["consequences"]
    if channel != "sms" and isinstance(consequences, list):
        for sentence in consequences:
            if str(sentence) not in text:
                yield Part("what the creditor declared", f"each of {{{{ consequences }}}} in {layout}")
    if channel != "call_task" and facts["opt_out"] and not _opts_out(channel, piece, facts, text):
        yield Part("how to opt out", f"{{% if opt_out %}} ... {{% endif %}} in {layout}")


def _asked(message: str, facts: Facts) -> tuple[str, ...]:
    if facts["phase"] == "acknowledgement":
        return _THANKS[message]
    return _BEFORE_DUE if facts["phase"] == "pre_due" else _OVERDUE


def _opts_out(channel: Channel, piece: Piece, facts: Facts, text: str) -> bool:
    """Whether it says so in words that are known, or says more where it is asked to."""
    without = composed(channel, piece, facts | {"opt_out": False})
    return says_how_to_opt_out(text, piece.language, channel) or len(text) > len(without)
