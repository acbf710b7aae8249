"""An aggregate stays small however long a customer lives, and a topic that is replayed afterwards sends nothing."""

from collections.abc import Iterator
from functools import cache
from itertools import islice

import pytest
from msgspec.structs import replace

from dispatcher.core.gone import GONE_KEPT, is_gone, with_gone
from schemas import state
from schemas.inbox import (
    Arrival,
    AttemptAccepted,
    Cause,
    ConsentChanged,
    ContactReported,
    Fact,
    FeedbackGiven,
    HoldPlaced,
    HoldReleased,
    InstalmentDue,
    InvoiceSettled,
    InvoiceStated,
    PhonePoint,
    PlanAgreed,
    PlanCancelled,
    PromiseMade,
)
from schemas.state import NO_HISTORY, History
from tests.core.builders import DAY, HOUR, PHONE, Story, at, day, known, overdue, policy, profile

ENOUGH = 2_500
"""Events after which everything that is bounded has long been full."""
LONG = pytest.param(10_000, marks=pytest.mark.slow)
START = at("2020-01-06 10:00")
FIRST_DAY = 737430


def portfolio() -> Iterator[tuple[int, Fact]]:
    """(instant, fact): every week an invoice that is published again each day until it is paid, and what comes with it."""
    week = 0
    while True:
        began = START + week * 7 * DAY
        due_on = FIRST_DAY + week * 7
        name = f"R-{week:05d}"
        yield began, profile(name=f"Jo {week}")
        for age in range(20):
            late = age > 3
            fact = InvoiceStated(name, due_on + 3, 9000, "EUR", late, None, "invoice", name, due_on, "Rent of a flat")
            yield began + age * DAY, fact
        yield began + 4 * DAY, ContactReported("call_task", "outbound", began, "desk", "reached", "right_party")
        yield began + 5 * DAY, HoldPlaced(f"H-{week}", "invoice", "dispute", name)
        yield began + 6 * DAY, HoldReleased(f"H-{week}")
        yield began + 7 * DAY, ConsentChanged(PHONE, "sms", allowed=week % 2 == 0, source="web")
        yield began + 8 * DAY, PromiseMade(f"P-{week}", (name,), 4000, "EUR", due_on + 12)
        yield began + 11 * DAY, InvoiceSettled(name, 5000, "EUR", "payment", began + 11 * DAY)
        if week % 5 == 0:
            parts = (InstalmentDue(due_on + 16, 2500), InstalmentDue(due_on + 20, 2500))
            yield began + 14 * DAY, PlanAgreed(f"PL-{week}", (name,), "EUR", parts)
        yield began + 19 * DAY + HOUR, InvoiceSettled(name, 0, "EUR", "payment", began + 19 * DAY)
        yield began + 20 * DAY, FeedbackGiven(4)
        week += 1


def arrivals(marked: str, events: int = ENOUGH) -> list[Arrival]:
    """The first events of the portfolio in order of time, each under an id as long as those of billing systems are."""
    dated = sorted(islice(portfolio(), events), key=lambda each: each[0])
    return [
        Arrival(when * 1000, Cause("billing", 0, number, "/billing/eu-1", f"{marked}-{number:032d}"), fact)
        for number, (when, fact) in enumerate(dated)
    ]


@cache
def lived(events: int) -> tuple[Story, int]:
    """A customer after all of it, and the most bytes that the record ever had."""
    story = Story(policy(("min_gap_hours = 20", 'min_gap_hours = 20\npromise_broken = "next_stage"')))
    largest = 0
    for number, each in enumerate(arrivals("a", events)):
        story.now = each.at // 1000
        for attempt_id in story.turn(each).open_claims:
            story.hear(AttemptAccepted(attempt_id, "stand-in", "ref"))
        story.records.clear()
        if number % 50 == 0:
            largest = max(largest, len(state.encode(story.customer, None, 0)))
    return story, max(largest, len(state.encode(story.customer, None, 0)))


@pytest.mark.parametrize("events", [ENOUGH, LONG])
def test_thousands_of_events_leave_a_record_of_less_than_8_kib(events):
    assert lived(events)[1] < 8 * 1024


def test_the_customer_of_the_test_was_contacted_judged_and_remembered():
    story, _ = lived(ENOUGH)
    assert (len(story.claims) > 100, story.customer.history.months != ()) == (True, True)


@pytest.mark.parametrize("events", [ENOUGH, LONG])
@pytest.mark.parametrize("marked", ["a", "b"], ids=["old ids", "new ids"])
def test_replaying_the_whole_topic_sends_nothing(marked, events):
    story, _ = lived(events)
    again = Story(story.policy)
    again.customer, again.now = story.customer, story.now + HOUR
    again.turn()
    again.claims.clear()
    for each in arrivals(marked, events):
        again.turn(each)
    assert again.claims == []


def test_a_day_of_busy_events_leaves_the_record_small_too():
    story = Story()
    for number, each in enumerate(arrivals("a", 2000)):
        story.now = START + number * 30_000
        story.turn(replace(each, at=story.now * 1000))
    assert len(state.encode(story.customer, None, 0)) < 16 * 1024


def test_plans_that_broke_or_were_cancelled_go_before_those_that_run():
    story = known(start="2026-03-11 10:00")
    first = day("2026-03-01")
    story.hear(overdue(), *(PlanAgreed(f"B-{n}", ("I-1",), "EUR", (InstalmentDue(first, 9),)) for n in range(4)))
    story.now += 1
    story.hear(*(PlanCancelled(f"C-{n}") for n in range(4)), PlanAgreed("S", ("I-9",), "EUR", ()))
    assert ("S" in story.customer.plans, len(story.customer.plans)) == (True, 4)


def test_of_more_than_64_contact_points_the_first_are_remembered():
    story = known(start="2026-03-11 10:00")
    for number in range(80):
        story.now += 1
        story.hear(profile(phones=(PhonePoint(f"+4477009{number:05d}", "mobile"),)))
    assert len(story.customer.points) == 64


# --- what is gone -----------------------------------------------------------------------------------------------------


def gone(*entries: tuple[str, int]) -> History:
    history = NO_HISTORY
    for name, when in entries:
        ids, before = with_gone(history, "invoice", name, when)
        history = History((), ids, before)
    return history


def test_a_statement_that_is_not_newer_is_about_what_is_gone():
    history = gone(("I-1", 50))
    assert [is_gone(history, "invoice", "I-1", when) for when in (49, 50, 51)] == [True, True, False]


def test_another_thing_of_the_same_name_is_not_gone():
    assert not is_gone(gone(("I-1", 50)), "promise", "I-1", 10)


def test_the_memory_is_bounded_and_leaves_the_time_of_its_oldest_entry():
    history = gone(*((f"I-{number}", number) for number in range(GONE_KEPT + 3)))
    assert (len(history.gone), history.gone_before) == (16 * GONE_KEPT, 2)


def test_what_is_older_than_that_time_is_taken_to_be_gone_but_never_a_hold():
    history = gone(*((f"I-{number}", number) for number in range(GONE_KEPT + 3)))
    assert [is_gone(history, kind, "X", 2) for kind in ("invoice", "plan", "hold")] == [True, True, False]


def test_a_thing_that_goes_twice_is_remembered_once_by_its_later_time():
    history = gone(("I-1", 50), ("I-2", 60), ("I-1", 40))
    assert (len(history.gone), is_gone(history, "invoice", "I-1", 50)) == (32, True)


def test_a_digest_that_only_seems_to_be_there_because_of_its_neighbours_is_not_found():
    digest = gone(("I-1", 50)).gone[:8]
    shifted = History((), b"\xff" * 4 + digest + b"\xff" * 20, 0)
    assert not is_gone(shifted, "invoice", "I-1", 1)
