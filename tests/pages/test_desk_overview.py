"""The supervisor's page follows what happens, without being loaded again, and says when it no longer can."""

import pytest

from tests.gateway.calls.house import ANN
from tests.pages.desk_office import call, house, more_parts

__all__ = ["house", "more_parts"]

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
