"""In which order the claims of a channel are sent: mandatory stages first, and no creditor behind another one's thousands.

Within each of the two kinds creditors take turns, and each creditor's claims keep their order. So that the others are never
starved, one of them goes after so many mandatory ones in a row.
"""

from collections import deque
from collections.abc import Callable

from dispatcher.engine.job import Job

_URGENT_IN_A_ROW = 7


class _Turns:
    """Claims by creditor; creditors take turns."""

    def __init__(self) -> None:
        self._by_creditor: dict[str, deque[Job]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_creditor)

    def put(self, job: Job) -> None:
        self._by_creditor.setdefault(job.claim.creditor_id, deque()).append(job)

    def put_back(self, job: Job) -> None:
        creditor = job.claim.creditor_id
        theirs = self._by_creditor.pop(creditor, None) or deque()
        theirs.appendleft(job)
        self._by_creditor = {creditor: theirs, **self._by_creditor}

    def take(self) -> Job:
        creditor = next(iter(self._by_creditor))
        theirs = self._by_creditor.pop(creditor)
        job = theirs.popleft()
        if theirs:
            self._by_creditor[creditor] = theirs  # behind all others
        return job

    def remove(self, over: Callable[[Job], bool]) -> list[Job]:
        removed = [job for theirs in self._by_creditor.values() for job in theirs if over(job)]
        if removed:
            gone = {id(job) for job in removed}
            kept = {
                creditor: deque(job for job in theirs if id(job) not in gone)
                for creditor, theirs in self._by_creditor.items()
            }
            self._by_creditor = {creditor: theirs for creditor, theirs in kept.items() if theirs}
        return removed


class WaitingLine:
    """The claims of one channel that wait for a place."""

    def __init__(self) -> None:
        """Empty."""
        self._urgent = _Turns()
        self._others = _Turns()
        self._in_a_row = 0

    def __bool__(self) -> bool:
        return bool(self._urgent) or bool(self._others)

    def put(self, job: Job) -> None:
        """Behind those of its creditor."""
        self._of(job).put(job)

    def put_back(self, job: Job) -> None:
        """Before all of its kind: it had its turn and could not start."""
        self._of(job).put_back(job)

    def take(self) -> Job | None:
        """The next one, None if nobody waits."""
        if self._urgent and (self._in_a_row < _URGENT_IN_A_ROW or not self._others):
            self._in_a_row += 1
            return self._urgent.take()
        if not self._others:
            return None
        self._in_a_row = 0
        return self._others.take()

    def remove(self, over: Callable[[Job], bool]) -> list[Job]:
        """Take out those whose time is over."""
        return [*self._urgent.remove(over), *self._others.remove(over)]

    def _of(self, job: Job) -> _Turns:
        return self._urgent if job.claim.stage.mandatory else self._others
