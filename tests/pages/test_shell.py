"""The frame of the staff pages in a real browser: for keyboards, for everybody, and deaf to what others wrote."""

import pytest
from sqlalchemy import insert

from dispatcher.gateway.staff.audit import WHATS, Deed
from dispatcher.gateway.staff.tables import AUDIT
from tests.gateway.staff.front import PASSWORD
from tests.pages.hostile import HOSTILE

pytestmark = pytest.mark.asyncio(loop_scope="session")

_PAGES = {
    "sign-in": (None, "/desk/sign-in"),
    "home": ("supervisor", "/desk/home"),
    "audit": ("auditor", "/desk/audit"),
    "not-for-your-role": ("agent", "/desk/audit"),
}
_LOOKS = {
    "desktop-en": {"language": "en-GB"},
    "phone-zh": {"language": "zh-CN", "phone": True},
    "phone-en": {"language": "en-GB", "phone": True},
    "desktop-zh": {"language": "zh-CN"},
    "desktop-en-dark": {"language": "en-GB", "dark": True},
}
_QUICK = {("sign-in", "desktop-en"), ("home", "phone-zh"), ("audit", "desktop-en"), ("audit", "phone-zh")}


@pytest.fixture
def busy(front):
    """A gateway whose record has a row of every kind."""
    with front.store.engine.begin() as connection:
        for number, what in enumerate(WHATS):
            deed = Deed(what, "ann", "agent", "wrong_password", "192.0.2.1", f"C-{number}", f"t-{number:016x}")
            front.audit.write(connection, deed)
    return front


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
    assert "What you may do here as supervisor" in await tab.text()


async def test_a_wrong_password_is_said_where_a_screen_reader_hears_it(tab_of):
    tab = await tab_of()
    tab.expected = ("422",)
    await tab.opens("/desk/sign-in")
    await tab.page.fill("#name", "ann")
    await tab.page.fill("#password", "not the password")
    await tab.page.click("main button")
    alert = tab.page.get_by_role("alert")
    assert "Name or password is wrong" in await alert.inner_text()
    await tab.shot("sign-in-refused")


async def test_the_first_key_leads_to_the_content(signed_in):
    tab = await signed_in("agent")
    await tab.opens("/desk/home")
    await tab.page.keyboard.press("Tab")
    await tab.page.keyboard.press("Enter")
    assert await tab.page.evaluate("document.activeElement.id") == "main"


async def test_a_language_is_chosen_and_one_signs_out(signed_in):
    tab = await signed_in("agent")
    await tab.opens("/desk/home")
    await tab.page.get_by_role("button", name="简体中文").click()
    await tab.page.get_by_role("button", name="退出登录").click()
    assert "您已退出登录" in await tab.text()


async def test_nothing_that_stands_in_the_record_is_run(front, signed_in):
    rows = [
        {
            "number": number,
            "at": front.hours(),
            "name": text,
            "role": text,
            "what": text,
            "detail": text,
            "address": text,
        }
        | {"customer_id": text, "task_id": text, "seal": b"", "link": b""}
        for number, text in enumerate(HOSTILE, start=1000)
    ]
    with front.store.engine.begin() as connection:
        connection.execute(insert(AUDIT), rows)
    tab = await signed_in("auditor")
    await tab.opens("/desk/audit")
    shown = await tab.page.locator("tbody td:nth-child(7)").all_inner_texts()
    assert set(HOSTILE) <= set(shown)


async def test_what_was_asked_for_stands_in_the_form_as_text(signed_in):
    tab = await signed_in("auditor")
    for text in HOSTILE[:4]:
        await tab.opens("/desk/audit")
        await tab.page.fill("#customer", text)
        await tab.page.click("form[role=search] button")
        assert await tab.page.input_value("#customer") == text


@pytest.mark.parametrize(
    ("page", "look"),
    [
        pytest.param(page, look, marks=[] if (page, look) in _QUICK else pytest.mark.slow)
        for page in _PAGES
        for look in _LOOKS
    ],
)
async def test_a_page_is_open_to_everybody(busy, tab_of, signed_in, page, look):
    role, path = _PAGES[page]
    tab = await (tab_of(**_LOOKS[look]) if role is None else signed_in(role, **_LOOKS[look]))
    tab.expected = ("403",)
    await tab.opens(path)
    await tab.shot(f"{page}-{look}")
    assert (await tab.barriers(), await tab.overflows()) == ([], False)
