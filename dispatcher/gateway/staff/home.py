"""`/desk/home`: where somebody is after signing in, with the sections of their role."""

from collections.abc import Sequence
from typing import Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.navigation import HOME
from dispatcher.gateway.staff.people import ROLES
from dispatcher.gateway.staff.shell import Pages
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.staff.visits import visit_of

_PAGES: Final = Pages()


def home_routes(staff: Staff) -> Sequence[HTTPRouteHandler]:
    """The handler."""

    @get(HOME, guards=[staff.needs(*ROLES)], include_in_schema=False)
    async def home(request: AnyRequest) -> Response[str]:
        return _PAGES.answer(visit_of(request), "home.html")

    return (home,)
