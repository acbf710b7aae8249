"""Who gets in where: every staff page has its roles in the table here, and lets in those and nobody else."""

import httpx
import pytest
from litestar import get, post

from dispatcher.gateway.access import admit
from dispatcher.gateway.api_keys import ApiKey
from dispatcher.gateway.app import gateway
from dispatcher.gateway.staff.errors import staff_errors
from dispatcher.gateway.staff.guards import AnyRequest, Guard
from dispatcher.gateway.staff.people import ROLES
from dispatcher.gateway.staff.visits import visit_of
from dispatcher.gateway.staff_pages import staff_handlers
from tests.gateway.staff.front import URL, Front

EVERYBODY = "everybody"
ANYONE_HERE = set(ROLES)
ROLES_OF: dict[str, set[str] | str] = {
    "GET /desk/sign-in": EVERYBODY,
    "POST /desk/sign-in": EVERYBODY,
    "POST /desk/sign-out": EVERYBODY,
    "POST /desk/language": EVERYBODY,
    "GET /desk/home": ANYONE_HERE,
    "GET /why": {"supervisor", "auditor"},
    "GET /why/{customer:path}": {"supervisor", "auditor"},
    "GET /desk/audit": {"auditor"},
    "GET /desk/audit.csv": {"auditor"},
}
"""Who may ask for what. A page that is new needs its line here."""


def registered(front: Front) -> dict[str, object]:
    """What is registered, with its guard."""
    return {
        f"{method} {path}": [each for each in handler.guards or () if isinstance(each, Guard)]
        for handler in staff_handlers(front.site.parts, front.staff)
        for path in handler.paths
        for method in handler.http_methods - {"HEAD", "OPTIONS"}
    }


def test_every_page_has_one_guard_and_its_roles_in_the_table(front):
    found = {
        page: EVERYBODY if guards[0].roles is None else set(guards[0].roles)
        for page, guards in registered(front).items()
        if len(guards) == 1
    }
    assert found == ROLES_OF


def test_nothing_that_an_auditor_may_ask_for_changes_anything(front):
    changing = [page for page, roles in ROLES_OF.items() if not page.startswith("GET") and roles != EVERYBODY]
    assert [page for page in changing if "auditor" in ROLES_OF[page]] == []


@pytest.mark.asyncio
@pytest.mark.parametrize("role", ROLES)
async def test_a_role_sees_its_pages_and_no_others(front, role):
    browser = await front.signed_in(role)
    pages = [
        page.removeprefix("GET ") for page, roles in ROLES_OF.items() if page.startswith("GET") and roles != EVERYBODY
    ]
    seen = {page for page in pages if (await browser.opens(page.replace("{", "").replace("}", ""))).status_code != 403}
    assert seen == {page for page in pages if role in ROLES_OF[f"GET {page}"]}


@pytest.mark.asyncio
async def test_without_a_session_no_page_of_a_role_is_shown(front):
    pages = [
        page.removeprefix("GET ") for page, roles in ROLES_OF.items() if page.startswith("GET") and roles != EVERYBODY
    ]
    assert {(await front.browser().opens(page)).status_code for page in pages} == {303}


@pytest.mark.asyncio
async def test_a_part_of_a_page_leads_the_whole_page_to_sign_in(front):
    answer = await front.browser().opens(
        "/desk/home", **{"hx-request": "true", "hx-current-url": "https://desk.example/why"}
    )
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/desk/sign-in?next=/why")


@pytest.fixture
def reading(front) -> httpx.AsyncClient:
    """A program at a gateway with a page that also opens to keys, and with one that needs no more than a guard."""

    def key(request: AnyRequest) -> ApiKey:
        return admit(front.site.parts, request, "hooks:write")

    @get("/page", guards=[front.staff.needs("supervisor", key=key)])
    async def page(request: AnyRequest) -> str:
        return visit_of(request).who.name

    @post(
        "/page",
        guards=[front.staff.needs("supervisor", key=key)],
        exception_handlers=staff_errors(front.staff.front_desk),
    )
    async def change(request: AnyRequest) -> str:
        return visit_of(request).who.name

    @get("/unguarded", exception_handlers=staff_errors(front.staff.front_desk))
    async def unguarded(request: AnyRequest) -> str:
        return visit_of(request).who.name

    app = gateway(front.site.parts, more=[page, change, unguarded])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL)


@pytest.mark.asyncio
async def test_a_program_with_a_key_reads_what_a_person_reads(front, reading):
    answer = await reading.get("/page", headers={"authorization": f"Bearer {front.site.key}"})
    assert (answer.status_code, answer.text) == (200, "key:billing")


@pytest.mark.asyncio
async def test_a_program_without_one_is_told_to_bring_it(reading):
    answer = await reading.get("/page", headers={"accept": "application/json"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="dispatcher"')


@pytest.mark.asyncio
async def test_a_key_changes_nothing(front, reading):
    answer = await reading.post("/page", headers={"authorization": f"Bearer {front.site.key}"})
    assert answer.status_code == 303


@pytest.mark.asyncio
async def test_whoever_is_signed_in_needs_no_key_whatever_a_proxy_sends_along(front, reading):
    supervisor = await front.signed_in("supervisor")
    cookie = "; ".join(f"{name}={value}" for name, value in supervisor.client.cookies.items())
    answer = await reading.get("/page", headers={"cookie": cookie, "authorization": "Bearer of-the-proxy"})
    assert answer.text == "supervisor"


@pytest.mark.asyncio
async def test_a_page_without_a_guard_is_shown_to_nobody(front, reading):
    supervisor = await front.signed_in("supervisor")
    cookie = "; ".join(f"{name}={value}" for name, value in supervisor.client.cookies.items())
    assert (await reading.get("/unguarded", headers={"cookie": cookie})).status_code == 500


@pytest.mark.asyncio
async def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(front):
    @get("/pulse", guards=[front.staff.needs("agent", watching=True)])
    async def pulse() -> str:
        return "."

    agent = await front.signed_in("agent")
    cookie = "; ".join(f"{name}={value}" for name, value in agent.client.cookies.items())
    app = gateway(front.site.parts, more=[pulse])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=URL, headers={"cookie": cookie}
    ) as watching:
        front.hours.pass_by(minutes=20)
        pulsed = (await watching.get("/pulse")).status_code
    front.hours.pass_by(minutes=11)
    assert (pulsed, await agent.is_in()) == (200, False)
