"""The supervisor's pages over the real desk: what waits, who has what, and what only a supervisor may say."""

from datetime import timedelta

import pytest

from schemas.inbox import ContactReported
from tests.gateway.calls.house import ANN, NOW, NUMBER
from tests.gateway.desk_pages.office import office, shown, task

pytestmark = pytest.mark.asyncio


async def vanished(store):
    """Ann has dialled and is gone; Eve looks at the desk."""
    here = await office(store, task())
    await here.house.in_call(ANN)
    here.pass_by(seconds=121)
    eve = await here.agent("eve", "supervisor")
    return here, eve, await eve.opens("/desk/overview")


async def test_the_queue_is_shown_by_kind_and_priority(store):
    eve = await (await office(store, task(priority=7), task("v-1", kind="visit", priority=2))).agent(
        "eve", "supervisor"
    )

    said = shown(await eve.opens("/desk/overview")).text

    assert "Call 7 1 0" in said
    assert "Visit 2 1 0" in said


async def test_what_was_dialled_and_has_no_outcome_stands_first(store):
    _, _, answer = await vanished(store)

    assert "Dialled, and no outcome 1" in shown(answer).text


async def test_each_customer_is_a_step_away_from_their_story(store):
    """As a page of its own: only pages of the desk take the place of the desk."""
    _, _, answer = await vanished(store)

    assert [each for each in shown(answer).all("a") if each["href"] == "/why/C-ct-0001.1"] == [
        {"href": "/why/C-ct-0001.1", "hx-boost": "false"}
    ]


async def test_a_supervisor_says_what_came_of_it_without_seeing_the_number(store):
    _, eve, _ = await vanished(store)

    page = await eve.does("resolve", "/desk/overview", task_id="ct-0001.1")

    assert "abandoned" in shown(page).values("outcome")
    assert NUMBER not in page.text


async def test_what_a_supervisor_found_out_is_reported(store):
    here, eve, _ = await vanished(store)
    await eve.does("resolve", "/desk/overview", task_id="ct-0001.1")
    await eve.does("resolved", "/desk/overview", outcome="no_answer")

    assert [each.outcome for each in here.house.kafka.facts() if isinstance(each, ContactReported)] == ["no_answer"]


async def test_an_outcome_that_is_not_whole_is_asked_for_again(store):
    _, eve, _ = await vanished(store)
    await eve.does("resolve", "/desk/overview", task_id="ct-0001.1")

    answer = await eve.does("resolved", "/desk/overview", outcome="dispute")

    assert answer.status_code == 422
    assert "Write down what was said." in answer.text


async def test_where_nobody_was_called_the_desk_is_told_so(store):
    here, eve, _ = await vanished(store)
    await eve.does("resolve", "/desk/overview", task_id="ct-0001.1")
    await eve.does("not_called", "/desk/overview")

    assert (await here.house.desk.overview()).without_outcome == ()


async def test_a_task_that_was_reported_meanwhile_cannot_be_resolved(store):
    _, eve, _ = await vanished(store)
    await eve.does("resolve", "/desk/overview", task_id="ct-0001.1")
    form = dict(eve.task)
    await eve.does("resolved", "/desk/overview", outcome="no_answer")

    said = await eve.does("resolve", "/desk/overview", **form)

    assert "no longer possible" in said.text


async def test_a_lease_is_taken_back(store):
    here = await office(store, task())
    await here.house.held(ANN)
    eve = await here.agent("eve", "supervisor")
    await eve.opens("/desk/overview")
    await eve.does("take_back", "/desk/overview", task_id="ct-0001.1")

    assert (await here.house.desk.overview()).leased == ()


async def test_a_task_that_is_set_aside_can_be_put_back(store):
    here = await office(store, task(expires_at=NOW + timedelta(minutes=30)))
    eve = await here.agent("eve", "supervisor")
    await eve.opens("/desk/overview")
    aside = shown(await eve.does("set_aside", "/desk/overview", task_id="ct-0001.1")).text
    back = shown(await eve.does("put_back", "/desk/overview", task_id="ct-0001.1")).text

    assert ("Set aside 1" in aside, "Set aside 0" in back) == (True, True)


async def test_each_step_of_a_supervisor_is_in_the_record(store):
    here, eve, _ = await vanished(store)
    await eve.does("resolve", "/desk/overview", task_id="ct-0001.1")
    await eve.does("resolved", "/desk/overview", outcome="no_answer")

    assert here.front.record()[-2:] == ["eve customer_viewed", "eve task_resolved no_answer"]


async def test_a_case_that_is_dealt_with_leaves_the_list(store):
    here = await office(store, task())
    mine = await here.house.held(ANN)
    await here.house.desk.escalate(ANN, mine.task_id, mine.fence, "submit-1", "A public figure.")
    eve = await here.agent("eve", "supervisor")
    await eve.opens("/desk/overview")

    said = await eve.does("release", "/desk/overview", case="submit-1")

    assert "A public figure." not in said.text
