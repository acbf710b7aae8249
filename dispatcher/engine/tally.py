"""How many of the latest events were good, and how many bad: counts over a window that moves on in steps."""

from collections import deque


class Tally:
    """Over the last `window_s` seconds, in `steps` steps; times are of any one clock that only goes forward."""

    def __init__(self, window_s: float, steps: int = 10) -> None:
        """Nothing happened yet."""
        self._step_s = window_s / steps
        self._steps = steps
        self._counts: deque[tuple[int, list[int]]] = deque()

    def add(self, now: float, *, good: bool) -> None:
        """One more."""
        step = int(now / self._step_s)
        if not self._counts or self._counts[-1][0] != step:
            self._counts.append((step, [0, 0]))
        self._counts[-1][1][good] += 1

    def counts(self, now: float) -> tuple[int, int]:
        """(good, bad) ones of the window."""
        oldest = int(now / self._step_s) - self._steps
        while self._counts and self._counts[0][0] <= oldest:
            self._counts.popleft()
        return sum(each[True] for _, each in self._counts), sum(each[False] for _, each in self._counts)

    def clear(self) -> None:
        """Forget all."""
        self._counts.clear()
