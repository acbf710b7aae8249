"""All pages of those who work here: each room's handlers, behind one way of saying what went wrong."""

from collections.abc import Sequence

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from dispatcher.gateway.parts import Parts
from dispatcher.gateway.staff.audit_page import audit_routes
from dispatcher.gateway.staff.errors import staff_errors
from dispatcher.gateway.staff.home import home_routes
from dispatcher.gateway.staff.sign_in_pages import sign_in_routes
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.staff.statics import static_routes


def staff_handlers(_: Parts, staff: Staff) -> Sequence[HTTPRouteHandler]:
    """The handlers of every room. A room that has pages adds them here, and to the table of roles in its test."""
    return [*sign_in_routes(staff), *home_routes(staff), *audit_routes(staff)]


def staff_routers(parts: Parts, staff: Staff) -> Sequence[Router]:
    """What the gateway serves of them."""
    pages = Router(
        path="/",
        route_handlers=staff_handlers(parts, staff),
        exception_handlers=staff_errors(staff.front_desk),
        include_in_schema=False,
    )
    return pages, Router(path="/", route_handlers=static_routes(), include_in_schema=False)
