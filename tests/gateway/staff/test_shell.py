"""What every staff page says to the browser, and in which language it speaks to people."""

import re
from dataclasses import fields
from hashlib import sha256
from pathlib import Path

import pytest

from dispatcher.gateway.staff import statics
from dispatcher.gateway.staff.audit import WHATS
from dispatcher.gateway.staff.languages import WORDS
from dispatcher.gateway.staff.navigation import SECTIONS
from dispatcher.gateway.staff.people import ROLES
from dispatcher.gateway.staff.words import Words


@pytest.mark.asyncio
async def test_a_page_allows_its_own_scripts_and_nothing_else(front):
    answer = await front.browser().opens("/desk/sign-in")
    policy = answer.headers["content-security-policy"]
    (nonce,) = set(re.findall(r'nonce="([^"]*)"', answer.text))
    assert policy == (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )


@pytest.mark.asyncio
async def test_no_two_answers_share_a_nonce(front):
    browser = front.browser()
    policies = {(await browser.opens("/desk/sign-in")).headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/desk/sign-in", "/desk/home", "/desk/audit"])
async def test_nothing_is_kept_framed_or_told_to_others(front, path):
    headers = (await front.browser().opens(path)).headers
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "same-origin")
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")


@pytest.mark.asyncio
async def test_the_browser_says_which_language_is_read(front):
    shown = (await front.browser(**{"accept-language": "zh-CN,zh;q=0.9"}).opens("/desk/sign-in")).text
    assert ('<html lang="zh-CN">' in shown, "登录" in shown) == (True, True)


@pytest.mark.asyncio
async def test_a_choice_of_language_stays(front):
    browser = front.browser(**{"accept-language": "zh-CN"})
    await browser.opens("/desk/sign-in")
    led = await browser.sends("/desk/language", language="en", next="/desk/home")
    assert (led.headers["location"], '<html lang="en">' in (await browser.opens("/desk/sign-in")).text) == (
        "/desk/home",
        True,
    )


@pytest.mark.asyncio
async def test_somebody_sees_the_sections_of_their_role(front):
    agent, auditor = await front.signed_in("agent"), await front.signed_in("auditor")
    seen = ['href="/desk/audit"' in (await browser.opens("/desk/home")).text for browser in (agent, auditor)]
    assert seen == [False, True]


@pytest.mark.asyncio
async def test_where_the_store_is_away_the_page_says_so(front):
    browser = await front.signed_in("agent")
    with front.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE staff_sessions RENAME TO elsewhere")
    answer = await browser.opens("/desk/home")
    assert (answer.status_code, "The database does not answer" in answer.text) == (503, True)


@pytest.mark.asyncio
async def test_files_may_be_kept_for_good(front):
    answer = await front.browser().opens(statics.address_of("staff.css"))
    assert (answer.headers["cache-control"], answer.headers["content-type"]) == (
        "public, max-age=31536000, immutable",
        "text/css; charset=utf-8",
    )


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path", ["/static/000000000000/staff.css", "/static/x/..%2fshell.html", "/static/x/VENDORED.md"]
)
async def test_there_is_no_file_but_those_of_the_package(front, path):
    assert (await front.browser().opens(path)).status_code == 404


@pytest.mark.parametrize("folder", ["dispatcher/gateway/staff/static", "tests/pages/vendored"])
def test_vendored_files_are_those_that_were_noted(folder):
    noted = Path(__file__).parents[3] / folder / "VENDORED.md"
    rows = re.findall(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", noted.read_text("utf-8"), re.MULTILINE)
    assert rows
    assert [sha256((noted.parent / name).read_bytes()).hexdigest() for name, _ in rows] == [each for _, each in rows]


@pytest.mark.parametrize("words", WORDS.values(), ids=list(WORDS))
def test_every_word_stands_in_every_language(words: Words):
    assert set(words.audit.whats) == set(WHATS)
    assert set(words.roles) == set(ROLES)
    assert {each.key for each in SECTIONS} <= set(words.sections)
    for each in fields(Words):
        value, english = getattr(words, each.name), getattr(WORDS["en"], each.name)
        assert not isinstance(value, dict) or value.keys() == english.keys(), each.name


@pytest.mark.asyncio
async def test_what_is_not_there_is_said_on_a_page_to_people_and_as_a_problem_to_programs(front):
    person = await front.browser().opens("/desk/nothing")
    program = await front.browser(accept="application/json").opens("/desk/nothing")
    assert (person.status_code, "There is nothing here" in person.text) == (404, True)
    assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")
