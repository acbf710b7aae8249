"""The frame of the staff pages in a real browser: reachable by keyboard, and readable by everybody."""

import pytest

from tests.gateway.staff.front import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_somebody_signs_in_with_the_keyboard_alone(front, tab_of):
    front.employs("ann", "supervisor")
    tab = await tab_of()
    await tab.opens("/desk/home")
    keys = tab.page.keyboard
    await keys.type("ann")
    await keys.press("Tab")
    await keys.type(PASSWORD)
    async with tab.page.expect_navigation():
        await keys.press("Enter")
    assert "Start What you may do here as supervisor" in await tab.text()


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_the_sign_in_page_is_open_to_everybody(tab_of, language, phone):
    tab = await tab_of(language=language, phone=phone)
    await tab.opens("/desk/sign-in")
    await tab.shot(f"sign-in-{language}-{'phone' if phone else 'desktop'}")
    assert (await tab.barriers(), await tab.overflows()) == ([], False)
