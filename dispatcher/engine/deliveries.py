"""What receipts say of an account: how many of the messages it took were delivered, and in time. Pure: time is an argument.

A message that was not delivered within five minutes counts as late, whether its receipt comes later or never. An account
that has never sent a receipt is not judged: nobody may have told the provider where to send them.
"""

from collections import OrderedDict
from typing import Final

from dispatcher.engine.tally import Tally

LATE_S: Final = 300.0
_WINDOW_S: Final = 120.0
_LEAST_JUDGED: Final = 20
_MOST_WAITING: Final = 20_000
"""Of messages whose receipt is waited for; beyond that the oldest is forgotten unjudged."""


class Deliveries:
    """Those of one account."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self._waiting: OrderedDict[str, float] = OrderedDict()
        self._judged = Tally(_WINDOW_S)
        self._sends_receipts = False

    def sent(self, attempt_id: str, now: float) -> None:
        """The account took a message."""
        self._waiting[attempt_id] = now
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.popitem(last=False)

    def received(self, attempt_id: str, now: float, *, delivered: bool) -> bool:
        """A receipt came; whether it was about a message of this account that was waited for."""
        if self._waiting.pop(attempt_id, None) is None:
            return False
        self._sends_receipts = True
        self._judged.add(now, good=delivered)
        return True

    def late_share(self, now: float) -> float | None:
        """Which part of the messages judged lately was late or not delivered at all; None: too few to tell."""
        while self._waiting:
            attempt_id, at = next(iter(self._waiting.items()))
            if now - at < LATE_S:
                break
            del self._waiting[attempt_id]
            if self._sends_receipts:
                self._judged.add(now, good=False)
        good, bad = self._judged.counts(now)
        return bad / (good + bad) if good + bad >= _LEAST_JUDGED else None
