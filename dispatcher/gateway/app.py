"""The gateway as one ASGI application, made of its parts; what else is to be served is handed in."""

from collections.abc import Sequence

from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, ControllerRouterHandler

from dispatcher.gateway.customers import customers_routes
from dispatcher.gateway.events import events_routes
from dispatcher.gateway.operations import operations_routes
from dispatcher.gateway.outer import Outer
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import TurnedAway, on_fault, on_http_exception, on_turned_away


def gateway(parts: Parts, *, more: Sequence[ControllerRouterHandler] = ()) -> ASGIApp:
    """What a web server serves. `more`: further handlers, such as those of customers' pages."""
    inner = Litestar(
        [*operations_routes(parts), *events_routes(parts), *customers_routes(parts), *more],
        openapi_config=None,
        logging_config=None,
        exception_handlers={
            TurnedAway: on_turned_away,
            HTTPException: on_http_exception,
            Exception: on_fault,
        },
        debug=False,
    )
    return Outer(inner, parts.metrics, parts.random_id, https=(parts.public_url or "").startswith("https://"))
