"""What a supervisor sees of the desk, and does; and what becomes of special cases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatcher.gateway.calls.outcomes import Outcome
from dispatcher.gateway.calls.overview import Conduct, Queued
from dispatcher.gateway.calls.results import Incomplete, LeaseLost, Moved, NotAllowed, NothingToDo, Recorded
from schemas import inbox
from schemas.inbox import AttemptResolved, HoldPlaced, HoldReleased
from schemas.topics import INBOX
from tests.gateway.calls.house import ANN, BEN, EVE, HOUR, MINUTE, NOW, PROMISE, House, task

pytestmark = pytest.mark.asyncio


# --- overview


async def test_the_queue_is_counted_by_kind_and_priority_with_its_age(store):
    house = House(store)
    opened = house.now
    later = NOW + timedelta(hours=1)
    await house.put(task("a"), task("b"), task("c", not_before=later), task("d", kind="letter", priority=8))
    house.now += MINUTE

    assert (await house.desk.overview()).queue == (Queued("letter", 8, 1, 1, opened), Queued("call", 5, 3, 2, opened))


async def test_what_ends_within_the_hour_is_listed(store):
    house = House(store)
    await house.put(task("soon", expires_at=NOW + timedelta(minutes=59)), task("later"))

    assert [each.task_id for each in (await house.desk.overview()).expiring] == ["soon"]


async def test_who_has_which_task_and_who_is_in_a_call(store):
    house = House(store)
    await house.put(task("t-1"), task("t-2"))
    await house.held(ANN)
    await house.in_call(BEN)

    found = await house.desk.overview()

    assert ([each.holder for each in found.leased], [each.holder for each in found.in_call]) == (["ann"], ["ben"])


async def test_call_backs_are_listed(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.in_call()
    back = Outcome("callback_requested", "right_party", call_back_at=house.now + HOUR)
    await house.desk.report(ANN, "t-1", mine.fence, "s-1", back)

    (found,) = (await house.desk.overview()).call_backs
    assert (found.task_id, found.offered_at) == ("t-1", house.now + HOUR)


async def test_reports_that_kafka_has_not_taken_are_counted(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.in_call()
    house.kafka.away = True
    await house.desk.report(ANN, "t-1", mine.fence, "s-1", PROMISE)

    assert (await house.desk.overview()).unpublished == 1


async def test_conduct_is_told_for_each_collector(store):
    """S34"""
    house = House(store)
    await house.put(task("t-1"), task("t-2"))
    mine = await house.in_call()
    await house.desk.report(ANN, mine.task_id, mine.fence, "s-1", replace(PROMISE, said=frozenset()))
    other = await house.held(BEN)
    await house.desk.give_back(BEN, other.task_id, other.fence, "language")

    assert (await house.desk.overview()).conduct == (
        Conduct("ann", 1, 1, 1, 1, 0, 1, 0, 0),
        Conduct("ben", 0, 0, 0, 0, 0, 0, 0, 1),
    )


async def test_the_queue_is_measured(store):
    house = House(store)
    await house.put(task("t-1"), task("t-2"))
    house.now += MINUTE
    await house.desk.measure()

    age = house.counted("dispatcher_call_task_age_seconds", kind="call")
    assert (house.counted("dispatcher_call_tasks_open", kind="call"), age) == (2, 60)


# --- tasks


async def test_a_supervisor_takes_a_task_back(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)

    assert await house.desk.take_back(EVE, "t-1") == Moved()
    assert await house.desk.dial(ANN, "t-1", mine.fence) == LeaseLost("taken_back")


async def test_one_that_was_dialled_cannot_be_taken_back(store):
    house = House(store)
    await house.put(task("t-1"))
    await house.in_call(ANN)

    assert await house.desk.take_back(EVE, "t-1") == LeaseLost("dialled")


async def test_a_task_that_was_set_aside_is_given_to_nobody(store):
    house = House(store)
    await house.put(task("t-1"))
    await house.desk.set_aside(EVE, "t-1")

    assert isinstance(await house.desk.next_task(ANN), NothingToDo)


async def test_until_it_is_put_back(store):
    house = House(store)
    await house.put(task("t-1"))
    await house.desk.set_aside(EVE, "t-1")
    await house.desk.put_back(EVE, "t-1")

    assert (await house.held(ANN)).task_id == "t-1"


async def test_an_agent_does_none_of_this(store):
    house = House(store)
    await house.put(task("t-1"))

    answers = [await step(ANN, "t-1") for step in (house.desk.take_back, house.desk.set_aside, house.desk.put_back)]
    assert answers == [NotAllowed()] * 3


async def test_a_call_that_was_permitted_and_never_made_is_given_back_to_the_lane(store):
    house = House(store)
    await house.put(task("t-1"))
    await house.in_call(ANN)

    assert await house.desk.nobody_was_called(EVE, "t-1", "s-1") == Recorded()
    (entry,) = house.kafka.entries
    assert (entry.topic, inbox.decode_arrival(entry.value).fact) == (INBOX, AttemptResolved("t-1", sent=False))


async def test_only_a_supervisor_says_so(store):
    house = House(store)
    await house.put(task("t-1"))
    await house.in_call(ANN)

    assert await house.desk.nobody_was_called(ANN, "t-1", "s-1") == NotAllowed()


# --- special cases


async def escalated(store) -> House:
    """A case that Ann reported before she called."""
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)
    assert await house.desk.escalate(ANN, "t-1", mine.fence, "s-1", "a court has written") == Recorded()
    return house


async def test_a_special_case_stops_contact_with_the_customer(store):
    """S33"""
    house = await escalated(store)

    (placed,) = house.kafka.facts()
    assert (type(placed), placed.kind, placed.scope, placed.note) == (
        HoldPlaced,
        "manual",
        "customer",
        "a court has written",
    )


async def test_it_is_on_the_supervisors_list_with_what_was_written(store):
    house = await escalated(store)

    (found,) = (await house.desk.overview()).escalations
    assert (found.task_id, found.person, found.note) == ("t-1", "ann", "a court has written")


async def test_it_leaves_the_queue(store):
    house = await escalated(store)

    assert isinstance(await house.desk.next_task(BEN), NothingToDo)


async def test_it_is_counted(store):
    house = await escalated(store)

    assert house.counted("dispatcher_call_escalations_total") == 1


async def test_it_needs_words(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)

    assert isinstance(await house.desk.escalate(ANN, "t-1", mine.fence, "s-1", "  "), Incomplete)


async def test_a_supervisor_lets_contact_go_on(store):
    house = await escalated(store)
    hold_id = house.kafka.facts()[0].hold_id

    assert await house.desk.resolve_escalation(EVE, "s-1", release=True) == Recorded()
    assert house.kafka.facts()[-1] == HoldReleased(hold_id)


async def test_or_leaves_the_hold_in_place(store):
    house = await escalated(store)

    assert await house.desk.resolve_escalation(EVE, "s-1", release=False) == Recorded()
    assert len(house.kafka.facts()) == 1


async def test_then_it_is_on_the_list_no_more_and_its_words_are_gone(store):
    house = await escalated(store)
    await house.desk.resolve_escalation(EVE, "s-1", release=False)

    assert (await house.desk.overview()).escalations == ()


async def test_a_case_is_dealt_with_once(store):
    house = await escalated(store)
    await house.desk.resolve_escalation(EVE, "s-1", release=True)

    assert await house.desk.resolve_escalation(EVE, "s-1", release=True) == LeaseLost("ended")


async def test_an_agent_deals_with_none(store):
    house = await escalated(store)

    assert await house.desk.resolve_escalation(ANN, "s-1", release=True) == NotAllowed()


async def test_a_report_can_be_a_special_case_too(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.in_call()
    special = replace(PROMISE, next_action="escalate", note="the sum is disputed in court")
    await house.desk.report(ANN, "t-1", mine.fence, "s-1", special)

    assert [each.note for each in (await house.desk.overview()).escalations] == ["the sum is disputed in court"]
    assert isinstance(house.kafka.facts()[0], HoldPlaced)
