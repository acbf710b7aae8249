"""A session is as long as somebody is there, at most a working day, and belongs to one sign-in."""

import pytest
from sqlalchemy import select, update

from dispatcher.gateway.staff.tables import ACCOUNTS, SESSIONS
from tests.gateway.staff.front import Front

pytestmark = pytest.mark.asyncio
COOKIE = "__Host-staff-session"


@pytest.fixture
def front(store) -> Front:
    return Front(store)


async def test_somebody_who_is_away_for_half_an_hour_is_out(front):
    browser = await front.signed_in("agent")
    front.hours.pass_by(minutes=29)
    still = await browser.is_in()
    front.hours.pass_by(minutes=30)
    assert (still, await browser.is_in()) == (True, False)


async def test_somebody_who_is_busy_is_out_after_ten_hours(front):
    browser = await front.signed_in("agent")
    for _ in range(30):
        front.hours.pass_by(minutes=19)
        assert await browser.is_in()
    front.hours.pass_by(minutes=30)
    assert not await browser.is_in()


async def test_a_session_that_is_over_is_explained(front):
    browser = await front.signed_in("agent")
    front.hours.pass_by(hours=1)
    await browser.opens("/desk/home")
    assert "30 minutes" in (await browser.opens("/desk/sign-in")).text


async def test_signing_out_ends_the_session_and_not_only_the_cookie(front):
    browser = await front.signed_in("agent")
    token = browser.client.cookies[COOKIE]
    await browser.opens("/desk/home")
    await browser.sends("/desk/sign-out")
    thief = front.browser(cookie=f"{COOKIE}={token}")
    assert (await browser.is_in(), await thief.is_in()) == (False, False)


async def test_a_token_that_was_planted_is_not_the_one_that_signs_in(front):
    front.employs("ann")
    victim = front.browser()
    victim.client.cookies.set(COOKIE, "planted", domain="desk.example")
    await victim.signs_in("ann")
    thief = front.browser(cookie=f"{COOKIE}=planted")
    assert not await thief.is_in()


async def test_signing_in_anew_ends_the_session_before(front):
    browser = await front.signed_in("agent")
    before = browser.client.cookies[COOKIE]
    await browser.opens("/desk/home")
    await browser.sends("/desk/sign-in", name="agent", password="long enough 4 me")
    assert not await front.browser(cookie=f"{COOKIE}={before}").is_in()


@pytest.mark.parametrize("change", ["disable", "give_role", "give_password"])
async def test_what_changes_an_account_ends_its_sessions(front, change):
    browser = await front.signed_in("agent")
    given = {"disable": 1, "give_role": "auditor", "give_password": "x"}[change]
    with front.store.engine.begin() as connection:
        getattr(front.accounts, change)(connection, "agent", given)
    assert not await browser.is_in()


async def test_an_account_that_is_closed_by_whatever_means_is_out(front):
    browser = await front.signed_in("agent")
    with front.store.engine.begin() as connection:
        connection.execute(update(ACCOUNTS).values(disabled_at=1))
    assert not await browser.is_in()


async def test_the_store_knows_no_token(front):
    browser = await front.signed_in("agent")
    with front.store.engine.connect() as connection:
        (digest,) = connection.execute(select(SESSIONS.c.digest)).scalars()
    assert browser.client.cookies[COOKIE].encode() not in digest


async def test_the_cookie_is_for_the_server_alone(front):
    front.employs("ann")
    set_cookies = (await front.browser().signs_in("ann")).headers.get_list("set-cookie")
    (made,) = [each for each in set_cookies if each.startswith(COOKIE)]
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(made.split("; "))
    assert "Domain" not in made


async def test_over_clear_text_on_this_machine_the_cookie_has_another_name(store):
    front = Front(store, url=None)
    front.employs("ann")
    browser = front.browser()
    await browser.signs_in("ann")
    assert (await browser.is_in(), "staff-session" in browser.client.cookies) == (True, True)
