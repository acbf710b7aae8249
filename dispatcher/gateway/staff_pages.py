"""All pages of those who work here: each room's handlers, behind one way of saying what went wrong."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from litestar import Response, Router
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from dispatcher.gateway.desk_pages.routes import desk_page_routes
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import on_http_exception
from dispatcher.gateway.staff.audit_page import audit_routes
from dispatcher.gateway.staff.errors import staff_errors
from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.home import home_routes
from dispatcher.gateway.staff.sign_in_pages import sign_in_routes
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.staff.statics import static_routes
from dispatcher.gateway.why.pages import why_routes

_PLACES: Final = ("/desk", "/why", "/reports")


def staff_handlers(parts: Parts, staff: Staff) -> Sequence[HTTPRouteHandler]:
    """The handlers of every room. A room that has pages adds them here, and to the table of roles in its test."""
    return [
        *sign_in_routes(staff),
        *home_routes(staff),
        *audit_routes(staff),
        *desk_page_routes(parts, staff),
        *why_routes(parts, staff),
    ]


def staff_routers(parts: Parts, staff: Staff) -> Sequence[Router]:
    """What the gateway serves of them."""
    pages = Router(
        path="/",
        route_handlers=staff_handlers(parts, staff),
        exception_handlers=staff_errors(staff.front_desk),
        include_in_schema=False,
    )
    return pages, Router(path="/", route_handlers=static_routes(), include_in_schema=False)


def page_or_problem(staff: Staff) -> Callable[[AnyRequest, HTTPException], Response[Any]]:
    """What is said where no handler was found: a page to a browser that looks for one of ours, else problem details."""
    page = staff_errors(staff.front_desk)[HTTPException]

    def told(request: AnyRequest, refused: HTTPException) -> Response[Any]:
        looks = request.url.path.startswith(_PLACES) and "text/html" in request.headers.get("accept", "")
        return page(request, refused) if looks else on_http_exception(request, refused)

    return told
