"""The pages of "why" in a real browser: found, filtered and read, on every screen and in both languages."""

from pathlib import Path

import pytest

from tests.gateway.why.archived import CUSTOMER, archive_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = "/why/Ada%2F7%20%26%20co"


@pytest.fixture
def more_parts(tmp_path: Path) -> dict[str, object]:
    return {"archive": archive_of(tmp_path)}


async def test_somebody_finds_out_why_with_the_keyboard_alone(signed_in):
    tab = await signed_in("auditor")
    await tab.opens("/why")
    await tab.page.focus("#q")
    keys = tab.page.keyboard
    await keys.type(CUSTOMER)
    async with tab.page.expect_navigation(url="**/why/Ada*"):
        await keys.press("Enter")
    assert "No contact yet: put off" in await tab.text()


async def test_filters_leave_out_what_nobody_asked_for(signed_in):
    tab = await signed_in("supervisor")
    await tab.opens(PAGE)
    await tab.page.select_option("#only", "non_contacts")
    async with tab.page.expect_navigation():
        await tab.page.click("main form button")
    assert await tab.page.locator("article").count() == 2


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["/why", PAGE], ids=["search", "timeline"])
async def test_everybody_can_read_it(signed_in, language, phone, path):
    tab = await signed_in("auditor", language=language, phone=phone)
    await tab.opens(path)
    name = "why" if path == "/why" else "why-timeline"
    await tab.shot(f"{name}-{language}-{'phone' if phone else 'desktop'}")
    assert (await tab.barriers(), await tab.overflows()) == ([], False)


async def test_it_is_printed_without_forms_and_in_full(signed_in):
    tab = await signed_in("auditor")
    await tab.opens(PAGE)
    await tab.page.emulate_media(media="print")
    shown = [await tab.page.locator(each).first.is_visible() for each in ("main form", "article blockquote")]
    assert shown == [False, True]
