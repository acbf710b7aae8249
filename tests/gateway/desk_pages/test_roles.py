"""Who may see and do what at the desk; every page has its line here."""

import pytest

from dispatcher.gateway.desk_pages.routes import desk_page_routes
from dispatcher.gateway.staff.guards import Guard
from tests.gateway.desk_pages.office import office

pytestmark = pytest.mark.asyncio

WORKS, LEADS = {"agent", "supervisor"}, {"supervisor"}
ROLES_OF = {
    "GET /desk": WORKS,
    "POST /desk": WORKS,
    "POST /desk/renew": WORKS,
    "GET /desk/overview": LEADS,
    "GET /desk/overview/now": LEADS,
    "POST /desk/overview": LEADS,
    "GET /desk/events": LEADS,
}


async def test_every_page_lets_in_the_roles_of_the_table(store):
    here = await office(store)
    found = {
        f"{method} {path}": [set(each.roles or ()) for each in handler.guards or () if isinstance(each, Guard)]
        for handler in desk_page_routes(here.front.site.parts, here.front.staff)
        for path in handler.paths
        for method in handler.http_methods - {"HEAD", "OPTIONS"}
    }

    assert found == {page: [roles] for page, roles in ROLES_OF.items()}


@pytest.mark.parametrize(
    ("role", "path"), [("auditor", "/desk"), ("agent", "/desk/overview"), ("agent", "/desk/events")]
)
async def test_a_page_of_another_role_is_refused(store, role, path):
    who = await (await office(store)).agent("sam", role)

    assert (await who.opens(path)).status_code == 403


async def test_a_session_that_the_page_alone_keeps_asking_under_ends_all_the_same(store):
    here = await office(store)
    eve = await here.agent("eve", "supervisor")
    for _ in range(7):
        here.front.hours.pass_by(minutes=5)
        answer = await eve.opens("/desk/overview/now")

    assert answer.status_code == 303


async def test_where_there_is_no_desk_there_are_no_pages_of_it(store):
    who = await (await office(store, calls=None)).agent()

    assert (await who.opens("/desk")).status_code == 404
