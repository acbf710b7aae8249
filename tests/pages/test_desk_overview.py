"""The supervisor's page follows what happens, without being loaded again, and says when it no longer can."""

import pytest

from tests.gateway.calls.house import ANN
from tests.pages.desk_office import call, house, more_parts

__all__ = ["house", "more_parts"]

_STREAMS = """window.streams = [];
window.EventSource = class extends EventSource { constructor(url) { super(url); streams.push(this); } };"""

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_an_agent_takes_appears_by_itself(house, signed_in):
    await house.put(call())
    tab = await signed_in("supervisor")
    await tab.opens("/desk/overview")
    await tab.page.wait_for_function("document.getElementById('line').textContent.includes('follows')")
    await house.held(ANN)

    await tab.page.get_by_role("button", name="Take back").wait_for()


async def test_a_page_whose_session_is_over_goes_to_the_sign_in(house, front, signed_in):
    await house.put(call())
    tab = await signed_in("supervisor")
    tab.expected = ("401",)
    await tab.opens("/desk/overview")
    await tab.page.wait_for_function("document.getElementById('line').textContent.includes('follows')")
    front.hours.pass_by(hours=1)
    await house.held(ANN)

    await tab.page.wait_for_url("**/desk/sign-in**")
    tab.troubles.remove(f"{tab.url}/desk/events: net::ERR_ABORTED")  # leaving the page ends its stream


async def test_news_take_no_form_away_that_somebody_fills_in(house, signed_in):
    """The page is told that something changed while a supervisor has chosen an outcome and types nothing."""
    await house.put(call())
    await house.in_call(ANN)
    house.now += 121_000
    tab = await signed_in("supervisor")
    await tab.page.add_init_script(_STREAMS)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url.removeprefix(tab.url)))
    await tab.opens("/desk/overview")
    await tab.page.get_by_role("button", name="Say what came of it").click()
    await tab.page.get_by_label("Refuses to pay").check()
    asked.clear()
    await tab.page.evaluate("streams.forEach(each => each.dispatchEvent(new MessageEvent('changed')))")

    assert (await tab.page.get_by_label("Refuses to pay").is_checked(), "/desk/overview/now" in asked) == (True, False)
    assert not await tab.page.locator("#line").is_visible()
