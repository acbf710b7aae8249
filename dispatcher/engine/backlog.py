"""What waits for a lane: stretches of its inbox partition, and whether each follows what was applied."""

from collections import deque
from dataclasses import dataclass, field

from dispatcher.engine.carriers import ConsumerRecord, Stretch
from schemas import inbox

MOST_WAITING = 20_000
"""Records that may wait for a lane; the poll that passes it is the last that is taken."""


@dataclass(slots=True)
class Taken:
    """What one turn takes: records by customer, intake's marks, and the last offset among them.

    `hole`: something before what comes next never reached us, and has to be read again. `heard`: anything came at all.
    """

    applied: int
    by_customer: dict[bytes, list[ConsumerRecord]] = field(default_factory=dict)
    marks: list[inbox.ProgressMark] = field(default_factory=list)
    hole: bool = False
    heard: bool = False


class Backlog:
    """The stretches that wait, in the order in which they came; `records` counts what is in them."""

    def __init__(self) -> None:
        """Empty."""
        self._waiting: deque[Stretch] = deque()
        self.records = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether half of what may wait does."""
        return self.records < MOST_WAITING // 2

    def offer(self, stretch: Stretch) -> bool:
        """Let a stretch wait; False if too much waits already."""
        if self.records > MOST_WAITING:
            return False
        self._waiting.append(stretch)
        self.records += len(stretch.records)
        return True

    def clear(self) -> None:
        """Forget what waits: it will be read again."""
        self._waiting.clear()
        self.records = 0

    def take(self, applied: int, most: int) -> Taken:
        """At most so many records that follow the position `applied`; what was applied already is left out."""
        taken = Taken(applied)
        count = 0
        while self._waiting and count < most:
            stretch = self._waiting.popleft()
            self.records -= len(stretch.records)
            if stretch.first > taken.applied + 1:  # an inbox has no control records, so no gaps
                taken.hole = True
                break
            stretch = self._cut(stretch, most - count)
            count += len(stretch.records)
            for record in stretch.records:
                if record.offset > taken.applied:
                    _sort(record, taken)
            taken.applied = max(taken.applied, stretch.last)
            taken.heard = True
        return taken

    def _cut(self, stretch: Stretch, most: int) -> Stretch:
        """At most so many records of a stretch; the rest waits for the next turn."""
        if len(stretch.records) <= most:
            return stretch
        first, rest = stretch.records[:most], stretch.records[most:]
        self._waiting.appendleft(Stretch(stretch.tp, first[-1].offset, rest))
        self.records += len(rest)
        return Stretch(stretch.tp, stretch.after, first)


def _sort(record: ConsumerRecord, taken: Taken) -> None:
    key = record.key
    if key is not None and key[:1] != b"\0":
        found = taken.by_customer.get(key)
        if found is None:
            taken.by_customer[key] = [record]
        else:
            found.append(record)
    elif key == inbox.PROGRESS_MARK_KEY:
        mark = inbox.decode_mark(record.value)
        if isinstance(mark, inbox.ProgressMark):
            taken.marks.append(mark)
