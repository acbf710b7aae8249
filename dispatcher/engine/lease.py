"""A lease: until when an attempt may be started, on a clock that goes on while the machine sleeps.

It starts BEFORE its claim's transaction begins: a paused owner can get "success" from its commit after another owner has
taken over. The provider takes no fencing token, so the lease is what keeps a zombie from sending.
"""

import time
from dataclasses import dataclass


def boot_seconds() -> float:
    """Seconds since boot, sleep included (CLOCK_BOOTTIME)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class Lease:
    """Valid before `until`, in seconds since boot."""

    until: float

    @classmethod
    def starting_now(cls, seconds: float) -> "Lease":
        """A lease of so many seconds from now."""
        return cls(boot_seconds() + seconds)

    def valid(self) -> bool:
        """Whether an attempt may still be started."""
        return boot_seconds() < self.until

    def remaining(self) -> float:
        """Seconds left, 0 when over."""
        return max(0.0, self.until - boot_seconds())
