"""What a template may say and must contain: names of files, blocks and variables. The one table of both sides."""

import re
from dataclasses import dataclass
from typing import Literal

from dispatcher.core import rules
from schemas.values import CHANNELS, Channel, Phase

SHARED: dict[str, str] = {
    "name": "the customer's name, or nothing",
    "reference": "the customer's id, for questions",
    "creditor": "the creditor's name as customers know it",
    "legal_name": "the creditor's legal name",
    "postal_address": "the creditor's postal address, or nothing",
    "third_party": "true if the creditor collects for somebody else",
    "phone": "where the customer can call",
    "email": "where the customer can write",
    "phase": "pre_due, overdue, collection or acknowledgement",
    "count": "number of invoices",
    "number": "the first invoice's number",
    "instalment": "which instalment of a payment plan the message is about, or nothing",
    "received": "the payment that is acknowledged, or nothing; `total` is then what remains, or nothing",
    "total": "what is to be paid, credit notes taken off, one amount a currency: `€10.00 and £5.00`",
    "credit": "what credit notes took off the total, or nothing",
    "due": "due date of the oldest invoice",
    "days": "days since that date, 0 if it has not passed",
    "pay_by": "the date by which payment is asked for, or nothing before the due date",
    "link": "where to pay, if it is one trusted link for everything; or nothing",
    "opt_out": "true if the message must say how to opt out",
    "reply_stop": "true if an SMS from this sender can be answered with STOP",
    "brief": "true where an SMS would be longer than the policy allows: leave out courtesies",
}
"""Variables of every template, and what they hold. Dates and amounts are texts in the customer's own format."""

LISTED: dict[str, str] = {
    "invoices": "list of {number, amount, due, days, description, link, "
    "lines: list of {text, amount}, more_lines, instalment}",
    "apart": "list of {number, amount, due}: open invoices that are too small to be reminded of by themselves",
    "instalments": "list of {amount, due}: the payment plan that is acknowledged",
    "more_invoices": "how many invoices the list leaves out",
    "totals": "list of totals, one a currency; empty if one invoice is all",
    "credits": "list of {number, amount}: credit notes that the totals take into account",
    "consequences": "list of sentences that the creditor declared true; empty before the due date",
    "page": "in an e-mail, the address of the customer's own page; or nothing",
}
"""Further variables of the layouts of e-mails and calls."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one channel's templates look like: `blocks` are what a message must say, `layouts` what stands around it."""

    channel: Channel
    blocks: tuple[str, ...]
    layouts: tuple[str, ...]
    layout_variables: frozenset[str]


KINDS: dict[Channel, Kind] = {
    kind.channel: kind
    for kind in (
        Kind("sms", ("message",), ("layout.sms.txt",), frozenset(SHARED) | {"message"}),
        Kind(
            "email",
            ("subject", "opening", "closing"),
            ("layout.email.txt", "layout.email.html"),
            frozenset(SHARED) | frozenset(LISTED) | {"subject", "opening", "closing", "lang"},
        ),
        Kind(
            "call_task",
            ("purpose", "guidance"),
            ("layout.call_task.txt",),
            frozenset(SHARED) | frozenset(LISTED) | {"purpose", "guidance"},
        ),
    )
}

WRITTEN: tuple[Channel, ...] = ("sms", "email")
"""Channels that carry a text to the customer."""

GENERIC: tuple[Phase, ...] = ("pre_due", "overdue", "collection")
"""Messages named like their phase: what is said where a stage's own message has no template."""


ACKNOWLEDGEMENTS = rules.ACKNOWLEDGEMENTS
"""Messages that ask for nothing: a payment was received, a plan was agreed. By SMS and e-mail."""

Occasion = Literal["pre_due", "overdue", "collection", "acknowledgement"]
"""What a message is said on: a phase, or something to say thank you for."""


@dataclass(frozen=True, slots=True)
class File:
    """What a template is, by its name: the words of `message`, or (None) a layout of its channel."""

    channel: Channel
    message: str | None

    @property
    def is_layout(self) -> bool:
        """Whether it stands around words."""
        return self.message is None


_WORDS = re.compile(rf"(?P<message>[a-z0-9][a-z0-9_-]*)\.(?P<channel>{'|'.join(CHANNELS)})\.txt")
_LAYOUTS = {layout: File(kind.channel, None) for kind in KINDS.values() for layout in kind.layouts}


def words_file(message: str, channel: Channel) -> str:
    """The name of the file with the words of one message on one channel."""
    return f"{message}.{channel}.txt"


def file_of(name: str) -> File | None:
    """What a template is, by its file's name; None for a name that no template has."""
    layout = _LAYOUTS.get(name)
    if layout is not None:
        return layout
    words = _WORDS.fullmatch(name)
    if words is None:
        return None
    channel = next(channel for channel in CHANNELS if channel == words["channel"])
    return File(channel, words["message"])
