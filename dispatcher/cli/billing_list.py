"""A billing list, line by line, as events that intake accepts, or what is wrong with it. Pure but for the reader's file."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Final

import msgspec

from dispatcher.cli.event_lines import Good
from dispatcher.cli.list_columns import BadHeader, Columns, columns_of
from dispatcher.gateway.page_amounts import amount_of
from dispatcher.messages.money import decimals
from schemas.codec import Accepted, read
from schemas.inbox import InvoiceStated
from schemas.routing import topic_of
from schemas.vocabulary import CURRENCIES

SOURCE: Final = "dispatcher/import"
"""The `source` of imported events."""

_TEXTS: Final = ("customer_id", "invoice_id", "due_on", "currency", "creditor_id", "kind", "number", "issued_on")
_MORE_TEXTS: Final = ("description", "pay_url")
_SEPARATORS: Final = ",;\t"
_ID_BYTES: Final = 16
_GROUP: Final = 3
_AMBIGUOUS: Final = re.compile(r"\d{1,3}[.,]\d{3}", re.ASCII)
"""A person can be asked what was meant; a list that is read at night cannot, and a wrong guess is a thousandfold."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """What is wrong with a line (from 1), in which column, and what was expected there; nothing of what stood there."""

    line: int
    column: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.expected}"


@dataclass(frozen=True, slots=True)
class BillingList:
    """The events of a list, in its order, what is wrong with the other lines, and the columns that were not read."""

    events: tuple[Good, ...]
    bad: tuple[BadLine, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class _Row:
    line: int
    fields: Mapping[str, str]


def billing_list(text: str, *, json_lines: bool, as_of: datetime) -> BillingList | BadHeader:
    """The list in a text; a line without `as_of` of its own was true at that instant.

    The id of an event is made of its whole content, instant included: the same list read twice states one thing.
    """
    if not json_lines and (repeated := _repeated_column(text)):
        return BadHeader(f"the column {repeated!r} stands there twice; expected each column once")
    rows = list(_json_rows(text) if json_lines else _csv_rows(text))
    bad = [each for each in rows if isinstance(each, BadLine)]
    good = [each for each in rows if isinstance(each, _Row)]
    names = dict.fromkeys(name for row in good for name in row.fields)
    if not names and not bad:
        return BadHeader("the list is empty; expected a header and one invoice a line")
    columns = columns_of(list(names)) if names else Columns({}, ())
    if isinstance(columns, BadHeader):
        return columns
    events: list[Good] = []
    first: dict[tuple[str, str], int] = {}
    for row in good:
        event = _event(row, columns, as_of)
        if isinstance(event, Good) and isinstance(event.event.fact, InvoiceStated):
            key = (event.event.customer_id, event.event.fact.invoice_id)
            if key in first:
                said = f"this invoice stands at line {first[key]} already; expected each invoice of a customer once"
                event = BadLine(row.line, columns.of["invoice_id"], said)
            else:
                first[key] = row.line
        if isinstance(event, Good):
            events.append(event)
        else:
            bad.append(event)
    return BillingList(tuple(events), tuple(sorted(bad, key=lambda each: each.line)), columns.ignored)


def _separator(text: str) -> str:
    return max(_SEPARATORS, key=text.partition("\n")[0].count)


def _repeated_column(text: str) -> str | None:
    """A name that heads two columns: of those only one would be read."""
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)), [])
    except csv.Error:
        return None
    return next((name for at, name in enumerate(names) if name.strip() and name in names[:at]), None)


def _csv_rows(text: str) -> Iterator[_Row | BadLine]:
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for row in reader:
            if None in row:
                yield BadLine(
                    reader.line_num, "-", f"expected {len(reader.fieldnames or ())} fields, as the header has"
                )
            else:
                yield _Row(reader.line_num, {name: (value or "").strip() for name, value in row.items()})
    except csv.Error:
        yield BadLine(
            reader.reader.line_num, "-", "expected fields in CSV; a quotation mark is not closed, or stands alone"
        )


def _json_rows(text: str) -> Iterator[_Row | BadLine]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=dict[str, str | int | float | bool | None])
        except (msgspec.DecodeError, RecursionError):
            yield BadLine(number, "-", "expected one JSON object whose fields are texts or numbers")
            continue
        yield _Row(number, {name: "" if value is None else str(value).strip() for name, value in row.items()})


def _event(row: _Row, columns: Columns, as_of: datetime) -> Good | BadLine:
    given = {each: row.fields.get(column, "") for each, column in columns.of.items()}
    data: dict[str, object] = {name: given[name] for name in (*_TEXTS, *_MORE_TEXTS) if given.get(name)}
    if not given["customer_id"]:
        return BadLine(row.line, columns.of["customer_id"], "expected the customer's id")
    amount = _amount(given)
    if isinstance(amount, str):
        return BadLine(row.line, columns.of.get("amount", columns.of.get("amount_due", "amount")), amount)
    stated = _instant(given.get("as_of", ""), as_of)
    if stated is None:
        return BadLine(row.line, columns.of["as_of"], "expected a date or an instant with its offset from UTC")
    data["amount_due"] = amount
    overdue = given.get("due_on", "") < stated.astimezone(UTC).date().isoformat()
    event = {
        "specversion": "1.0",
        "type": "invoice.overdue" if overdue else "invoice.due",
        "source": SOURCE,
        "subject": given["customer_id"],
        "time": stated.isoformat(),
        "data": data,
    }
    named = {"id": f"list-{blake2b(msgspec.json.encode(event), digest_size=_ID_BYTES).hexdigest()}", **event}
    value = msgspec.json.encode(named)
    topic = topic_of(value)
    answer = read(topic, value)
    if isinstance(answer, Accepted):
        return Good(row.line, topic, value, answer)
    field = "customer_id" if answer.path == "subject" else answer.path.removeprefix("data.")
    return BadLine(row.line, columns.of.get(field, field), answer.message)


def _amount(given: Mapping[str, str]) -> int | str:
    """Minor units, or what was expected."""
    minor = given.get("amount_due")
    if minor is not None:
        if minor.isascii() and minor.isdecimal():
            return int(minor)
        return "expected whole minor units like 124900; for amounts like 1249.00 call the column amount"
    currency, written = given.get("currency", ""), given.get("amount", "")
    if _AMBIGUOUS.fullmatch(written) and currency in CURRENCIES and 0 < decimals(currency) < _GROUP:
        return "expected an amount like 1249.00: one sign with three digits after it may be thousands or decimals"
    amount = amount_of(written, currency) if currency in CURRENCIES else None
    return "expected an amount like 1249.00 in a currency like EUR" if amount is None else amount


def _instant(text: str, otherwise: datetime) -> datetime | None:
    if not text:
        return otherwise
    try:
        if "T" not in text and " " not in text:
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
