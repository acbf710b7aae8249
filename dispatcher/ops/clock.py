"""The wall clock that decisions go by: the system's, or one that was set for a demonstration.

Leases, gates and time-outs never ask this clock; they use the system's monotonic one.
"""

import time
from collections.abc import Callable
from typing import Final, Protocol

from dispatcher.settings import ClockSettings
from schemas.values import Millis, from_millis

_NANOS_A_MILLI: Final = 1_000_000

_KEPT_IN_STEP_MS: Final = 2_000
"""What a clock that is right may be set back by."""


class Clock(Protocol):
    """What time it is."""

    @property
    def marked(self) -> str | None:
        """None for the real time; else how the clock was set, as journal and `/readyz` say it."""

    def now(self) -> Millis:
        """The instant: milliseconds since the epoch, UTC."""


class SystemClock:
    """The system's wall clock."""

    @property
    def marked(self) -> str | None:
        """The real time needs no mark."""
        return None

    def now(self) -> Millis:
        """The instant: milliseconds since the epoch, UTC."""
        return time.time_ns() // _NANOS_A_MILLI


class SettableClock:
    """A clock that started at `start` and runs `rate` times as fast as `monotonic` (seconds)."""

    def __init__(self, start: Millis, rate: float = 1.0, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._start = start
        self._rate = rate
        self._monotonic = monotonic
        self._began = monotonic()

    @property
    def marked(self) -> str | None:
        """Start and rate."""
        return f"set to {from_millis(self._start).isoformat()}, rate {self._rate:g}"

    def now(self) -> Millis:
        """The instant: milliseconds since the epoch, UTC."""
        return self._start + int((self._monotonic() - self._began) * self._rate * 1000)


class PlanningClock:
    """A clock that nobody plans backwards by, or by a jump that is not confirmed.

    It follows `clock` while that is `trusted`, and stands still where it goes back a little, as a clock does that is kept in
    step. While it is not trusted it stands still too: what a wrong clock calls missed or expired could not be undone. It
    goes back only if a clock that is trusted says that it was far ahead.
    """

    def __init__(self, clock: Clock, trusted: Callable[[], bool]) -> None:
        self._clock = clock
        self._trusted = trusted
        self._latest: Millis | None = None

    def now(self) -> Millis:
        """The instant to plan for: milliseconds since the epoch, UTC."""
        instant, latest = self._clock.now(), self._latest
        if latest is None or (self._trusted() and not 0 < latest - instant <= _KEPT_IN_STEP_MS):
            self._latest = latest = instant
        return latest


def clock_for(settings: ClockSettings | None) -> Clock:
    """The clock that the settings ask for."""
    return SystemClock() if settings is None else SettableClock(settings.start, settings.rate)
