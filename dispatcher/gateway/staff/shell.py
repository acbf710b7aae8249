"""The frame of every staff page, and the headers that keep others out of it. A room makes one `Pages` of its templates."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response
from litestar.datastructures import Cookie

from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.languages import WORDS
from dispatcher.gateway.staff.navigation import is_within, page_of, sections_of
from dispatcher.gateway.staff.statics import address_of
from dispatcher.gateway.staff.visits import Visit

_OURS: Final = Path(__file__).parent / "templates"
_PROTECTING: Final = {
    # Not "no-referrer": browsers then hide the origin of forms, which is how we tell that they are ours.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}


class Pages:
    """The templates of one room, which extend `shell.html`.

    Every template knows `visit`, `words` (of the frame), `static(name)`, the address of a file in `static/`, and
    `page_of(customer_id)`, that of a customer's story.
    """

    def __init__(self, folder: Path = _OURS) -> None:
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(_OURS)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            static=address_of,
            languages=tuple(WORDS.values()),
            sections_of=sections_of,
            is_within=is_within,
            page_of=page_of,
        )

    def html(self, visit: Visit, template: str, /, **given: object) -> str:
        """A page, or a part of one for a request that htmx makes."""
        return self._environment.get_template(template).render(visit=visit, words=visit.words, **given)

    def answer(
        self,
        visit: Visit,
        template: str,
        /,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
        flashes: Mapping[str, str] | None = None,
        **given: object,
    ) -> Response[str]:
        """A page as a response. `flashes`: sentences of the room for what `redirected` left for the next page."""
        html = self.html(visit, template, flashes=flashes or {}, **given)
        return Response(
            html,
            status_code=status,
            media_type=MediaType.HTML,
            headers=protecting(visit) | dict(headers or {}),
            cookies=_kept(visit),
        )


def redirected(visit: Visit, path: str, *, flash: str | None = None) -> Response[str]:
    """On to another page of ours with GET. `flash` is a word of ours, for which that page has a sentence."""
    set_cookies = [] if flash is None else [visit.cookies.made("flash", flash)]
    headers = protecting(visit) | {"Location": path}
    return Response("", status_code=HTTPStatus.SEE_OTHER, headers=headers, cookies=set_cookies)


def is_part(request: AnyRequest) -> bool:
    """Whether htmx asks for a part of a page that is already shown."""
    return request.headers.get("hx-request") == "true"


def protecting(visit: Visit) -> dict[str, str]:
    """The headers of an answer to a visit: nothing but our own, and of scripts and styles only those with the nonce."""
    return _PROTECTING | {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'nonce-{visit.nonce}'; style-src 'nonce-{visit.nonce}'; img-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
        )
    }


def _kept(visit: Visit) -> list[Cookie]:
    kept = [] if visit.fresh is None else [visit.cookies.made("form", visit.fresh)]
    return kept if visit.flash is None else [*kept, visit.cookies.cleared("flash")]
