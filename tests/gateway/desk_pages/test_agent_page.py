"""The agent's page over the real desk: one task at a time, the number only after the lane's word, and one report."""

from datetime import timedelta

import pytest

from dispatcher.gateway.dialling import NoAnswer, Refused
from schemas.inbox import ContactReported, PromiseMade
from schemas.journal import Reason
from tests.gateway.calls.house import HOUR, NOW, NUMBER, OPENED
from tests.gateway.desk_pages.office import office, shown, task

pytestmark = pytest.mark.asyncio

PROMISED = {"amount": "179.00", "day": (NOW + timedelta(days=7)).date().isoformat(), "said": "identity"}


async def test_whoever_comes_is_asked_whether_they_are_ready(store):
    ann = await (await office(store, task())).agent()

    assert "Next task" in (await ann.opens()).text


async def test_opening_the_page_takes_no_task(store):
    here = await office(store, task())
    await (await here.agent()).opens()

    assert (await here.house.desk.overview()).leased == ()


async def test_the_next_task_says_whom_to_call_about_what(store):
    ann = await (await office(store, task())).agent()
    await ann.opens()

    said = (await ann.does("next")).text

    assert all(each in said for each in ("C-ct-0001.1", "2026/1", "€129.00", "31 d", "Wednesday 10:00"))


async def test_a_number_is_masked_until_the_call_is_permitted(store):
    ann = await (await office(store, task())).agent()
    await ann.opens()

    said = (await ann.does("next")).text

    assert (NUMBER in said, "••23" in said) == (False, True)


async def test_dialling_shows_the_number(store):
    ann = await (await office(store, task())).agent()

    assert f'href="tel:{NUMBER}"' in (await ann.calls()).text


async def test_a_number_is_noted_in_the_record_before_it_is_shown(store):
    here = await office(store, task())
    await (await here.agent()).calls()

    assert here.front.record()[-3:] == ["ann task_taken", "ann dialled", "ann number_revealed"]


async def test_loading_the_page_again_in_a_call_shows_it_again_and_notes_it_again(store):
    here = await office(store, task())
    ann = await here.agent()
    await ann.calls()

    said = await ann.opens()

    assert (NUMBER in said.text, here.front.record()[-1]) == (True, "ann number_revealed")


async def test_instants_are_written_as_in_the_country_that_the_browser_names(store):
    here = await office(store, task())
    here.house.lane.answer = Refused((Reason("quiet_hours"),), OPENED + 3 * HOUR)
    ann = await here.agent()
    ann.browser.client.headers["accept-language"] = "en-GB,en;q=0.9"

    assert "4 Mar 2026 13:00 (United Kingdom Time)" in shown(await ann.calls()).text


async def test_a_refusal_says_why_and_when_it_would_be_possible(store):
    here = await office(store, task())
    here.house.lane.answer = Refused((Reason("quiet_hours"),), OPENED + 3 * HOUR)

    said = shown(await (await here.agent()).calls()).text

    assert "It is night" in said
    assert "Mar 4, 2026 1:00 PM (United Kingdom Time)" in said
    assert NUMBER not in said


async def test_without_an_answer_of_the_lane_nobody_dials_and_the_task_stays(store):
    here = await office(store, task())
    here.house.lane.answer = NoAnswer("nobody answered")

    said = shown(await (await here.agent()).calls()).text

    assert "do not dial" in said
    assert "••23" in said
    assert NUMBER not in said


async def test_the_script_has_a_box_for_each_disclosure(store):
    ann = await (await office(store, task())).agent()

    assert shown(await ann.calls()).values("said") == ["identity", "check"]


async def test_a_promise_is_stated_with_its_date_and_amount(store):
    here = await office(store, task())
    ann = await here.agent()
    await ann.calls()
    await ann.reports("promise_to_pay", **PROMISED)

    (promise,) = [each for each in here.house.kafka.facts() if isinstance(each, PromiseMade)]

    assert (promise.amount, promise.currency) == (17_900, "EUR")


async def test_what_was_not_confirmed_is_named_in_the_scripts_words(store):
    ann = await (await office(store, task())).agent()
    await ann.calls()

    said = (await ann.reports("promise_to_pay", **PROMISED)).text

    assert "Not confirmed: Check who is speaking. Please" in said


async def test_a_report_sent_twice_is_one(store):
    here = await office(store, task())
    ann = await here.agent()
    await ann.calls()
    form = dict(ann.task)
    await ann.reports("promise_to_pay", **PROMISED)
    again = await ann.reports("promise_to_pay", **(form | PROMISED))

    reports = [each for each in here.house.kafka.facts() if isinstance(each, ContactReported)]
    assert (len(reports), "recorded already" in again.text) == (1, True)


async def test_after_a_report_the_next_task_is_there_at_once(store):
    ann = await (await office(store, task("ct-1.1"), task("ct-2.1"))).agent()
    await ann.calls()

    said = (await ann.reports("no_answer", then="next")).text

    assert "Recorded." in said
    assert "C-ct-2.1" in said


async def test_what_is_missing_is_said_at_its_field_and_above(store):
    ann = await (await office(store, task())).agent()
    await ann.calls()

    answer = await ann.reports("promise_to_pay", amount="12,345,6", note="keep me")

    page = shown(answer)
    assert answer.status_code == 422
    assert page.text.count("Enter an amount in figures") == 2
    assert "keep me" in page.text


async def test_an_outcome_has_to_be_chosen(store):
    ann = await (await office(store, task())).agent()
    await ann.calls()

    assert "Choose an outcome." in (await ann.does("report")).text


async def test_a_lease_that_is_over_is_told_with_what_becomes_of_the_task(store):
    here = await office(store, task())
    ann = await here.agent()
    await ann.opens()
    await ann.does("next")
    here.pass_by(seconds=121)

    said = (await ann.does("dial")).text

    assert "The time to dial was over" in said
    assert "Next task" in said
    assert NUMBER not in said


async def test_a_call_is_renewed_and_only_its_clock_is_sent(store):
    here = await office(store, task())
    ann = await here.agent()
    await ann.calls()
    here.pass_by(seconds=100)
    part = await ann.browser.client.post(
        "/desk/renew",
        data=ann.task | {"form_token": ann.browser.token},
        headers={"hx-request": "true", "origin": ann.browser.origin, "sec-fetch-site": "same-origin"},
    )

    assert 'data-left="120"' in part.text
    assert NUMBER not in part.text


async def test_a_task_that_was_given_back_waits_for_somebody_else(store):
    here = await office(store, task())
    ann, ben = await here.agent("ann"), await here.agent("ben")
    await ann.opens()
    await ann.does("next")
    await ann.does("give_back", why="language")
    await ben.opens()

    assert "C-ct-0001.1" in (await ben.does("next")).text


async def test_a_special_case_reaches_the_supervisor_with_what_was_written(store):
    here = await office(store, task())
    ann, eve = await here.agent("ann"), await here.agent("eve", "supervisor")
    await ann.opens()
    await ann.does("next")
    await ann.does("escalate", note="A minister of state.")

    assert "A minister of state." in (await eve.opens("/desk/overview")).text


@pytest.mark.parametrize("kind", ["letter", "visit", "legal", "agency"])
async def test_what_is_not_dialled_has_a_form_of_its_own_at_once(store, kind):
    ann = await (await office(store, task(kind=kind, contact_point="postal_address"))).agent()
    await ann.opens()

    page = shown(await ann.does("next"))

    assert page.values("outcome")[-2:] == ["done", "not_done"]
    assert "dial" not in page.ids


async def test_counsel_approves_or_not(store):
    eve = await (await office(store, task(kind="legal", contact_point="case_file", gate="counsel"))).agent(
        "eve", "supervisor"
    )
    await eve.opens()

    page = shown(await eve.does("next"))

    assert page.values("outcome") == ["approved", "not_approved"]


async def test_no_address_names_a_task_or_a_customer(store):
    ann = await (await office(store, task())).agent()

    page = shown(await ann.calls())

    addresses = [each.get("href", "") or "" for each in page.all("a")] + [each["action"] for each in page.all("form")]
    assert not [each for each in addresses if "ct-0001" in each or "C-" in each]


async def test_nothing_of_it_is_kept_by_a_browser(store):
    ann = await (await office(store, task())).agent()

    assert (await ann.calls()).headers["cache-control"] == "no-store"


async def test_a_form_that_is_none_of_ours_is_refused(store):
    ann = await (await office(store, task())).agent()
    await ann.opens()
    ann.browser.token = "of another page"

    assert (await ann.does("next")).status_code == 403


async def test_the_page_speaks_chinese(store):
    here = await office(store, task())
    ann = await here.agent()
    ann.browser.client.headers["accept-language"] = "zh-CN"

    said = (await ann.calls()).text

    assert all(each in said for each in ("承诺付款", "€129.00", "2026年2月1日", "星期三 10:00", "英国时间"))
