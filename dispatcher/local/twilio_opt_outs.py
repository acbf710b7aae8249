"""Who has replied STOP to the Twilio stand-in's account, and may not be texted until a START."""

from typing import Final, Literal

from dispatcher.local.twilio_faults import Refused

OPTED_OUT: Final = Refused(400, 21610, "Attempt to send to unsubscribed recipient")

Keyword = Literal["STOP", "START", "HELP"]

_STOPS: Final = ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout")
_STARTS: Final = ("start", "unstop", "yes")
_KEYWORDS: Final[dict[str, Keyword]] = {
    **dict.fromkeys(_STOPS, "STOP"),
    **dict.fromkeys(_STARTS, "START"),
    **dict.fromkeys(("help", "info"), "HELP"),
}
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

    def hear(self, number: str, body: str) -> Keyword | None:
        """What a text from the number means: only one that is a keyword and nothing else means anything."""
        word = _KEYWORDS.get(body.strip().lower())
        if word == "STOP":
            self._numbers.add(number)
        elif word == "START":
            self._numbers.discard(number)
        return word
