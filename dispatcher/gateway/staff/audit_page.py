"""`/desk/audit`: the record of what people did, for auditors; looking at it is recorded too."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from dispatcher.gateway.staff.audit import WHATS
from dispatcher.gateway.staff.audit_rows import AuditRow, Wanted, rows_that_fit, wanted_of
from dispatcher.gateway.staff.guards import AnyRequest
from dispatcher.gateway.staff.shell import Pages, protecting
from dispatcher.gateway.staff.spreadsheets import Cell, csv_answer, csv_text
from dispatcher.gateway.staff.staff import Staff
from dispatcher.gateway.staff.visits import visit_of

AUDIT_PAGE: Final = "/desk/audit"
MOST_SHOWN: Final = 100
MOST_SAVED: Final = 100_000
"""Rows of a page, and of a file: of a longer record one takes a span of days."""

_PAGES: Final = Pages()


def audit_routes(staff: Staff) -> Sequence[HTTPRouteHandler]:
    """The handlers of the page and its file."""

    @get(AUDIT_PAGE, guards=[staff.needs("auditor")], include_in_schema=False)
    async def show(request: AnyRequest) -> Response[str]:
        visit, query = visit_of(request), dict(request.query_params.items())
        await staff.audit.note(visit.who, "audit_viewed")
        rows = await _found(staff, wanted_of(query), MOST_SHOWN + 1)
        shown, further = rows[:MOST_SHOWN], len(rows) > MOST_SHOWN
        return _PAGES.answer(
            visit,
            "audit.html",
            rows=shown,
            wanted=wanted_of(query),
            whats=WHATS,
            older=_link(AUDIT_PAGE, query, before=str(shown[-1].number)) if further else None,
            saved=_link(f"{AUDIT_PAGE}.csv", query),
        )

    @get(f"{AUDIT_PAGE}.csv", guards=[staff.needs("auditor")], include_in_schema=False)
    async def save(request: AnyRequest) -> Response[str]:
        visit = visit_of(request)
        await staff.audit.note(visit.who, "exported", detail="audit")
        rows = await _found(staff, wanted_of(dict(request.query_params.items())), MOST_SAVED)
        heading = ("number", "at_utc", "person", "role", "what", "detail", "customer_id", "task_id", "address")
        return csv_answer("record", csv_text(heading, map(_cells, rows)), protecting(visit))

    return show, save


async def _found(staff: Staff, wanted: Wanted, most: int) -> Sequence[AuditRow]:
    return await staff.store.reads(lambda connection: rows_that_fit(connection, wanted, most))


def _cells(row: AuditRow) -> Sequence[Cell]:
    lasting = (row.number, row.written, row.name, row.role, row.what, row.detail)
    return (*lasting, row.customer_id, row.task_id, row.address)


def _link(path: str, query: dict[str, str], **changed: str) -> str:
    return f"{path}?{urlencode({name: value for name, value in (query | changed).items() if value})}"
