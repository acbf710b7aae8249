"""Reading the record: the rows that fit, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from dispatcher.gateway.staff.audit import WHATS, What
from dispatcher.gateway.staff.tables import AUDIT
from schemas.values import Millis, to_millis

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: those that fit every part that is given. Days are UTC's, both included; `before` is a row's number."""

    name: str = ""
    what: What | None = None
    customer_id: str = ""
    task_id: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A row of the record, as it is shown."""

    number: int
    at: Millis
    name: str
    role: str | None
    what: What
    detail: str | None
    address: str | None = field(repr=False)
    customer_id: str | None = field(repr=False)
    task_id: str | None

    @property
    def written(self) -> str:
        """Its instant, in UTC, to the second."""
        return datetime.fromtimestamp(self.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """What a query asks for; what cannot be read asks for nothing."""
    before = query.get("before", "")
    return Wanted(
        name=query.get("name", "").strip(),
        what=next((each for each in WHATS if each == query.get("what")), None),
        customer_id=query.get("customer", "").strip(),
        task_id=query.get("task", "").strip(),
        first=_day(query.get("first", "")),
        last=_day(query.get("last", "")),
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < len(str(2**63)) else None,
    )


def rows_that_fit(connection: Connection, wanted: Wanted, most: int) -> Sequence[AuditRow]:
    """The newest rows that fit, newest first."""
    found = connection.execute(select(AUDIT).where(*_conditions(wanted)).order_by(AUDIT.c.number.desc()).limit(most))
    return [
        AuditRow(
            row.number, row.at, row.name, row.role, row.what, row.detail, row.address, row.customer_id, row.task_id
        )
        for row in found
    ]


def _conditions(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, text in (
        (AUDIT.c.name, wanted.name),
        (AUDIT.c.what, wanted.what),
        (AUDIT.c.customer_id, wanted.customer_id),
        (AUDIT.c.task_id, wanted.task_id),
    ):
        if text:
            found.append(column == text)
    if wanted.first is not None:
        found.append(AUDIT.c.at >= _midnight(wanted.first))
    if wanted.last is not None:
        found.append(AUDIT.c.at < _midnight(wanted.last + _DAY))
    if wanted.before is not None:
        found.append(AUDIT.c.number < wanted.before)
    return found


def _midnight(day: date) -> Millis:
    return to_millis(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < date.max else None
