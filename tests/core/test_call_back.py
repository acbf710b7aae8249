"""A customer who asks to be called at another time: the task stays open, and may be dialled once more."""

from dispatcher.core.draft import draft_of
from dispatcher.core.lifecycle import status_of
from schemas.inbox import ContactReported, DialAsked, HoldPlaced
from tests.core.builders import HOUR, Story, conditions, known, overdue, paid, stage_text, staged

CALLED = "2026-03-11 11:00"  # a Wednesday, noon in Berlin; calls are made from 9 to 18 hours
CALL = stage_text("call", 1, 'channels = { default = ["call_task", "email"] }')


def asked_to_call_back() -> Story:
    """A customer who was called, and asked for another time."""
    story = known(staged(CALL), CALLED, conditions())
    story.hear(overdue())
    dial(story, 1)
    story.hear(report(story, "callback_requested", "call_back"))
    return story


def task_of(story: Story) -> str:
    return story.claims[0].attempt_id


def dial(story: Story, fence: int) -> str:
    """The answer to a question that is asked now."""
    records = story.hear(DialAsked(task_of(story), fence, "anna")).records
    return next(each.result for each in records if each.result in {"permitted", "refused"})


def report(story: Story, outcome: str, next_action: str) -> ContactReported:
    return ContactReported(
        "call_task", "outbound", story.now, "desk", outcome, "right_party", None, task_of(story), None, next_action
    )


def status(story: Story) -> str:
    return status_of(draft_of(story.customer), task_of(story))


def test_the_task_stays_open():
    assert status(asked_to_call_back()) == "handed_over"


def test_the_conversation_is_in_the_ledger():
    assert [each.became for each in asked_to_call_back().customer.contacts] == ["conversation"]


def test_it_may_be_dialled_again_at_that_time():
    story = asked_to_call_back()
    story.now += 2 * HOUR
    assert dial(story, 2) == "permitted"


def test_it_may_be_dialled_only_once_more():
    story = asked_to_call_back()
    dial(story, 2)
    assert dial(story, 3) == "refused"


def test_the_lease_of_the_first_call_is_worth_nothing_any_more():
    story = asked_to_call_back()
    dial(story, 2)
    story.hear(report(story, "callback_requested", "call_back"))
    assert dial(story, 1) == "refused"


def test_the_report_of_the_second_call_ends_it():
    story = asked_to_call_back()
    story.now += 2 * HOUR
    dial(story, 2)
    story.hear(report(story, "promise_to_pay", "await_payment"))
    assert (status(story), len(story.customer.contacts)) == ("delivered", 2)


def test_who_disputes_meanwhile_is_not_called_back():
    story = asked_to_call_back()
    story.hear(HoldPlaced("H", "customer", "dispute"))
    assert dial(story, 2) == "refused"


def test_who_pays_meanwhile_is_not_called_back():
    story = asked_to_call_back()
    story.hear(paid())
    assert dial(story, 2) == "refused"


def test_a_desk_that_never_asked_whether_it_may_dial_closes_the_task_by_the_same_words():
    story = known(staged(CALL), CALLED, conditions())
    story.hear(overdue())
    story.hear(report(story, "callback_requested", "call_back"))
    assert status(story) == "delivered"


def test_the_task_ends_in_its_time_all_the_same():
    story = asked_to_call_back()
    story.until("2026-03-30 12:00")
    assert task_of(story) not in story.customer.attempts
