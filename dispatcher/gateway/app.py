"""The gateway as one ASGI application, made of its parts; what else is to be served is handed in."""

from collections.abc import Sequence
from typing import Final

from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, ControllerRouterHandler

from dispatcher.gateway.adapters import adapters_routes
from dispatcher.gateway.bounces import bounces_routes
from dispatcher.gateway.customers import customers_routes
from dispatcher.gateway.desk import desk_routes
from dispatcher.gateway.documentation import documentation_routes
from dispatcher.gateway.events import events_routes
from dispatcher.gateway.operations import operations_routes
from dispatcher.gateway.outer import Outer
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import TurnedAway, on_fault, on_http_exception, on_turned_away
from dispatcher.gateway.staff_pages import page_or_problem, staff_routers
from dispatcher.gateway.twilio import twilio_routes

_OWN: Final = (
    operations_routes,
    events_routes,
    customers_routes,
    twilio_routes,
    bounces_routes,
    desk_routes,
    adapters_routes,
)


def gateway(parts: Parts, *, more: Sequence[ControllerRouterHandler] = ()) -> ASGIApp:
    """What a web server serves. `more`: further handlers, such as those of customers' pages."""
    own = [handler for routes in _OWN for handler in routes(parts)]
    staffed = () if parts.staff is None else staff_routers(parts, parts.staff)
    inner = Litestar(
        [*own, *documentation_routes(own, parts.public_url), *staffed, *more],
        openapi_config=None,
        logging_config=None,
        exception_handlers={
            TurnedAway: on_turned_away,
            HTTPException: on_http_exception if parts.staff is None else page_or_problem(parts.staff),
            Exception: on_fault,
        },
        debug=False,
    )
    return Outer(inner, parts.metrics, parts.random_id, https=(parts.public_url or "").startswith("https://"))
