"""Which task a person is given: one, by rules, and never one that somebody else has."""

from datetime import timedelta

import pytest

from dispatcher.gateway.calls.results import GivenBack, Leased, LeaseLost, NothingToDo
from tests.gateway.calls.conftest import empty
from tests.gateway.calls.house import ANN, BEN, EVE, HOUR, MINUTE, NOW, NUMBER, House, Worker, task

pytestmark = pytest.mark.asyncio


async def given_in_turn(house: House, tasks: int) -> list[str]:
    """The tasks in the order in which people who come one after the other are given them."""
    return [(await house.held(Worker(f"w{n}"))).task_id for n in range(tasks)]


async def test_a_task_that_waits_is_given_to_whoever_asks(store):
    house = House(store)
    await house.put(task("t-1"))

    assert (await house.held(ANN)).task_id == "t-1"


async def test_where_nothing_waits_there_is_nothing_to_do(store):
    assert await House(store).desk.next_task(ANN) == NothingToDo()


async def test_who_has_a_task_is_given_the_same_one_again(store):
    house = House(store)
    await house.put(task("t-1"), task("t-2"))

    assert await house.held(ANN) == await house.held(ANN)


async def test_nobody_else_is_given_it(store):
    house = House(store)
    await house.put(task("t-1"))
    await house.held(ANN)

    assert await house.desk.next_task(BEN) == NothingToDo()


async def test_the_weightier_task_comes_first(store):
    house = House(store)
    await house.put(task("light", priority=1), task("weighty", priority=8), task("usual", priority=5))

    assert await given_in_turn(house, 3) == ["weighty", "usual", "light"]


async def test_calls_come_before_letters_of_the_same_weight(store):
    house = House(store)
    await house.put(task("letter", kind="letter"), task("visit", kind="visit"), task("call"))

    assert await given_in_turn(house, 3) == ["call", "visit", "letter"]


async def test_who_speaks_ones_language_comes_before_others_of_the_same_weight(store):
    house = House(store)
    soon = NOW + timedelta(hours=2)
    await house.put(task("english", language="en-GB", expires_at=soon), task("chinese", language="zh-CN"))

    assert (await house.held(Worker("li", language="zh-CN"))).task_id == "chinese"


async def test_but_not_before_weightier_ones(store):
    house = House(store)
    await house.put(task("english", language="en-GB", priority=8), task("chinese", language="zh-CN"))

    assert (await house.held(Worker("li", language="zh-CN"))).task_id == "english"


async def test_what_ends_sooner_comes_first(store):
    house = House(store)
    await house.put(task("later"), task("sooner", expires_at=NOW + timedelta(hours=2)))

    assert await given_in_turn(house, 2) == ["sooner", "later"]


async def test_a_task_is_not_given_before_its_time_and_it_is_said_when_that_is(store):
    house = House(store)
    await house.put(task("t-1", not_before=NOW + timedelta(hours=1)))

    assert await house.desk.next_task(ANN) == NothingToDo(house.now + HOUR)


async def test_at_its_time_it_is(store):
    house = House(store)
    await house.put(task("t-1", not_before=NOW + timedelta(hours=1)))
    house.now += HOUR

    assert (await house.held()).task_id == "t-1"


async def test_a_task_whose_time_is_over_is_not_given(store):
    house = House(store)
    await house.put(task("t-1", expires_at=NOW))

    assert await house.desk.next_task(ANN) == NothingToDo()


async def test_what_names_a_colleague_at_work_waits_for_that_one(store):
    house = House(store)
    await house.desk.next_task(BEN)
    await house.put(task("bens", assignee="ben"))

    assert (await house.desk.next_task(ANN), (await house.held(BEN)).task_id) == (NothingToDo(), "bens")


async def test_what_names_a_team_or_somebody_who_is_away_waits_for_nobody(store):
    house = House(store)
    await house.put(task("t-1", assignee="collections-mid"))

    assert (await house.held(ANN)).task_id == "t-1"


async def test_it_does_not_wait_for_a_colleague_for_ever(store):
    house = House(store)
    await house.desk.next_task(BEN)
    await house.put(task("bens", assignee="ben"))
    house.now += 2 * HOUR

    assert (await house.held(ANN)).task_id == "bens"


async def test_ones_own_comes_before_weightier_ones(store):
    house = House(store)
    await house.put(task("weighty", priority=8), task("anns", assignee="ann", priority=1))

    assert (await house.held(ANN)).task_id == "anns"


async def test_a_legal_step_is_not_given_to_an_agent(store):
    """S7"""
    house = House(store)
    await house.put(task("t-1", kind="legal", gate="counsel"))

    assert await house.desk.next_task(ANN) == NothingToDo()


async def test_a_legal_step_is_given_to_a_supervisor(store):
    house = House(store)
    await house.put(task("t-1", kind="legal", gate="counsel"))

    assert (await house.held(EVE)).gate == "counsel"


# --- what is shown of it


async def test_of_a_call_only_the_last_two_digits_are_shown(store):
    house = House(store)
    await house.put(task("t-1"))

    shown = await house.held()

    assert (shown.masked[-2:], shown.masked.count("\u2022"), shown.work) == (NUMBER[-2:], len(NUMBER) - 2, None)


async def test_a_letter_is_shown_at_once(store):
    house = House(store)
    await house.put(task("t-1", kind="letter", contact_point="postal_address"))

    shown = await house.held()

    assert (shown.masked, shown.work and shown.work.contact_point) == ("postal_address", "postal_address")


# --- leases


async def test_every_lease_has_a_larger_fence(store):
    house = House(store)
    await house.put(task("t-1"))
    fences = []
    for who in (ANN, BEN, ANN):
        fences.append((await house.held(who)).fence)
        house.now += 2 * MINUTE

    assert fences == sorted(set(fences))


async def test_also_within_a_minute(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)
    await house.desk.give_back(ANN, mine.task_id, mine.fence, "language")

    assert (await house.held(BEN)).fence > mine.fence


async def test_a_desk_that_lost_its_database_begins_above_the_fences_that_were_seen(store):
    house = House(store)
    await house.put(task("t-1"))
    before = (await house.held(ANN)).fence
    empty(store)
    house.now += MINUTE
    await house.put(task("t-1"))

    assert (await house.held(ANN)).fence > before


async def test_who_does_not_dial_in_time_loses_it_to_the_next(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)
    house.now += 2 * MINUTE

    assert (await house.held(BEN)).task_id == mine.task_id


async def test_and_is_told_so(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)
    house.now += 2 * MINUTE

    assert await house.desk.renew(ANN, mine.task_id, mine.fence) == LeaseLost("over_time")


async def test_a_call_that_was_not_dialled_is_not_kept_by_renewing(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)
    house.now += MINUTE

    after = await house.desk.renew(ANN, mine.task_id, mine.fence)

    assert isinstance(after, Leased)
    assert after.until == mine.until


async def test_in_a_call_renewing_keeps_it(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.in_call(ANN)
    house.now += MINUTE

    after = await house.desk.renew(ANN, mine.task_id, mine.fence)

    assert isinstance(after, Leased)
    assert after.until == house.now + 2 * MINUTE


async def test_somebody_elses_fence_is_worth_nothing(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)

    assert await house.desk.renew(BEN, mine.task_id, mine.fence) == LeaseLost("not_held")


async def test_a_task_that_is_given_back_waits_for_another(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)

    assert await house.desk.give_back(ANN, mine.task_id, mine.fence, "language") == GivenBack()
    assert (await house.held(BEN)).task_id == "t-1"


async def test_who_gave_it_back_is_not_offered_it_again_for_an_hour(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)
    await house.desk.give_back(ANN, mine.task_id, mine.fence, "language")
    house.now += HOUR - 1

    assert isinstance(await house.desk.next_task(ANN), NothingToDo)


async def test_what_was_dialled_cannot_be_given_back(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.in_call(ANN)

    assert await house.desk.give_back(ANN, mine.task_id, mine.fence, "other") == LeaseLost("dialled")


async def test_what_was_dialled_is_nobody_elses_however_long_it_takes(store):
    house = House(store)
    await house.put(task("t-1"))
    await house.in_call(ANN)
    house.now += HOUR

    assert isinstance(await house.desk.next_task(BEN), NothingToDo)


async def test_who_dialled_is_asked_for_the_outcome_before_the_next_task(store):
    house = House(store)
    await house.put(task("t-1"), task("t-2"))
    await house.in_call(ANN)
    house.now += HOUR

    back = await house.held(ANN)

    assert (back.task_id, back.is_late) == ("t-1", True)
