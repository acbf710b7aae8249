"""How a customer stands by the archive: what is owed, what pauses contacts, by whose clock, and how fresh that is."""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, or_, select

from dispatcher.archive.journal_rows import LASTING, PERSONAL, Row, as_record, ids_of
from dispatcher.archive.said import Instalment
from dispatcher.archive.sealing import pseudonym
from dispatcher.archive.tables import (
    CHAINS,
    ERASURES,
    HOLDS,
    INVOICES,
    JUDGEMENTS,
    PLANS,
    POSITIONS,
    PROMISES,
    RECORDS,
    ZONES,
)
from schemas import topics
from schemas.journal import JournalRecord
from schemas.values import Day, Millis

MOST: Final = 100
"""Of invoices, holds, promises and plans that are told."""

_LOOKED_AT: Final = 100
"""Decisions among which the last one about each invoice is looked for."""

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
        with self._connected() as connection:
            return tuple(sorted(connection.execute(asked).scalars()))

    def knows(self, customer_id: str) -> bool:
        """Whether the journal has ever named the customer."""
        with self._connected() as connection:
            asked = select(RECORDS.c.offset).where(RECORDS.c.customer_id == customer_id).limit(1)
            return connection.execute(asked).first() is not None

    def erased(self, customer_id: str) -> tuple[str, Millis] | None:
        """What stands for a customer who was erased, and when it was done; None: that was not, or not of this id."""
        named = pseudonym(self._key, customer_id)
        asked = select(ERASURES.c.done_at).where(ERASURES.c.pseudonym == named, ERASURES.c.done_at.is_not(None))
        with self._connected() as connection:
            done = connection.execute(asked.order_by(ERASURES.c.done_at.desc()).limit(1)).scalar_one_or_none()
        return None if done is None else (named, done)

    def written(self) -> dict[int, int]:
        """The offset after the last record of the journal that was written, by partition."""
        asked = select(POSITIONS.c.partition, POSITIONS.c.next_offset).where(POSITIONS.c.topic == topics.JOURNAL)
        with self._connected() as connection:
            return {row.partition: row.next_offset for row in connection.execute(asked)}

    def standing(self, customer_id: str, now: Millis) -> Standing:
        """How the customer stands."""
        with self._connected() as connection:
            zone = connection.execute(select(ZONES).where(ZONES.c.customer_id == customer_id)).first()
            decided = _decided(connection, customer_id)
            return Standing(
                _owed(connection, customer_id, decided),
                _holds(connection, customer_id, now),
                _promises(connection, customer_id),
                _plans(connection, customer_id),
                None if zone is None else zone.timezone,
                None if zone is None else zone.country,
                None if zone is None else zone.region,
                _written_up_to(connection, customer_id),
            )

    def _connected(self) -> Connection:
        return self._engine.connect().execution_options(reads=True)


def _decided(connection: Connection, customer_id: str) -> dict[str, JournalRecord]:
    """The last decision about each invoice."""
    columns = (RECORDS.c[name] for name in (*LASTING, *PERSONAL))
    newest = (RECORDS.c.at.desc(), RECORDS.c.partition.desc(), RECORDS.c.offset.desc())
    asked = select(*columns).where(RECORDS.c.customer_id == customer_id, RECORDS.c.kind == "decision")
    found: dict[str, JournalRecord] = {}
    for row in connection.execute(asked.order_by(*newest).limit(_LOOKED_AT)):
        record = as_record(Row(*row))
        for invoice_id in record.invoice_ids:
            found.setdefault(invoice_id, record)
    return found


def _owed(connection: Connection, customer_id: str, decided: dict[str, JournalRecord]) -> tuple[Owed, ...]:
    of_them = (INVOICES.c.customer_id == customer_id, or_(INVOICES.c.amount_due.is_(None), INVOICES.c.amount_due > 0))
    asked = select(INVOICES).where(*of_them).order_by(INVOICES.c.due_day, INVOICES.c.invoice_id).limit(MOST)
    return tuple(
        Owed(row.invoice_id, row.due_day, row.amount_due, row.currency, row.overdue_at, decided.get(row.invoice_id))
        for row in connection.execute(asked)
    )


def _holds(connection: Connection, customer_id: str, now: Millis) -> tuple[Hold, ...]:
    asked = select(HOLDS).where(
        HOLDS.c.customer_id == customer_id,
        HOLDS.c.placed_us > HOLDS.c.released_us,
        or_(HOLDS.c.until.is_(None), HOLDS.c.until > now),
    )
    return tuple(
        Hold(row.kind, row.scope, row.invoice_id, row.placed_us // 1000, row.until)
        for row in connection.execute(asked.order_by(HOLDS.c.placed_us).limit(MOST))
    )


def _promises(connection: Connection, customer_id: str) -> tuple[Promise, ...]:
    asked = (
        select(PROMISES)
        .select_from(PROMISES.outerjoin(JUDGEMENTS, JUDGEMENTS.c.key == PROMISES.c.key))
        .where(PROMISES.c.customer_id == customer_id, PROMISES.c.cancelled.is_(False), JUDGEMENTS.c.key.is_(None))
        .order_by(PROMISES.c.promised_on)
        .limit(MOST)
    )
    return tuple(
        Promise(ids_of(row.invoice_ids), row.amount, row.currency, row.promised_on) for row in connection.execute(asked)
    )


def _plans(connection: Connection, customer_id: str) -> tuple[Plan, ...]:
    of_them = (PLANS.c.customer_id == customer_id, PLANS.c.cancelled.is_(False))
    asked: Any = select(PLANS).where(*of_them).order_by(PLANS.c.stated_us).limit(MOST)
    return tuple(
        Plan(ids_of(row.invoice_ids), row.currency, _instalments(row.instalments)) for row in connection.execute(asked)
    )


def _written_up_to(connection: Connection, customer_id: str) -> Millis | None:
    of_them = select(RECORDS.c.partition).where(RECORDS.c.customer_id == customer_id).limit(1)
    last = RECORDS.join(CHAINS, (RECORDS.c.partition == CHAINS.c.partition) & (RECORDS.c.offset == CHAINS.c.offset))
    asked = select(RECORDS.c.appended).select_from(last).where(CHAINS.c.partition == of_them.scalar_subquery())
    return connection.execute(asked).scalar_one_or_none()
