"""`/desk/overview`: the supervisor's pages, and `/desk/events`, which tells them that something changed."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from litestar import HttpMethod, Response, get, route
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from dispatcher.gateway.desk_pages.agent_page import LARGEST_FORM
from dispatcher.gateway.desk_pages.news import Watch
from dispatcher.gateway.desk_pages.supervisor import Supervisor
from dispatcher.gateway.form_fields import form_of
from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.shell import protecting
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.staff.visits import visit_of

PATH: Final = "/desk/overview"
_RETRY_S: Final = 60


def overview_routes(
    staff: Staff, supervisor: Supervisor, watch: Watch, leaving: asyncio.Event
) -> Sequence[HTTPRouteHandler]:
    """The handlers of these pages; the streams end when `leaving` happens."""
    guard, watching = staff.needs("supervisor"), staff.needs("supervisor", watching=True)

    @get(PATH, guards=[guard], include_in_schema=False)
    async def show(request: AnyRequest) -> Response[str]:
        return await supervisor.open(visit_of(request))

    @get(f"{PATH}/now", guards=[watching], include_in_schema=False)
    async def refreshed(request: AnyRequest) -> Response[str]:
        """The same, asked for by the page itself: it does not keep a session alive."""
        return await supervisor.open(visit_of(request))

    @route(
        PATH, http_method=HttpMethod.POST, guards=[guard], include_in_schema=False, request_max_body_size=LARGEST_FORM
    )
    async def act(request: AnyRequest) -> Response[str]:
        return await supervisor.act(visit_of(request), await form_of(request))

    @get("/desk/events", guards=[watching], include_in_schema=False)
    async def events(request: AnyRequest) -> Stream | Response[str]:
        visit = visit_of(request)
        if watch.is_full():
            headers = protecting(visit) | {"Retry-After": str(_RETRY_S)}
            return Response("", status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)

        async def may_watch() -> bool:
            now = await staff.front_desk.visit(request, watching=True)
            return now.person is not None and now.person.role == "supervisor"

        headers = protecting(visit) | {"X-Accel-Buffering": "no"}
        return Stream(watch.stream(may_watch, leaving), media_type="text/event-stream", headers=headers)

    return show, refreshed, act, events
