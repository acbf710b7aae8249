"""Whether this machine's clock may be trusted: held against the broker's, which stamps what we append.

Hours, caps and the age of what we know are judged by our clock. If it is more than 2 s away from the broker's, or has jumped
since it was last compared, no contact may be caused: the gates read `trusted`. An answer that took long proves less, never
something wrong: all that is known is that the broker's stamp was made between question and answer.
"""

import time
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from schemas.values import Millis

MOST_SKEW_S: Final = 2.0
"""How far the clocks may differ."""

_EVERY_S: Final = 1.0
_log = structlog.get_logger(__name__)


class BrokerClock:
    """Compared at each append that the broker stamps; `tell` hears of the difference in seconds, ahead is positive."""

    def __init__(
        self,
        tell: Callable[[float], None],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Trusts nothing before the first comparison."""
        self._tell = tell
        self._monotonic = monotonic
        self._wall = wall
        self._skew: float | None = None
        self._offset = 0.0
        self._compared_at = float("-inf")
        self._distrusted = False

    @property
    def due(self) -> bool:
        """Whether the last comparison is older than a second."""
        return self._monotonic() - self._compared_at > _EVERY_S

    def asked(self) -> float:
        """An append is handed over now: when, by the clock that nobody can set."""
        return self._monotonic()

    def answered(self, asked: float, stamps: Iterable[Millis]) -> None:
        """They stand since these instants on the brokers' clocks; the worst counts.

        Below 0: the topic bears the stamps of its publishers, which say nothing.
        """
        latest, after = self._wall(), self._monotonic()
        earliest = latest - (after - asked)
        outside = (max(0.0, earliest - each / 1000) + min(0.0, latest - each / 1000) for each in stamps if each >= 0)
        skew = max(outside, key=abs, default=0.0)
        self._skew, self._offset, self._compared_at = skew, latest - after, after
        self._tell(skew)
        self._say(skew)

    def trusted(self) -> bool:
        """Whether our clock agreed with the broker's, and has run evenly since."""
        if self._skew is None or abs(self._skew) > MOST_SKEW_S:
            return False
        return abs(self._wall() - self._monotonic() - self._offset) <= MOST_SKEW_S

    def _say(self, skew: float) -> None:
        distrusted = abs(skew) > MOST_SKEW_S
        if distrusted and not self._distrusted:
            _log.error("clock_skewed", ahead_s=round(skew, 3), allowed_s=MOST_SKEW_S, sending="stopped")
        elif self._distrusted and not distrusted:
            _log.warning("clock_agrees_again", ahead_s=round(skew, 3))
        self._distrusted = distrusted
