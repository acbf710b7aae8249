"""How many claims may stand open, so that each can be started within its lease: at most rate x lease / 2.

The rate is what the provider shows: calls at a time, by the time that calls took lately. What is claimed beyond it would be
given back unsent, and claimed again, for as long as the provider is slow.
"""

_WEIGHT = 1 / 8
"""Of the last call in the smoothed time of a call: the first is believed, later a few slow ones are, a single one is not."""


class Pace:
    """One pool's pace; times in seconds."""

    def __init__(self, workers: int, *, most_open: int, lease_s: float) -> None:
        """`workers` calls are made at a time; `most_open` bounds the claims whatever the rate."""
        self._workers = workers
        self._most_open = most_open
        self._half_lease_s = lease_s / 2
        self._call_s: float | None = None
        self.bound = min(workers, most_open)
        """Claims that may stand open now: those that start at once, until a call has shown how long one takes."""

    def took(self, seconds: float) -> None:
        """A call, its waiting for the gate and its further tries included, was over after so long."""
        self._call_s = seconds if self._call_s is None else self._call_s + (seconds - self._call_s) * _WEIGHT
        sustainable = self._workers * self._half_lease_s
        if self._call_s * self._most_open <= sustainable:
            self.bound = self._most_open
        else:
            self.bound = max(self._workers, int(sustainable / self._call_s))
