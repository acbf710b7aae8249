"""`/desk/sign-in`, `/desk/sign-out` and `/desk/language`."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Connection

from dispatcher.gateway.buckets import neighbourhood
from dispatcher.gateway.staff import sessions
from dispatcher.gateway.staff.audit import Deed
from dispatcher.gateway.staff.denials import Denied
from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.navigation import HOME, may_see
from dispatcher.gateway.staff.people import LANGUAGES, Role
from dispatcher.gateway.staff.shell import Pages, redirected
from dispatcher.gateway.staff.signing_in import NotSignedIn
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.staff.visits import Visit, visit_of

SIGN_IN: Final = "/desk/sign-in"
LARGEST_FORM: Final = 16 * 1024

_PAGES: Final = Pages()


def sign_in_routes(staff: Staff) -> Sequence[HTTPRouteHandler]:
    """The handlers of the way in and out."""

    @get(SIGN_IN, guards=[staff.open_to_all()], include_in_schema=False)
    async def ask(request: AnyRequest) -> Response[str]:
        visit, after = visit_of(request), _ours(request.query_params.get("next"))
        return _form(staff, visit, after) if visit.person is None else redirected(visit, _for(visit.person.role, after))

    @post(SIGN_IN, guards=[staff.open_to_all()], include_in_schema=False, request_max_body_size=LARGEST_FORM)
    async def let_in(request: AnyRequest) -> Response[str]:
        return await _tried(staff, request)

    @post("/desk/sign-out", guards=[staff.open_to_all()], include_in_schema=False, request_max_body_size=LARGEST_FORM)
    async def let_out(request: AnyRequest) -> Response[str]:
        visit = visit_of(request)
        await _end_session(staff, request, visit)
        answer = redirected(visit, SIGN_IN, flash="signed_out")
        answer.set_cookie(visit.cookies.cleared("session"))
        return answer

    @post("/desk/language", guards=[staff.open_to_all()], include_in_schema=False, request_max_body_size=LARGEST_FORM)
    async def speak(request: AnyRequest) -> Response[str]:
        visit, form = visit_of(request), await request.form()
        answer = redirected(visit, _ours(form.get("next")))
        chosen = next((each for each in LANGUAGES if each == form.get("language")), None)
        if chosen is not None:
            answer.set_cookie(visit.cookies.made("language", chosen))
        return answer

    return ask, let_in, let_out, speak


def _form(staff: Staff, visit: Visit, after: str, *, refused: bool = False) -> Response[str]:
    return _PAGES.answer(
        visit,
        "sign_in.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        refused=refused,
        next=after,
        by_proxy=staff.front_desk.proxy is not None,
    )


async def _tried(staff: Staff, request: AnyRequest) -> Response[str]:
    """A name and a password; only a token that was made just now names the session that begins."""
    visit = visit_of(request)
    if staff.front_desk.proxy is not None:
        raise Denied("forbidden")
    address = neighbourhood("" if request.client is None else request.client.host)
    if wait := staff.attempts.take(address):
        raise Denied("too_often", wait)
    form = await request.form()
    after = _ours(form.get("next"))
    tried = await staff.sign_in.attempt(str(form.get("name", "")), str(form.get("password", "")), address)
    if isinstance(tried, NotSignedIn):
        return _form(staff, visit, after, refused=True)
    await _end_session(staff, request, visit)
    answer = redirected(visit, _for(tried.role, after))
    answer.set_cookie(visit.cookies.made("session", tried.token))
    answer.set_cookie(visit.cookies.cleared("form"))
    return answer


async def _end_session(staff: Staff, request: AnyRequest, visit: Visit) -> None:
    """End the session that a browser holds, if it does."""
    token = request.cookies.get(visit.cookies.name("session"))
    person = visit.person
    if token is None or person is None or not visit.signs_out:
        return

    def ended(connection: Connection) -> None:
        sessions.end(connection, token)
        staff.audit.write(connection, Deed("signed_out", person.name, person.role))

    await staff.store.writes(ended)


def _for(role: Role, path: str) -> str:
    """Where somebody of that role goes on to: what they came by, unless it is not for them."""
    return path if may_see(role, path) else HOME


def _ours(wanted: object) -> str:
    """A page of ours to go on to: never another host's, whatever a link says."""
    path = wanted if isinstance(wanted, str) else ""
    is_path = path.startswith("/") and not path.startswith("//") and path.isprintable() and not set(path) & set("\\?#")
    return path if is_path and path.isascii() and path != SIGN_IN else HOME
