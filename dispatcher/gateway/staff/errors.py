"""What somebody sees where a staff page cannot be shown: why, what to do, and nothing of what was sent."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlsplit

import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from sqlalchemy.exc import SQLAlchemyError

from dispatcher.gateway.staff.denials import Denied, Why
from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.reception import FrontDesk
from dispatcher.gateway.staff.shell import Pages, is_part, protecting, redirected
from dispatcher.gateway.staff.sign_in_pages import SIGN_IN
from dispatcher.gateway.staff.visits import kept_visit

_PAGES: Final = Pages()
_STATUS: Final[Mapping[Why, HTTPStatus]] = {
    "sign_in": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "forged": HTTPStatus.FORBIDDEN,
    "too_often": HTTPStatus.TOO_MANY_REQUESTS,
    "missing": HTTPStatus.NOT_FOUND,
}
_RETRY_S: Final = 60

_log = structlog.get_logger(__name__)


def staff_errors(front_desk: FrontDesk) -> ExceptionHandlersMap:
    """How faults and refusals of staff pages are answered."""

    def denied(request: AnyRequest, refusal: Denied) -> Response[str]:
        if refusal.why == "sign_in":
            return _to_sign_in(front_desk, request)
        wait = {} if refusal.wait is None else {"Retry-After": str(math.ceil(refusal.wait))}
        return _page(front_desk, request, refusal.why, _STATUS[refusal.why], wait)

    def refused(request: AnyRequest, refusal: HTTPException) -> Response[str]:
        status = HTTPStatus(refusal.status_code)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return faulty(request, refusal)
        missing = status is HTTPStatus.NOT_FOUND
        return _page(front_desk, request, "missing" if missing else "unreadable", status)

    def unavailable(request: AnyRequest, fault: SQLAlchemyError) -> Response[str]:
        _log.error("staff_store_away", fault=type(fault).__name__)
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return _page(front_desk, request, "unavailable", status, {"Retry-After": str(_RETRY_S)})

    def faulty(request: AnyRequest, fault: Exception) -> Response[str]:
        _log.error("gateway_fault", exc_info=fault)
        return _page(front_desk, request, "fault", HTTPStatus.INTERNAL_SERVER_ERROR)

    return {Denied: denied, HTTPException: refused, SQLAlchemyError: unavailable, Exception: faulty}


def _page(
    front_desk: FrontDesk, request: AnyRequest, why: str, status: HTTPStatus, headers: Mapping[str, str] | None = None
) -> Response[str]:
    visit = kept_visit(request) or front_desk.nobody(request)
    return _PAGES.answer(visit, "error.html", status=status, headers=headers, error=visit.words.errors[why])


def _to_sign_in(front_desk: FrontDesk, request: AnyRequest) -> Response[str]:
    """To the sign-in page, and from there back; htmx is told so that it leaves the page, and does not nest another in it."""
    visit = front_desk.nobody(request)
    asked = urlsplit(request.headers.get("hx-current-url", "")).path if is_part(request) else visit.path
    path = f"{SIGN_IN}?next={quote(asked)}"
    if is_part(request):
        return Response("", status_code=HTTPStatus.UNAUTHORIZED, headers=protecting(visit) | {"HX-Redirect": path})
    return redirected(visit, path, flash="session_over" if front_desk.had_session(request) else None)
