"""`/u/{token}`: the customer's own page. The token is all that is needed, and nothing happens before a button is pressed.

There is no cookie and no session that a foreign page could ride on: whoever can post here has the token already, so a second
secret in the form would prove nothing more. Reading changes nothing, since mail programs and scanners open every link.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from litestar import HttpMethod, MediaType, Response, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from dispatcher.gateway.access import AnyRequest, suspect
from dispatcher.gateway.appending import Away, Entry
from dispatcher.gateway.form_fields import Form, form_of
from dispatcher.gateway.page_answers import Answer, Misfit, Stopped, answer_of, is_one_click
from dispatcher.gateway.page_events import Given, entries_of
from dispatcher.gateway.page_language import words_for, words_for_browser
from dispatcher.gateway.page_view import CONTENT_SECURITY_POLICY, Left, Shown, done, expired, gone, page
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import RETRY_S
from schemas.links import CustomerLink, Expired, Invalid, Seal

LARGEST_FORM: Final = 32 * 1024
"""Bytes of an answer: a note of 1000 characters, each percent-encoded, and every invoice ticked."""

_LONGEST_FORM_NAME: Final = 20
_HOUR_US: Final = 3_600_000_000

_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def page_routes(parts: Parts, seal: Seal) -> Sequence[HTTPRouteHandler]:
    """The handlers of the page; `seal` opens the links of this installation."""

    @route("/u/{token:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=False)
    async def show(request: AnyRequest, token: FromPath[str]) -> Response[str]:
        opened = _opened(parts, seal, request, token)
        match opened:
            case Invalid():
                return _gone(request)
            case Expired(link):
                return _html(expired(_shown(parts, request, link)), HTTPStatus.GONE)
            case _:
                return _html(page(_shown(parts, request, opened)))

    @route("/u/{token:str}", http_method=[HttpMethod.POST], include_in_schema=False, request_max_body_size=LARGEST_FORM)
    async def take(request: AnyRequest, token: FromPath[str]) -> Response[str]:
        opened = _opened(parts, seal, request, token)
        if isinstance(opened, Invalid):
            return _gone(request)
        form = await form_of(request)
        old = isinstance(opened, Expired)
        link = opened.link if isinstance(opened, Expired) else opened
        if is_one_click(form):
            return await _one_click(parts, link)
        shown = _shown(parts, request, link)
        answer = answer_of(form, link, shown.today)
        if old and not isinstance(answer, Stopped):
            return _html(expired(shown), HTTPStatus.GONE)
        if isinstance(answer, Misfit):
            return _html(page(shown, Left(form, answer)), HTTPStatus.UNPROCESSABLE_ENTITY)
        if isinstance(await parts.append(_entries(parts, link, answer, form)), Away):
            again = expired(shown, not_saved=True) if old else page(shown, Left(form, not_saved=True))
            return _html(again, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(RETRY_S)})
        return _html(done(shown, answer))

    return show, take


def _opened(parts: Parts, seal: Seal, request: AnyRequest, token: str) -> CustomerLink | Expired | Invalid:
    """The link; who comes without one is counted, so that nobody can try tokens for long."""
    opened = seal.open(token, parts.now() // 1000)
    if isinstance(opened, Invalid):
        suspect(parts, request)
    return opened


async def _one_click(parts: Parts, link: CustomerLink) -> Response[str]:
    """RFC 8058: no page is expected, and the mail program repeats what was not answered with success."""
    at = parts.now()
    entries = entries_of(Stopped(by_mail_program=True), link, Given(at, f"hour {at // _HOUR_US}"), parts.point_key)
    if isinstance(await parts.append(entries), Away):
        return Response("", status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": str(RETRY_S)})
    return Response("", status_code=HTTPStatus.OK, media_type=MediaType.TEXT)


def _entries(parts: Parts, link: CustomerLink, answer: Answer, form: Form) -> Sequence[Entry]:
    at = parts.now()
    shown = next(iter(form.get("shown", ())), "")
    known = shown if shown.isascii() and shown.isdecimal() and len(shown) <= _LONGEST_FORM_NAME else f"at {at}"
    return entries_of(answer, link, Given(at, known), parts.point_key)


def _shown(parts: Parts, request: AnyRequest, link: CustomerLink) -> Shown:
    now = parts.now()
    return Shown(link, words_for(request.query_params.get("lang"), link.locale), now // 1000, str(now // 1000))


def _gone(request: AnyRequest) -> Response[str]:
    return _html(gone(words_for_browser(request.headers.get("accept-language", ""))), HTTPStatus.NOT_FOUND)


def _html(text: str, status: HTTPStatus = HTTPStatus.OK, more: dict[str, str] | None = None) -> Response[str]:
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=_HEADERS | (more or {}))
