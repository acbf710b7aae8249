"""The wall clock that decisions go by: the system's, or one that was set for a demonstration.

Leases, gates and time-outs never ask this clock; they use the system's monotonic one.
"""

import time
from collections.abc import Callable
from typing import Final, Protocol

from dispatcher.settings import ClockSettings
from schemas.values import Millis, from_millis

_NANOS_A_MILLI: Final = 1_000_000


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


class Forward:
    """Instants that only go on: nothing is planned for an earlier one than before, whatever is done to the clock."""

    def __init__(self) -> None:
        self._latest: Millis = 0

    def reach(self, now: Millis) -> Millis:
        """The latest instant so far: milliseconds since the epoch, UTC."""
        self._latest = max(self._latest, now)
        return self._latest


def clock_for(settings: ClockSettings | None) -> Clock:
    """The clock that the settings ask for."""
    return SystemClock() if settings is None else SettableClock(settings.start, settings.rate)
