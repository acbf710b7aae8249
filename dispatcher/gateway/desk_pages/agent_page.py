"""`/desk`: the agent's page. Every step is a form that is sent there; the address never names a task or a customer."""

from collections.abc import Sequence
from typing import Final

from litestar import HttpMethod, Response, get, route
from litestar.handlers import HTTPRouteHandler

from dispatcher.gateway.desk_pages.counter import Counter, held_of
from dispatcher.gateway.form_fields import Form, form_of, text_of
from dispatcher.gateway.staff.denials import Denied
from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.shell import is_part, redirected
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.staff.visits import Visit, visit_of

PATH: Final = "/desk"
LARGEST_FORM: Final = 64 * 1024
"""Bytes of a form: a note of the longest kind, each character percent-encoded, and every invoice ticked."""


def agent_routes(staff: Staff, counter: Counter) -> Sequence[HTTPRouteHandler]:
    """The handlers of the page."""
    guard = staff.needs("agent", "supervisor")

    @get(PATH, guards=[guard], include_in_schema=False)
    async def show(request: AnyRequest) -> Response[str]:
        return await counter.open(visit_of(request))

    @route(
        PATH, http_method=HttpMethod.POST, guards=[guard], include_in_schema=False, request_max_body_size=LARGEST_FORM
    )
    async def act(request: AnyRequest) -> Response[str]:
        return await acted(counter, visit_of(request), await form_of(request))

    @route(f"{PATH}/renew", http_method=HttpMethod.POST, guards=[guard], include_in_schema=False)
    async def renew(request: AnyRequest) -> Response[str]:
        visit = visit_of(request)
        answer = await counter.renew(visit, held_of(await form_of(request)))
        return answer if is_part(request) else redirected(visit, PATH)

    return show, act, renew


async def acted(counter: Counter, visit: Visit, form: Form) -> Response[str]:
    """The answer to one form of the page.

    Raises:
        Denied: no form of the page says this.
    """
    held = held_of(form)
    match text_of(form, "act"):
        case "next":
            return await counter.next(visit)
        case "dial":
            return await counter.dial(visit, held)
        case "give_back":
            return await counter.give_back(visit, held, text_of(form, "why"))
        case "escalate":
            return await counter.escalate(visit, held, form)
        case "report":
            return await counter.report(visit, held, form)
        case _:
            raise Denied("missing")
