"""What one query finds of a customer's circumstances: what is owed, what pauses contacts, the clock, how fresh all is.

Each question alone is an index and a row or two; what they cost is their way to the database and back. So they go together:
every part brings up to three texts and three numbers, and who asks for a part knows what they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, get_args

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from dispatcher.archive.tables import CHAINS, HOLDS, INVOICES, JUDGEMENTS, PLANS, PROMISES, RECORDS, ZONES
from schemas.values import Millis

Part = Literal["owed", "hold", "promise", "plan", "zone", "written"]

MOST: Final = 100
"""Of invoices, holds, promises and plans that are told."""

_VALUES: Final = 3


class Found(NamedTuple):
    """One row of a part; what a part does not have is None."""

    texts: tuple[str | None, ...]
    numbers: tuple[int | None, ...]


def circumstances(connection: Connection, customer_id: str, now: Millis) -> Mapping[Part, Sequence[Found]]:
    """All of it, each part in its order. `written` has a row if the journal ever named the customer, and only then."""
    found: dict[Part, list[Found]] = {part: [] for part in get_args(Part)}
    for part, _, *values in connection.execute(_ASKED, {"customer": customer_id, "now": now}):
        found[part].append(Found(tuple(values[:_VALUES]), tuple(values[_VALUES:])))
    return found


_CUSTOMER: Final = bindparam("customer", type_=Text)
_NOW: Final = bindparam("now", type_=BigInteger)


_Columns = Sequence[ColumnElement[Any]]


def _values(texts: _Columns, numbers: _Columns) -> _Columns:
    return (
        *texts,
        *([cast(null(), Text)] * (_VALUES - len(texts))),
        *(cast(each, BigInteger) for each in numbers),
        *([cast(null(), BigInteger)] * (_VALUES - len(numbers))),
    )


def _part(
    name: Part, source: FromClause, where: Sequence[ColumnElement[bool]], values: _Columns, order: _Columns
) -> Select[Any]:
    """A part as all of them are shaped; its order is numbered, because the parts together have none."""
    nth = func.row_number().over(order_by=order)
    columns = (literal(name, Text).label("part"), nth.label("nth"))
    labelled = (each.label(f"value_{number}") for number, each in enumerate(values))
    inner = select(*columns, *labelled).select_from(source).where(*where).order_by(*order).limit(MOST)
    return select(*inner.subquery().columns)


def _parts() -> Sequence[Select[Any]]:
    owed, hold, promise, plan, zone = (each.c for each in (INVOICES, HOLDS, PROMISES, PLANS, ZONES))
    unjudged = PROMISES.outerjoin(JUDGEMENTS, JUDGEMENTS.c.key == promise.key)
    remains = or_(owed.amount_due.is_(None), owed.amount_due > 0)
    is_open = (hold.placed_us > hold.released_us, or_(hold.until.is_(None), hold.until > _NOW))
    stands = (promise.cancelled.is_(False), JUDGEMENTS.c.key.is_(None))
    # Their chain's last record: a customer's records are all in one partition.
    theirs = select(RECORDS.c.partition).where(RECORDS.c.customer_id == _CUSTOMER).limit(1).subquery("theirs")
    newest = RECORDS.alias("newest")
    last = theirs.outerjoin(CHAINS, CHAINS.c.partition == theirs.c.partition).outerjoin(
        newest, (newest.c.partition == CHAINS.c.partition) & (newest.c.offset == CHAINS.c.offset)
    )
    return (
        _part(
            "owed",
            INVOICES,
            (owed.customer_id == _CUSTOMER, remains),
            _values((owed.invoice_id, owed.currency), (owed.due_day, owed.amount_due, owed.overdue_at)),
            (owed.due_day, owed.invoice_id),
        ),
        _part(
            "hold",
            HOLDS,
            (hold.customer_id == _CUSTOMER, *is_open),
            _values((hold.kind, hold.scope, hold.invoice_id), (hold.placed_us, hold.until)),
            (hold.placed_us,),
        ),
        _part(
            "promise",
            unjudged,
            (promise.customer_id == _CUSTOMER, *stands),
            _values((promise.invoice_ids, promise.currency, promise.promised_on), (promise.amount,)),
            (promise.promised_on,),
        ),
        _part(
            "plan",
            PLANS,
            (plan.customer_id == _CUSTOMER, plan.cancelled.is_(False)),
            _values((plan.invoice_ids, plan.currency, plan.instalments), ()),
            (plan.stated_us,),
        ),
        _part(
            "zone",
            ZONES,
            (zone.customer_id == _CUSTOMER,),
            _values((zone.timezone, zone.country, zone.region), ()),
            (zone.key,),
        ),
        _part("written", last, (), _values((), (newest.c.appended,)), (theirs.c.partition,)),
    )


_ALL: Final = union_all(*_parts()).subquery("everything")
_ASKED: Final = select(*_ALL.columns).order_by(_ALL.c.part, _ALL.c.nth)
