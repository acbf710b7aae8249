"""In which order tasks go to a desk, and how far a partition of them has come. Pure.

A customer's tasks go one after the other, so that a desk never hears of a later one first; other customers do not wait for
a task that the desk does not take. The partition has come as far as the first task that is still open.
"""

from collections import deque
from typing import Final

from dispatcher.engine.clients import Record

MOST_OPEN: Final = 64
"""Tasks of one partition that are taken in hand before earlier ones are done."""


class TaskOrder:
    """The tasks of one partition that are in hand."""

    def __init__(self) -> None:
        self._lines: dict[bytes, deque[Record]] = {}
        self._open: dict[int, None] = {}
        self._after: int | None = None

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    @property
    def is_full(self) -> bool:
        """Whether it takes no more for now."""
        return len(self._open) >= MOST_OPEN

    @property
    def position(self) -> int | None:
        """The offset of the first that is not done; None as long as none was taken."""
        return next(iter(self._open), self._after)

    def take(self, record: Record) -> Record | None:
        """One more, with a later offset than all before; returned if it may go now."""
        self._open[record.offset] = None
        self._after = record.offset + 1
        line = self._lines.setdefault(record.key or b"", deque())
        line.append(record)
        return record if len(line) == 1 else None

    def done(self, record: Record) -> Record | None:
        """The desk has it, or is not to have it any more; returns the customer's next one, which may go now."""
        del self._open[record.offset]
        key = record.key or b""
        line = self._lines[key]
        line.popleft()
        if line:
            return line[0]
        del self._lines[key]
        return None
