"""The agent's page in a real browser: by keyboard, in a race, when time runs out, and without a second report."""

import asyncio

import pytest

from schemas.inbox import ContactReported, PromiseMade
from tests.gateway.calls.house import OPENED
from tests.pages.desk_office import call, house, keeps, more_parts, works_by_keyboard

__all__ = ["house", "more_parts"]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def in_call(tab, *, dial: str = "t") -> None:
    """The next task, dialled."""
    await tab.opens("/desk")
    await tab.page.keyboard.press("n")
    await keeps(tab, "Dial")
    await tab.page.keyboard.press(dial)
    await keeps(tab, "Call +447700900123")


async def test_a_call_is_done_with_the_keyboard_alone(house, signed_in):
    await house.put(call())
    await works_by_keyboard(await signed_in("agent"))

    (promise,) = [each for each in house.kafka.facts() if isinstance(each, PromiseMade)]
    assert (promise.amount, promise.currency) == (10_000, "EUR")


async def test_an_outcome_without_further_fields_takes_two_keys(house, signed_in):
    await house.put(call())
    tab = await signed_in("agent")
    await in_call(tab)
    await tab.page.keyboard.press("1")
    await tab.page.keyboard.press("Enter")
    await keeps(tab, "Recorded.")

    assert [each.outcome for each in house.kafka.facts()] == ["no_answer"]


async def test_only_the_fields_of_the_chosen_outcome_are_shown(house, signed_in):
    await house.put(call())
    tab = await signed_in("agent")
    await in_call(tab)
    await tab.page.keyboard.press("7")

    shown = {name: await tab.page.is_visible(f"#f-{name}") for name in ("amount", "day", "call_back_at", "note")}
    assert shown == {"amount": False, "day": False, "call_back_at": True, "note": True}


async def test_a_key_that_is_typed_into_a_field_chooses_nothing(house, signed_in):
    await house.put(call())
    tab = await signed_in("agent")
    await in_call(tab)
    await tab.page.keyboard.press("m")
    await tab.page.keyboard.type("1 d s")

    assert await tab.page.locator("[name=outcome]:checked").count() == 0


async def test_hot_keys_that_were_switched_off_do_nothing(house, signed_in):
    await house.put(call())
    tab = await signed_in("agent")
    await tab.opens("/desk")
    await tab.page.keyboard.press("?")
    await tab.page.click("#keys-switch")
    await tab.page.click("#keys-close")
    await tab.page.keyboard.press("n")
    await tab.opens("/desk")

    assert (await house.desk.overview()).leased == ()


async def test_the_list_of_keys_names_each_outcome(house, signed_in):
    await house.put(call())
    tab = await signed_in("agent")
    await in_call(tab)
    await tab.page.keyboard.press("?")

    assert await tab.page.locator("#keys dt").count() == 4 + 26


async def test_two_who_press_at_once_are_not_given_the_same_task(house, signed_in):
    await house.put(call())
    tabs = [await signed_in("agent", name=name) for name in ("ann", "ben")]
    for tab in tabs:
        await tab.opens("/desk")
    await asyncio.gather(*(tab.page.click("#next") for tab in tabs))
    await asyncio.gather(*(tab.page.wait_for_selector("#dial, p:has-text('Nothing waits')") for tab in tabs))

    assert sorted([await tab.page.locator("#dial").count() for tab in tabs]) == [0, 1]


async def test_a_double_click_reports_once(house, signed_in):
    await house.put(call())
    tab = await signed_in("agent")
    await in_call(tab)
    await tab.page.keyboard.press("1")
    await tab.page.dblclick("[data-submits]")
    await keeps(tab, "Recorded.")

    assert len([each for each in house.kafka.facts() if isinstance(each, ContactReported)]) == 1


async def test_when_the_time_to_dial_is_over_the_page_says_so_by_itself(house, signed_in):
    await house.put(call())
    tab = await signed_in("agent")
    await tab.page.clock.install()
    await tab.opens("/desk")
    await tab.page.keyboard.press("n")
    await keeps(tab, "Dial")
    house.now = OPENED + 121_000
    await tab.page.clock.fast_forward(121_000)

    await keeps(tab, "The time to dial was over")


async def test_a_warning_is_told_before_the_time_to_dial_is_over(house, signed_in):
    await house.put(call())
    tab = await signed_in("agent")
    await tab.page.clock.install()
    await tab.opens("/desk")
    await tab.page.keyboard.press("n")
    await keeps(tab, "Dial")
    await tab.page.clock.fast_forward(95_000)

    await tab.page.wait_for_function("document.getElementById('live').textContent.includes('seconds left to dial')")


async def test_a_call_is_renewed_while_its_page_is_open(house, signed_in):
    await house.put(call())
    tab = await signed_in("agent")
    await tab.page.clock.install()
    await in_call(tab)
    house.now = OPENED + 70_000
    async with tab.page.expect_response("**/desk/renew") as renewed:
        await tab.page.clock.fast_forward(70_000)
    await (await renewed.value).finished()

    (held,) = (await house.desk.overview()).in_call
    assert held.until == OPENED + 70_000 + 120_000


async def test_what_is_wrong_takes_the_focus_and_leads_to_its_field(house, signed_in):
    await house.put(call())
    tab = await signed_in("agent")
    tab.expected = ("422",)
    await in_call(tab)
    await tab.page.keyboard.press("7")
    await tab.page.click("[data-submits]")
    await keeps(tab, "Nothing was recorded yet")
    await tab.page.wait_for_selector("[role=alert]:focus")
    await tab.page.keyboard.press("Tab")
    await tab.page.keyboard.press("Enter")

    await tab.page.wait_for_selector("#f-contact_class:focus")


async def test_a_call_is_done_without_script(house, front, chromium, signed_in):
    await house.put(call())
    cookies = await (await signed_in("agent")).context.cookies()
    context = await chromium.new_context(java_script_enabled=False, locale="en-GB")
    try:
        await context.add_cookies(cookies)
        page = await context.new_page()
        await page.goto(f"{front.url}/desk")
        await page.click("#next")
        await page.click("#dial")
        await page.check("#o-promise_to_pay")
        await page.fill("#f-amount", "179")
        await page.fill("#f-day", "2026-03-11")
        await page.click("[data-submits]")
        await page.get_by_text("Recorded.").wait_for()
    finally:
        await context.close()

    assert [each.amount for each in house.kafka.facts() if isinstance(each, PromiseMade)] == [17_900]
