"""`/reports` and `/reports/NAME`, as pages, CSV and JSON: for supervisors, auditors and keys that may read reports."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import Engine

from dispatcher.archive.database import reading
from dispatcher.archive.figures.asking import Figure, Question, Rows
from dispatcher.archive.figures.reading import reached, rows_of
from dispatcher.archive.figures.register import FIGURES
from dispatcher.gateway.access import admit
from dispatcher.gateway.api_keys import ApiKey
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import answer, problem
from dispatcher.gateway.reports.asked import FIELDS, BadQuestion, question_of
from dispatcher.gateway.reports.cells import csv_of
from dispatcher.gateway.reports.drawing import drawn
from dispatcher.gateway.reports.files import as_json, when
from dispatcher.gateway.reports.languages import REPORT_WORDS
from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.shell import Pages, protecting
from dispatcher.gateway.staff.spreadsheets import csv_answer
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.staff.visits import Visit, visit_of

FIRST_SHOWN: Final = ("recovery", "ageing", "promises")
"""Figures of the first page."""

_PAGES: Final = Pages(Path(__file__).parent / "templates")
_AT_ONCE: Final = 2
"""Figures that are worked out at the same time: the database has other work."""


class _Asker:
    """Asks the archive, off the loop, and never for too much at once."""

    def __init__(self, parts: Parts, engine: Engine) -> None:
        self._parts = parts
        self._engine = engine
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def question(self, given: Mapping[str, str]) -> Question | BadQuestion:
        """What a request asks."""
        as_of = await asyncio.to_thread(self._reached)
        return question_of(given, self._parts.reports, self._parts.now() // 1000, as_of)

    async def rows(self, figure: Figure, question: Question) -> Rows:
        """The rows of a figure."""
        async with self._turns:
            return await asyncio.to_thread(rows_of, self._engine, figure, question)

    def _reached(self) -> int:
        with reading(self._engine) as connection:
            return reached(connection)


def report_routes(parts: Parts, staff: Staff) -> Sequence[HTTPRouteHandler]:
    """The handlers."""

    def key(request: AnyRequest) -> ApiKey:
        return admit(parts, request, "reports:read")

    asker = None if parts.archive is None else _Asker(parts, parts.archive.engine)
    may_read = staff.needs("supervisor", "auditor", key=key)

    @get("/reports", guards=[may_read], include_in_schema=False)
    async def overview(request: AnyRequest) -> Response[str] | Response[bytes]:
        visit, given = visit_of(request), _given(request)
        question = None if asker is None else await asker.question(given)
        if asker is None or not isinstance(question, Question):
            return _cannot(visit, question)
        await staff.audit.note(visit.who, "report_viewed")
        words = REPORT_WORDS[visit.language]
        shown = [drawn(FIGURES[name], await asker.rows(FIGURES[name], question), words) for name in FIRST_SHOWN]
        return _PAGES.answer(
            visit,
            "reports.html",
            report=words,
            question=when(question),
            shown=shown,
            names=list(FIGURES),
            asked=given,
            query=_query(given),
        )

    @get("/reports/{name:str}", guards=[may_read], include_in_schema=False)
    async def one(request: AnyRequest, name: FromPath[str]) -> Response[str] | Response[bytes]:
        visit, given = visit_of(request), _given(request)
        called, _, form = name.partition(".")
        figure = FIGURES.get(called)
        if figure is None or form not in {"", "csv", "json"}:
            return answer(problem("not-found", HTTPStatus.NOT_FOUND, "There is no such report."))
        question = None if asker is None else await asker.question(given)
        if asker is None or not isinstance(question, Question):
            return _cannot(visit, question, as_page=form == "")
        await staff.audit.note(visit.who, "exported" if form else "report_viewed", detail=called)
        rows = await asker.rows(figure, question)
        if form == "csv":
            text = await asyncio.to_thread(csv_of, figure, rows)
            return csv_answer(f"{called}-{when(question)['last']}", text, protecting(visit))
        if form == "json":
            told = await asyncio.to_thread(as_json, figure, question, rows)
            return Response(told, media_type="application/json", headers=protecting(visit))
        words = REPORT_WORDS[visit.language]
        return _PAGES.answer(
            visit,
            "report.html",
            report=words,
            question=when(question),
            drawn=drawn(figure, rows, words),
            asked=given,
            query=_query(given),
        )

    return overview, one


def _given(request: AnyRequest) -> dict[str, str]:
    return {name: value for name, value in request.query_params.items() if name in FIELDS and value}


def _query(given: Mapping[str, str]) -> str:
    return f"?{urlencode(given)}" if given else ""


def _cannot(
    visit: Visit, why: BadQuestion | Question | None, *, as_page: bool = True
) -> Response[str] | Response[bytes]:
    """There is no archive, or nothing that could be asked of it."""
    words = REPORT_WORDS[visit.language]
    bad = isinstance(why, BadQuestion)
    status = HTTPStatus.BAD_REQUEST if bad else HTTPStatus.SERVICE_UNAVAILABLE
    told = words.bad_question.format(why=why.why) if isinstance(why, BadQuestion) else words.no_archive
    if not as_page:
        return answer(problem("bad-question" if bad else "no-archive", status, told))
    return _PAGES.answer(visit, "no_report.html", status=status, report=words, why=told)
