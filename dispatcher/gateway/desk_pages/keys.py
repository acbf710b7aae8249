"""The hot keys of the desk: digits for what happens on most calls, letters for the rest. Pure.

They are single characters, so they can be switched off on the page (WCAG 2.1.4), and they are silent while somebody types.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from dispatcher.gateway.calls.outcomes import Word

KEYS: Final[Mapping[Word, str]] = MappingProxyType(
    {
        "no_answer": "1",
        "busy": "2",
        "voicemail_left": "3",
        "voicemail_not_left": "4",
        "promise_to_pay": "5",
        "paid_claimed": "6",
        "callback_requested": "7",
        "wrong_person": "8",
        "refused": "9",
        "payment_arranged": "p",
        "dispute": "d",
        "hardship": "h",
        "vulnerable": "v",
        "complaint": "c",
        "do_not_call": "s",
        "wrong_number": "w",
        "disconnected": "x",
        "represented_by_attorney": "r",
        "bankruptcy": "b",
        "deceased": "e",
        "language_needed": "l",
        "abandoned": "a",
        "done": "y",
        "not_done": "o",
        "approved": "y",
        "not_approved": "o",
    }
)
"""Outcome -> its key; no two outcomes that one task can have share one."""

Act = Literal["next", "dial", "note", "help"]

ACTS: Final[Mapping[Act, str]] = MappingProxyType({"next": "n", "dial": "t", "note": "m", "help": "?"})
"""What else has a key: take a task, dial, write a note, list the keys."""

Group = Literal["nobody", "spoke", "stops", "number", "other"]

GROUPS: Final[Mapping[Group, tuple[Word, ...]]] = MappingProxyType(
    {
        "nobody": ("no_answer", "busy", "voicemail_left", "voicemail_not_left"),
        "spoke": (
            "promise_to_pay",
            "paid_claimed",
            "callback_requested",
            "refused",
            "payment_arranged",
            "language_needed",
        ),
        "stops": (
            "dispute",
            "hardship",
            "vulnerable",
            "complaint",
            "do_not_call",
            "represented_by_attorney",
            "bankruptcy",
            "deceased",
        ),
        "number": ("wrong_person", "wrong_number", "disconnected", "abandoned"),
        "other": ("done", "not_done", "approved", "not_approved"),
    }
)
"""The outcomes in the order and groups in which the page shows them."""
