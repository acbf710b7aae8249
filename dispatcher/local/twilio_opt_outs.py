"""Who has replied STOP to the Twilio stand-in's account, and may not be texted until a START."""

from typing import Final

from dispatcher.local.twilio_faults import Refused

OPTED_OUT: Final = Refused(400, 21610, "Attempt to send to unsubscribed recipient")

_STOPS: Final = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_STARTS: Final = frozenset({"start", "unstop", "yes"})
"""Twilio's default keywords (https://help.twilio.com/articles/223134027)."""


class OptOuts:
    """Numbers that opted out of every sender of the account."""

    def __init__(self) -> None:
        self._numbers: set[str] = set()

    def __contains__(self, number: str) -> bool:
        return number in self._numbers

    def add(self, number: str) -> None:
        """As if the number had replied STOP."""
        self._numbers.add(number)

    def hear(self, number: str, body: str) -> None:
        """A text from the number: only one that is a keyword and nothing else counts."""
        word = body.strip().lower()
        if word in _STOPS:
            self._numbers.add(number)
        elif word in _STARTS:
            self._numbers.discard(number)
