"""How a customer stands by the archive: what is owed, what pauses contacts, by whose clock, and how fresh that is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, select

from dispatcher.archive.circumstances import MOST, Found, Part, circumstances
from dispatcher.archive.database import reading
from dispatcher.archive.journal_rows import LASTING, PERSONAL, Row, as_record, ids_of
from dispatcher.archive.said import Instalment
from dispatcher.archive.sealing import pseudonym
from dispatcher.archive.tables import ERASURES, INVOICES, POSITIONS, RECORDS
from schemas import topics
from schemas.journal import JournalRecord
from schemas.values import Day, Millis

_LOOKED_AT: Final = 100
"""Decisions among which the last one about each invoice is looked for."""

_NEWEST: Final = select(*(RECORDS.c[name] for name in (*LASTING, *PERSONAL))).order_by(
    RECORDS.c.at.desc(), RECORDS.c.partition.desc(), RECORDS.c.offset.desc()
)

_instalments = msgspec.json.Decoder(tuple[Instalment, ...]).decode


class Owed(msgspec.Struct, frozen=True):
    """An invoice of which something remains, and the last decision about it, if that is not long ago."""

    invoice_id: str
    due_day: Day | None
    amount: int | None
    currency: str | None
    overdue_at: Millis | None
    decided: JournalRecord | None


class Hold(msgspec.Struct, frozen=True):
    """A hold that is open; `until`: None until somebody releases it."""

    kind: str | None
    scope: str | None
    invoice_id: str | None
    since: Millis
    until: Millis | None


class Promise(msgspec.Struct, frozen=True):
    """A promise that was neither cancelled nor judged; `promised_on` is ISO 8601."""

    invoice_ids: tuple[str, ...]
    amount: int | None
    currency: str | None
    promised_on: str | None


class Plan(msgspec.Struct, frozen=True):
    """An instalment plan that was not cancelled; whether it still holds, the timeline says."""

    invoice_ids: tuple[str, ...]
    currency: str | None
    instalments: tuple[Instalment, ...]


class Standing(msgspec.Struct, frozen=True):
    """All of it, at an instant. `written_up_to`: when the last record of the customer's partition was appended."""

    owed: tuple[Owed, ...]
    holds: tuple[Hold, ...]
    promises: tuple[Promise, ...]
    plans: tuple[Plan, ...]
    timezone: str | None
    country: str | None
    region: str | None
    written_up_to: Millis | None


class Standings:
    """Reads it; each method is one look at one state of the archive."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        """`key` is the archive's."""
        self._engine = engine
        self._key = key

    def customers_of(self, invoice_id: str) -> tuple[str, ...]:
        """Whose invoice that is; several, where creditors number alike."""
        asked = select(INVOICES.c.customer_id).where(INVOICES.c.invoice_id == invoice_id).distinct().limit(MOST)
        with reading(self._engine) as connection:
            return tuple(sorted(connection.execute(asked).scalars()))

    def knows(self, customer_id: str) -> bool:
        """Whether the journal has ever named the customer."""
        with reading(self._engine) as connection:
            asked = select(RECORDS.c.offset).where(RECORDS.c.customer_id == customer_id).limit(1)
            return connection.execute(asked).first() is not None

    def erased(self, customer_id: str) -> tuple[str, Millis] | None:
        """What stands for a customer who was erased, and when it was done; None: that was not, or not of this id."""
        named = pseudonym(self._key, customer_id)
        asked = select(ERASURES.c.done_at).where(ERASURES.c.pseudonym == named, ERASURES.c.done_at.is_not(None))
        with reading(self._engine) as connection:
            done = connection.execute(asked.order_by(ERASURES.c.done_at.desc()).limit(1)).scalar_one_or_none()
        return None if done is None else (named, done)

    def written(self) -> dict[int, int]:
        """The offset after the last record of the journal that was written, by partition."""
        asked = select(POSITIONS.c.partition, POSITIONS.c.next_offset).where(POSITIONS.c.topic == topics.JOURNAL)
        with reading(self._engine) as connection:
            return {row.partition: row.next_offset for row in connection.execute(asked)}

    def standing(self, customer_id: str, now: Millis) -> Standing:
        """How the customer stands."""
        with reading(self._engine) as connection:
            known = known_of(connection, customer_id, now)
            return known.standing(last_decisions(connection, customer_id) if known.invoice_ids else {})


class Known:
    """How a customer stands, but for what was decided last."""

    def __init__(self, found: Mapping[Part, Sequence[Found]]) -> None:
        self._found = found

    @property
    def is_named(self) -> bool:
        """Whether the journal has ever named the customer."""
        return bool(self._found["written"])

    @property
    def clock(self) -> tuple[str | None, str | None, str | None]:
        """Zone, country and region by the latest profile."""
        timezone, country, region = next((each.texts for each in self._found["zone"]), (None, None, None))
        return timezone, country, region

    @property
    def invoice_ids(self) -> frozenset[str]:
        """The invoices of which something remains."""
        return frozenset(each.texts[0] or "" for each in self._found["owed"])

    def standing(self, decided: Mapping[str, JournalRecord]) -> Standing:
        """All of it. `decided`: the last decision about each invoice."""
        return Standing(
            tuple(_owed(each, decided) for each in self._found["owed"]),
            tuple(map(_hold, self._found["hold"])),
            tuple(map(_promise, self._found["promise"])),
            tuple(map(_plan, self._found["plan"])),
            *self.clock,
            next((each.numbers[0] for each in self._found["written"]), None),
        )


def known_of(connection: Connection, customer_id: str, now: Millis) -> Known:
    """What the archive knows of a customer, in one query."""
    return Known(circumstances(connection, customer_id, now))


def last_decisions(connection: Connection, customer_id: str) -> dict[str, JournalRecord]:
    """The last decision about each invoice, unless that is long ago."""
    of_them = (RECORDS.c.customer_id == customer_id, RECORDS.c.kind == "decision")
    rows = connection.execute(_NEWEST.where(*of_them).limit(_LOOKED_AT))
    return by_invoice(as_record(Row(*row)) for row in rows)


def by_invoice(records: Iterable[JournalRecord]) -> dict[str, JournalRecord]:
    """The first decision about each invoice."""
    found: dict[str, JournalRecord] = {}
    for record in records:
        for invoice_id in record.invoice_ids if record.kind == "decision" else ():
            found.setdefault(invoice_id, record)
    return found


def _owed(found: Found, decided: Mapping[str, JournalRecord]) -> Owed:
    invoice_id, currency, _ = found.texts
    due_day, amount, overdue_at = found.numbers
    return Owed(invoice_id or "", due_day, amount, currency, overdue_at, decided.get(invoice_id or ""))


def _hold(found: Found) -> Hold:
    kind, scope, invoice_id = found.texts
    placed_us, until, _ = found.numbers
    return Hold(kind, scope, invoice_id, (placed_us or 0) // 1000, until)


def _promise(found: Found) -> Promise:
    invoice_ids, currency, promised_on = found.texts
    return Promise(ids_of(invoice_ids), found.numbers[0], currency, promised_on)


def _plan(found: Found) -> Plan:
    invoice_ids, currency, instalments = found.texts
    return Plan(ids_of(invoice_ids), currency, _instalments(instalments or "[]"))
