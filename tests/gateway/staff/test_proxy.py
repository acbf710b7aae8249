"""A proxy vouches for people: believed from its own address, with its secret, and when it says each thing once."""

import httpx
import pytest

from dispatcher.gateway.buckets import Buckets
from dispatcher.gateway.peers import behind
from dispatcher.gateway.staff.proxy import Proxy, Vouched
from dispatcher.settings import Secret
from tests.gateway.staff.front import URL, Front

SHARED = "a secret that both know"
SIGN_OUT = "https://desk.example/oauth2/sign_out"
PROXY = Proxy(("10.0.0.0/24", "2001:db8::/64"), Secret(SHARED), SIGN_OUT)
SAID = [("x-staff-name", "ann@example.com"), ("x-staff-role", "supervisor"), ("x-staff-secret", SHARED)]


def test_it_is_believed():
    assert PROXY.vouches("10.0.0.7", SAID) == Vouched("ann@example.com", "supervisor")


@pytest.mark.parametrize("peer", ["10.0.1.7", "192.0.2.1", "2001:db8:1::1", "", "unix"])
def test_from_another_address_it_is_not(peer):
    assert PROXY.vouches(peer, SAID) is None


@pytest.mark.parametrize(
    "said",
    [
        SAID[:2],
        SAID[1:],
        [*SAID[:2], ("x-staff-secret", "guessed")],
        [*SAID[:2], ("x-staff-secret", "")],
        [*SAID, ("X-Staff-Role", "auditor")],
        [*SAID, ("x-staff-secret", SHARED)],
        [("x-staff-name", "ann\tbob"), *SAID[1:]],
        [SAID[0], ("x-staff-role", "owner"), SAID[2]],
        [SAID[0], ("x-staff-role", ""), SAID[2]],
    ],
)
def test_what_is_missing_wrong_or_said_twice_vouches_for_nobody(said):
    assert PROXY.vouches("10.0.0.7", said) is None


@pytest.fixture
def front(file_store) -> Front:
    return Front(file_store, proxy=PROXY)


@pytest.mark.asyncio
async def test_whom_the_proxy_vouches_for_is_in(front):
    shown = await front.browser("10.0.0.7", **dict(SAID)).opens("/desk/home")
    assert (shown.status_code, "ann@example.com" in shown.text) == (200, True)


@pytest.mark.asyncio
async def test_whom_the_proxy_signed_in_signs_out_there(front):
    shown = await front.browser("10.0.0.7", **dict(SAID)).opens("/desk/home")
    assert (f'href="{SIGN_OUT}"' in shown.text, "/desk/sign-out" in shown.text) == (True, False)


@pytest.mark.asyncio
async def test_a_stranger_who_says_the_same_is_not(front):
    assert (await front.browser("192.0.2.9", **dict(SAID)).opens("/desk/home")).status_code == 303


@pytest.mark.asyncio
async def test_beside_a_proxy_no_local_account_lets_anybody_in(front):
    front.employs("ann")
    assert (await front.browser().signs_in("ann")).status_code == 403


@pytest.mark.asyncio
async def test_forms_of_people_of_a_proxy_need_their_token_too(front):
    browser = front.browser("10.0.0.7", **dict(SAID))
    await browser.opens("/desk/home")
    spoken = await browser.sends("/desk/language", language="zh-CN")
    refused = await browser.sends("/desk/language", language="zh-CN", form_token="x")
    assert (spoken.status_code, refused.status_code) == (303, 403)


def through(front: Front, peer: str, **headers: str) -> httpx.AsyncClient:
    """A client whose connection comes from `peer`, at a gateway that believes X-Forwarded-For of the proxy."""
    app = behind(PROXY.networks, front.site.app)
    transport = httpx.ASGITransport(app, client=(peer, 1))
    return httpx.AsyncClient(transport=transport, base_url=URL, headers={"accept": "text/html"} | headers)


@pytest.mark.asyncio
async def test_the_proxy_is_known_by_its_connection_whatever_client_it_names(front):
    answer = await through(front, "10.0.0.7", **dict(SAID), **{"x-forwarded-for": "192.0.2.5"}).get("/desk/home")
    assert answer.status_code == 200


@pytest.mark.asyncio
async def test_naming_the_proxy_as_client_makes_nobody_the_proxy(front):
    answer = await through(front, "192.0.2.9", **dict(SAID), **{"x-forwarded-for": "10.0.0.7"}).get("/desk/home")
    assert answer.status_code == 303


@pytest.mark.asyncio
async def test_attempts_are_counted_for_the_client_that_the_proxy_names(file_store):
    front = Front(file_store, attempts=Buckets(0.2, 1, lambda: 0.0))
    statuses = []
    for client in ("192.0.2.5", "192.0.2.5", "192.0.2.6"):
        async with through(front, "10.0.0.7", **{"x-forwarded-for": client}) as browser:
            asked = await browser.get("/desk/sign-in")
            token = asked.text.partition('name="form_token" value="')[2].partition('"')[0]
            fields = {"form_token": token, "name": "ann", "password": "not the password"}
            statuses.append((await browser.post("/desk/sign-in", data=fields, headers={"origin": URL})).status_code)
    assert statuses == [422, 429, 422]
