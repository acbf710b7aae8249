"""`/why` and `/why/{customer}`: for supervisors and auditors, and as JSON for keys of the scope `reports:read`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec
from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from dispatcher.archive.cursors import Cursor
from dispatcher.archive.queries import Archive
from dispatcher.archive.standing import Standing
from dispatcher.archive.timelines import Page
from dispatcher.gateway.access import admit
from dispatcher.gateway.api_keys import ApiKey
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.navigation import WHY, page_of
from dispatcher.gateway.staff.people import Language
from dispatcher.gateway.staff.shell import Pages, protecting, redirected
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.staff.visits import Visit, visit_of
from dispatcher.gateway.why.asking import Asked, asked
from dispatcher.gateway.why.clocks import Clock
from dispatcher.gateway.why.standing_view import told_standing
from dispatcher.gateway.why.telling import Teller
from dispatcher.gateway.why.words import Words
from dispatcher.gateway.why.words_en import EN
from dispatcher.gateway.why.words_zh import ZH

WORDS: Final[Mapping[Language, Words]] = {"en": EN, "zh-CN": ZH}

_PAGES: Final = Pages(Path(__file__).parent / "templates")
_LONGEST: Final = 200

_json = msgspec.json.Encoder(enc_hook=str).encode


@dataclass(frozen=True, slots=True)
class _Looked:
    """What the archive said of one customer."""

    clock: Clock
    standing: Standing
    page: Page


class CustomerTimeline(msgspec.Struct, frozen=True):
    """What a program is told; `older` goes into `?after=` for the entries before these."""

    customer_id: str
    standing: Standing
    entries: Sequence[msgspec.Raw]
    older: str | None


def why_routes(parts: Parts, staff: Staff) -> Sequence[HTTPRouteHandler]:
    """The handlers of both pages."""

    def key(request: AnyRequest) -> ApiKey:
        return admit(parts, request, "reports:read")

    guards = [staff.needs("supervisor", "auditor", key=key)]

    @get(WHY, guards=guards, include_in_schema=False)
    async def search(request: AnyRequest) -> Response[str]:
        visit, query = visit_of(request), request.query_params.get("q", "")[:_LONGEST].strip()
        return await _found(parts.archive, visit, query)

    @get(f"{WHY}/{{customer:path}}", guards=guards, include_in_schema=False)
    async def show(request: AnyRequest, customer: FromPath[str]) -> Response[str]:
        visit, customer_id = visit_of(request), customer.removeprefix("/")
        if parts.archive is None:
            return _search(visit, "", nothing=False, archived=False)
        fields = asked(request.query_params)
        await staff.audit.note(visit.who, "customer_viewed", customer_id=customer_id, detail="why")
        looked = await asyncio.to_thread(_look, parts.archive, customer_id, fields, staff.now())
        if looked is None:
            return await _unknown(parts.archive, visit, customer_id)
        if _wants_json(request, visit):
            return _told_to_program(visit, customer_id, looked)
        return _told(visit, customer_id, fields, looked)

    return search, show


def _look(archive: Archive, customer_id: str, fields: Asked, now: int) -> _Looked | None:
    look = archive.look(customer_id, now, lambda *place: fields.wanted(Clock(*place)), fields.after)
    if look is None:
        return None
    standing = look.standing
    return _Looked(Clock(standing.timezone, standing.country, standing.region), standing, look.page)


async def _found(archive: Archive | None, visit: Visit, query: str) -> Response[str]:
    """The search, or on to whom it found."""
    if archive is None or not query:
        return _search(visit, query, nothing=False, archived=archive is not None)
    if await asyncio.to_thread(archive.standings.knows, query):
        return redirected(visit, page_of(query))
    customers = await asyncio.to_thread(archive.standings.customers_of, query)
    if len(customers) == 1:
        return redirected(visit, asked({"invoice": query}).address(customers[0]))
    if not customers:
        return await _unknown(archive, visit, query)
    return _search(visit, query, nothing=False, archived=True, customers=customers)


async def _unknown(archive: Archive, visit: Visit, query: str) -> Response[str]:
    """Nobody of that id; perhaps somebody was, and was erased."""
    erased = await asyncio.to_thread(archive.standings.erased, query)
    return _search(visit, query, nothing=True, archived=True, erased=erased)


def _search(
    visit: Visit,
    query: str,
    *,
    nothing: bool,
    archived: bool,
    customers: Sequence[str] = (),
    erased: tuple[str, int] | None = None,
) -> Response[str]:
    clock = Clock("Etc/UTC", None, None)
    return _PAGES.answer(
        visit,
        "why.html",
        status=HTTPStatus.NOT_FOUND if nothing or not archived else HTTPStatus.OK,
        why=WORDS[visit.language],
        query=query,
        nothing=nothing,
        archived=archived,
        customers=[(each, asked({"invoice": query}).address(each)) for each in customers],
        erased=None if erased is None else (page_of(erased[0]), clock.of_millis(erased[1]).local[:10]),
    )


def _told(visit: Visit, customer_id: str, fields: Asked, looked: _Looked) -> Response[str]:
    words = WORDS[visit.language]
    teller = Teller(words, visit.language, visit.locale, looked.clock)
    return _PAGES.answer(
        visit,
        "timeline.html",
        why=words,
        customer_id=customer_id,
        asked=fields,
        zone=looked.clock.zone,
        standing=told_standing(looked.standing, teller, words, looked.clock),
        entries=[teller.told(each) for each in looked.page.entries],
        older=_older(customer_id, fields, looked.page.older),
        newest=fields.address(customer_id) if fields.after is not None else None,
        here=page_of(customer_id),
    )


def _older(customer_id: str, fields: Asked, older: Cursor | None) -> str | None:
    return None if older is None else fields.address(customer_id, older)


def _told_to_program(visit: Visit, customer_id: str, looked: _Looked) -> Response[str]:
    page = looked.page
    told = CustomerTimeline(
        customer_id,
        looked.standing,
        [msgspec.Raw(_json(each)) for each in page.entries],
        None if page.older is None else str(page.older),
    )
    return Response(_json(told).decode(), media_type=MediaType.JSON, headers=protecting(visit))


def _wants_json(request: AnyRequest, visit: Visit) -> bool:
    """A program that came with a key, or whoever asks for it."""
    return visit.who.name.startswith("key:") or request.query_params.get("format") == "json"
