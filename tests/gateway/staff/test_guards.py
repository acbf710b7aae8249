"""Who gets in where: every staff page has its roles in the table here, and lets in those and nobody else."""

import pytest

from dispatcher.gateway.staff.guards import Guard
from dispatcher.gateway.staff.people import ROLES
from dispatcher.gateway.staff_pages import staff_handlers
from tests.gateway.staff.front import Front

EVERYBODY = "everybody"
ANYONE_HERE = set(ROLES)
ROLES_OF: dict[str, set[str] | str] = {
    "GET /desk/sign-in": EVERYBODY,
    "POST /desk/sign-in": EVERYBODY,
    "POST /desk/sign-out": EVERYBODY,
    "POST /desk/language": EVERYBODY,
    "GET /desk/home": ANYONE_HERE,
    "GET /desk/audit": {"auditor"},
    "GET /desk/audit.csv": {"auditor"},
    "GET /why": {"supervisor", "auditor"},
    "GET /why/{customer:path}": {"supervisor", "auditor"},
    "GET /reports": {"supervisor", "auditor"},
    "GET /reports/{name:str}": {"supervisor", "auditor"},
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
