"""The checker lets a task be dialled again after the customer asked for it, and for no other reason."""

from itertools import count

from dispatcher.verify.dials import dials_of, judge_dials
from dispatcher.verify.findings import Findings
from dispatcher.verify.history import History, Said, claims_of
from schemas.inbox import Arrival, Cause, ContactReported, DialAsked, Fact
from schemas.values import to_millis
from tests.core.builders import Story, conditions, known, overdue, stage_text, staged

CALLED = "2026-03-11 11:00"
CALL = stage_text("call", 1, 'channels = { default = ["call_task", "email"] }')
_numbers = count(1000)


class Desk:
    """A customer whose task is worked off, with everything that was published about it."""

    def __init__(self) -> None:
        self.story: Story = known(staged(CALL), CALLED, conditions())
        self.story.hear(overdue())
        self.task_id = self.story.claims[0].attempt_id
        self.published: dict[tuple[str, int, int], Arrival] = {}

    def dial(self, fence: int) -> None:
        self.story.hear(DialAsked(self.task_id, fence, "anna"))

    def report(self, next_action: str) -> None:
        now = self.story.now
        self._publish(
            ContactReported(
                "call_task", "outbound", now, "desk", "said", "right_party", None, self.task_id, None, next_action
            )
        )

    def judged(self, *, forged: bool = False) -> list[str]:
        """The invariants that are broken. `forged`: nothing of what was published is known."""
        journal = [Said(each, ("reminders.journal", 0, n), to_millis(each.at)) for n, each in enumerate(self.records)]
        out = Findings()
        history = History("C-1", {} if forged else self.published, journal)
        judge_dials(history, dials_of(journal, claims_of(journal)), out)
        return [each.invariant for each in out.report().rows]

    @property
    def records(self):
        return self.story.records

    def _publish(self, fact: Fact) -> None:
        place = ("customers.feedback", 0, next(_numbers))
        arrival = Arrival(self.story.now * 1000, Cause(*place, "/desk", f"e{place[2]}"), fact)
        self.published[place] = arrival
        self.story.turn(arrival)


def test_a_call_back_is_nothing_wrong():
    desk = Desk()
    desk.dial(1)
    desk.report("call_back")
    desk.dial(2)
    assert desk.judged() == []


def test_a_second_call_that_nobody_asked_for_is():
    desk = Desk()
    desk.dial(1)
    desk.report("call_back")
    desk.dial(2)
    assert desk.judged(forged=True) == ["I3"]
