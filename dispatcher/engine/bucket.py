"""A token bucket: how many units (segments of texts, or mails) an account may still take now. Pure: time is an argument.

It starts empty and holds what one second brings at most. A message starts when there is a unit, or what one second brings
where that is less, and takes all that it needs: the next ones pay for it. So in any window no more units start than the
rate gives for it and for one second more, and what the message that started last needs beyond one unit.
"""

from math import inf

_HOLDS_S = 1.0


class Bucket:
    """`rate` is in units a second, times in seconds of any one clock that only goes forward."""

    def __init__(self, rate: float, now: float) -> None:
        """Empty: who takes a share over does not know what was used of it a moment ago."""
        self.rate = rate
        self._level = 0.0
        self._at = now

    def divide(self, rate: float, now: float) -> None:
        """From now on another rate: what is there stays, up to what the new one may hold; debts stay whole."""
        self._fill(now)
        self.rate = rate
        self._level = min(self._level, rate * _HOLDS_S)

    def wait(self, now: float) -> float:
        """Seconds until a message may start; 0: now."""
        self._fill(now)
        lacks = min(1.0, self.rate * _HOLDS_S) - self._level
        if self.rate <= 0.0:
            return inf
        return max(0.0, lacks / self.rate)

    def take(self, units: int, now: float) -> None:
        """So many units start; what is not there yet is owed."""
        self._fill(now)
        self._level -= units

    def give_back(self, units: int) -> None:
        """They did not start after all."""
        self._level = min(self._level + units, self.rate * _HOLDS_S)

    def _fill(self, now: float) -> None:
        if now > self._at:
            self._level = min(self._level + (now - self._at) * self.rate, max(self._level, self.rate * _HOLDS_S))
            self._at = now
