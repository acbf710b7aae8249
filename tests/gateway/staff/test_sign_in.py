"""Signing in: right or not, and a stranger learns nothing else."""

import pytest

from dispatcher.gateway.buckets import Buckets
from tests.gateway.staff.front import PASSWORD, Front


@pytest.fixture
def front(store) -> Front:
    made = Front(store)
    made.employs("ann")
    return made


pytestmark = pytest.mark.asyncio


async def test_with_the_right_password_one_is_in(front):
    browser = front.browser()
    assert ((await browser.signs_in("ann")).headers["location"], await browser.is_in()) == ("/desk/home", True)


@pytest.mark.parametrize(
    ("role", "came_by", "lands"),
    [
        ("auditor", "/desk", "/desk/home"),
        ("auditor", "/desk/tasks/ct-1.1", "/desk/home"),
        ("auditor", "/desk/audit", "/desk/audit"),
        ("agent", "/desk", "/desk"),
        ("agent", "/why/C-1", "/desk/home"),
    ],
)
async def test_one_lands_on_a_page_that_one_may_see(front, role, came_by, lands):
    front.employs(f"a {role}".replace(" ", "."), role)
    browser = front.browser()
    await browser.opens(f"/desk/sign-in?next={came_by}")
    answer = await browser.sends("/desk/sign-in", name=f"a.{role}", password=PASSWORD, next=came_by)
    again = await browser.opens(f"/desk/sign-in?next={came_by}")
    assert (answer.headers["location"], again.headers["location"]) == (lands, lands)


async def test_a_name_is_read_in_small_letters(front):
    assert (await front.browser().signs_in(" Ann ")).status_code == 303


async def test_without_signing_in_one_is_asked_to_and_led_back(front):
    assert (await front.browser().opens("/desk/home")).headers["location"] == "/desk/sign-in?next=/desk/home"


async def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(front):
    wrong, unknown = front.browser(), front.browser()
    answers = [await wrong.signs_in("ann", "not the password"), await unknown.signs_in("bob", "not the password")]
    assert [each.status_code for each in answers] == [422, 422]
    shown = [each.text.replace(browser.token, "") for each, browser in zip(answers, (wrong, unknown), strict=True)]
    assert len({text.split("<main")[1].split("</main>")[0] for text in shown}) == 1


async def test_an_unknown_name_and_a_wrong_password_are_answered_after_the_same_time(front):
    await front.browser().signs_in("ann", "not the password")
    await front.browser().signs_in("bob", "not the password")
    assert front.waited == [0.6, 0.6]


async def test_a_name_that_nobody_has_is_not_recorded(front):
    await front.browser().signs_in("my password by mistake", "ann")
    assert front.record()[1:] == ["? sign_in_failed unknown_name"]


async def test_what_happened_is_recorded(front):
    browser = front.browser()
    await browser.signs_in("ann", "not the password")
    await browser.signs_in("ann")
    await browser.opens("/desk/home")
    await browser.sends("/desk/sign-out")
    assert front.record() == [
        "operator account_added ann agent",
        "ann sign_in_failed wrong_password",
        "ann signed_in",
        "ann signed_out",
    ]


async def test_five_wrong_passwords_close_an_account_for_a_while(front):
    for _ in range(5):
        await front.browser().signs_in("ann", "not the password")
    closed = await front.browser().signs_in("ann")
    front.hours.pass_by(minutes=0.5)
    assert (closed.status_code, (await front.browser().signs_in("ann")).status_code) == (422, 303)


async def test_each_further_wrong_password_doubles_the_while(front):
    for _ in range(5):
        await front.browser().signs_in("ann", "not the password")
    front.hours.pass_by(minutes=0.5)
    await front.browser().signs_in("ann", "not the password")
    front.hours.pass_by(minutes=0.6)
    still = await front.browser().signs_in("ann")
    front.hours.pass_by(minutes=0.5)
    assert (still.status_code, (await front.browser().signs_in("ann")).status_code) == (422, 303)


async def test_the_right_password_makes_the_wrong_ones_forgotten(front):
    for _ in range(3):
        await front.browser().signs_in("ann", "not the password")
        await front.browser().signs_in("ann", "not the password")
        assert (await front.browser().signs_in("ann")).status_code == 303


async def test_an_address_may_not_try_for_ever(store):
    front = Front(store, attempts=Buckets(0.2, 2, lambda: 0.0))
    statuses = [(await front.browser().signs_in(f"name{each}")).status_code for each in range(3)]
    assert statuses == [422, 422, 429]


async def test_a_closed_account_lets_nobody_in(front):
    with front.store.engine.begin() as connection:
        front.accounts.disable(connection, "ann", 1)
    assert (await front.browser().signs_in("ann")).status_code == 422


async def test_a_link_leads_to_no_other_host(front):
    browser = front.browser()
    await browser.opens("/desk/sign-in?next=//evil.example/")
    answer = await browser.sends("/desk/sign-in", name="ann", password=PASSWORD, next="//evil.example/")
    assert answer.headers["location"] == "/desk/home"
