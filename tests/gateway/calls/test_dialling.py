"""A number is shown only after the customer's lane said that it may be dialled now, and then the task is one person's."""

import pytest

from dispatcher.gateway.calls.results import Dialled, Leased, LeaseLost, NoAnswer, NothingToDo, Refused
from dispatcher.gateway.dialling import AmountNow, Permitted
from dispatcher.gateway.dialling import NoAnswer as Silence
from dispatcher.gateway.dialling import Refused as Forbidden
from schemas.journal import Reason
from schemas.reasons import ReasonCode
from tests.gateway.calls.house import ANN, BEN, EVE, HOUR, MINUTE, NUMBER, House, task

pytestmark = pytest.mark.asyncio


def forbidden(code: ReasonCode, next_at: int | None = None, *, is_over: bool = False) -> Forbidden:
    return Forbidden((Reason(code),), next_at, is_over)


async def dialled(house: House, *tasks):
    """What comes of Ann's trying to dial."""
    await house.put(*(tasks or (task("t-1"),)))
    mine = await house.held(ANN)
    return await house.desk.dial(ANN, mine.task_id, mine.fence)


async def test_what_is_permitted_shows_number_and_script(store):
    answer = await dialled(House(store))

    assert isinstance(answer, Dialled)
    assert (answer.work.contact_point, "Northwind" in answer.work.script) == (NUMBER, True)


async def test_the_lane_is_asked_for_the_customer_the_task_the_lease_and_the_collector(store):
    house = House(store)
    answer = await dialled(house)

    assert isinstance(answer, Dialled)
    assert house.lane.asked == [("C-t-1", "t-1", answer.leased.fence, "ann")]


async def test_the_amounts_are_those_that_the_lane_knows_now(store):
    house = House(store)
    house.lane.answer = Permitted(house.now, house.now + HOUR, (AmountNow("R-1", 2_900, "EUR"),))

    answer = await dialled(house)

    assert isinstance(answer, Dialled)
    assert ([(each.invoice_id, each.amount_due) for each in answer.work.amounts], answer.work.fresh) == (
        [("R-1", 2_900)],
        True,
    )


async def test_asked_twice_the_lane_is_asked_once_and_the_answer_is_the_same(store):
    house = House(store)
    first = await dialled(house)
    assert isinstance(first, Dialled)

    again = await house.desk.dial(ANN, "t-1", first.leased.fence)

    assert (again, len(house.lane.asked)) == (first, 1)


async def test_after_a_reload_the_person_sees_the_call_that_is_going_on(store):
    house = House(store)
    answer = await dialled(house)
    assert isinstance(answer, Dialled)

    assert (await house.held(ANN)).work == answer.work


async def test_under_an_old_lease_nothing_is_asked(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)
    house.now += 2 * MINUTE
    await house.held(BEN)

    assert (await house.desk.dial(ANN, "t-1", mine.fence), house.lane.asked) == (LeaseLost("over_time"), [])


async def test_while_the_lane_is_asked_nobody_else_is_given_the_task(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)
    house.now += 2 * MINUTE - 1
    others: list[object] = []

    async def slowly(customer_id: str, task_id: str, fence: int, by: str) -> Silence:
        house.now += 10_000
        others.append(await house.desk.next_task(BEN))
        return Silence("no answer within 3 s")

    house.desk._dial = slowly

    assert (await house.desk.dial(ANN, "t-1", mine.fence), others) == (
        NoAnswer("no answer within 3 s"),
        [NothingToDo()],
    )


async def test_without_an_answer_the_person_may_ask_again(store):
    house = House(store)
    permitted, house.lane.answer = house.lane.answer, Silence("no answer within 3 s")
    await dialled(house)
    house.lane.answer = permitted
    mine = await house.held(ANN)

    assert isinstance(await house.desk.dial(ANN, mine.task_id, mine.fence), Dialled)


async def test_what_waits_for_its_hour_comes_back_then(store):
    house = House(store)
    house.lane.answer = forbidden("quiet_hours", house.now + HOUR)

    answer = await dialled(house)

    assert answer == Refused((Reason("quiet_hours"),), house.now + HOUR)
    assert await house.desk.next_task(BEN) == NothingToDo(house.now + HOUR)


async def test_what_is_over_leaves_the_queue_with_everything_personal(store):
    house = House(store)
    house.lane.answer = forbidden("paid", is_over=True)

    answer = await dialled(house)

    row = house.columns("t-1")
    assert (answer, row.state, row.ended_by, row.record) == (Refused((Reason("paid"),), None), "over", "paid", None)


async def test_what_only_a_fact_can_change_is_looked_at_again_in_an_hour(store):
    house = House(store)
    house.lane.answer = forbidden("hold")

    assert await dialled(house) == Refused((Reason("hold"),), house.now + HOUR)


async def test_what_passes_by_itself_is_looked_at_again_soon(store):
    house = House(store)
    house.lane.answer = forbidden("paused")

    assert await dialled(house) == Refused((Reason("paused"),), house.now + MINUTE)


async def test_what_was_permitted_before_goes_to_the_supervisor(store):
    house = House(store)
    house.lane.answer = forbidden("already_dialled")

    await dialled(house)

    found = (await house.desk.overview()).without_outcome
    assert [each.task_id for each in found] == ["t-1"]


async def test_and_is_nobodys_task_from_then_on(store):
    house = House(store)
    house.lane.answer = forbidden("already_dialled")
    await dialled(house)

    assert [type(await house.desk.next_task(who)) for who in (ANN, BEN, EVE)] == [NothingToDo] * 3


async def test_who_was_refused_is_given_another_task(store):
    house = House(store)
    house.lane.answer = forbidden("hold")
    await dialled(house, task("t-1"), task("t-2"))

    assert (await house.held(ANN)).task_id == "t-2"


@pytest.mark.parametrize(
    ("answer", "counted"),
    [(forbidden("hold"), "refused"), (Silence("away"), "no_answer")],
    ids=["refused", "no_answer"],
)
async def test_dials_are_counted_by_their_answer(store, answer, counted):
    house = House(store)
    house.lane.answer = answer
    await dialled(house)

    assert house.counted("dispatcher_call_dials_total", answer=counted) == 1


async def test_the_call_may_take_its_time_while_the_person_is_there(store):
    house = House(store)
    mine = await dialled(house)
    assert isinstance(mine, Dialled)
    for _ in range(20):
        house.now += MINUTE
        renewed = await house.desk.renew(ANN, "t-1", mine.leased.fence)

    assert isinstance(renewed, Leased)
    assert (await house.desk.overview()).without_outcome == ()


async def test_a_person_who_vanished_mid_call_is_on_the_supervisors_list(store):
    house = House(store)
    await dialled(house)
    house.now += 2 * MINUTE

    (found,) = (await house.desk.overview()).without_outcome

    assert (found.task_id, found.holder) == ("t-1", "ann")
