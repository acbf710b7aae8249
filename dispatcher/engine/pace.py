"""How many claims may be open at a time: no more than start well within their lease at the pace of the provider.

A claim that waits longer than its lease is given back and made again: noise in the journal, and time that no message gets.
"""

_WEIGHT = 0.1


class Pace:
    """The pace of one pool; `most_open` is `workers` until the first call has shown how long one takes."""

    def __init__(self, workers: int, most: int, lease_s: float) -> None:
        """`workers` calls are made at a time, `most` claims may be open at any pace; a claim may start for `lease_s`."""
        self._workers = workers
        self._most = most
        self._lease_s = lease_s
        self._call_s: float | None = None

    def took(self, seconds: float) -> None:
        """A call took so long, its answer included."""
        self._call_s = seconds if self._call_s is None else self._call_s + _WEIGHT * (seconds - self._call_s)

    @property
    def most_open(self) -> int:
        """What all workers together get done in half a lease, each of them having something to do."""
        if self._call_s is None:
            return min(self._workers, self._most)
        done = self._workers * self._lease_s / (2 * max(self._call_s, 1e-6))
        return min(self._most, max(self._workers, int(done)))
