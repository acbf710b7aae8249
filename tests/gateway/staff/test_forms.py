"""A form counts only when a page of ours sent it, with the token that only that page could know."""

import pytest

from dispatcher.gateway.staff.forms import is_from_us, origin_of
from tests.gateway.staff.front import PASSWORD

OURS = {"origin": "https://desk.example", "sec-fetch-site": "same-origin"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
        {"origin": "https://desk.example", "sec-fetch-site": "same-site"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"origin": "http://desk.example"},
        {"sec-fetch-site": "none"},
        {},
    ],
)
async def test_a_form_from_elsewhere_signs_nobody_out(front, headers):
    browser = await front.signed_in("agent")
    await browser.opens("/desk/home")
    answer = await browser.sends("/desk/sign-out", headers=headers)
    assert (answer.status_code, await browser.is_in()) == (403, True)


@pytest.mark.asyncio
async def test_a_form_without_its_token_signs_nobody_out(front):
    browser = await front.signed_in("agent")
    answer = await browser.sends("/desk/sign-out", form_token="")
    assert (answer.status_code, await browser.is_in()) == (403, True)


@pytest.mark.asyncio
async def test_the_token_of_somebody_else_is_none(front):
    mine, theirs = await front.signed_in("agent"), await front.signed_in("supervisor")
    await theirs.opens("/desk/home")
    assert (await mine.sends("/desk/sign-out", form_token=theirs.token)).status_code == 403


@pytest.mark.asyncio
async def test_a_request_of_a_script_may_bring_the_token_in_a_header(front):
    browser = await front.signed_in("agent")
    await browser.opens("/desk/home")
    answer = await browser.sends("/desk/sign-out", headers=OURS | {"x-form-token": browser.token}, form_token="")
    assert answer.headers["location"] == "/desk/sign-in"


@pytest.mark.asyncio
async def test_nobody_is_signed_in_by_a_form_that_they_were_not_shown(front):
    front.employs("ann")
    answer = await front.browser().sends("/desk/sign-in", name="ann", password=PASSWORD, form_token="x")
    assert answer.status_code == 403


def test_where_the_pages_have_no_address_the_name_that_the_browser_uses_is_theirs():
    assert is_from_us(site=None, origin="http://127.0.0.1:8080", ours=None, host="127.0.0.1:8080")
    assert not is_from_us(site=None, origin="http://evil.example", ours=None, host="127.0.0.1:8080")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Desk.example:443/staff", "https://desk.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url, origin):
    assert origin_of(url) == origin
