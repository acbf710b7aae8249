"""The archive as its writer sees it: a turn's rows and the positions behind them, in one transaction or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, and_, bindparam, insert, select, update

from dispatcher.archive import contacts, invoices, journal_rows, sealing
from dispatcher.archive.batch import Batch, Entry
from dispatcher.archive.facts import FactRows, Place, Row, Stated
from dispatcher.archive.tables import (
    CHAINS,
    CHANGES,
    CONSENTS,
    CONTACTS,
    DIALS,
    DIGESTS,
    ERASURES,
    FEEDBACK,
    HOLDS,
    INVOICES,
    JUDGEMENTS,
    META,
    PLANS,
    POLICIES,
    POSITIONS,
    PROMISES,
    RECORDS,
    REPORTS,
    STATEMENTS,
    SWITCHES,
    TALLIES,
    TASKS,
    TEXTS,
    UNREAD,
    ZONES,
)
from dispatcher.archive.tallies import tallied
from dispatcher.archive.words import Words
from dispatcher.archive.writing import add, append, put
from schemas import topics
from schemas.master_keys import MasterKeys

Positions = Mapping[tuple[str, int], int]

_ONCE: Final = 500
"""Rows that are asked for by key at a time."""

_CLOCK: Final = ("timezone", "country", "region")
_CHANGE: Final = tuple(column.name for column in CHANGES.columns)
_CONTACT: Final = tuple(column.name for column in CONTACTS.columns)
_RECORD: Final = (*journal_rows.LASTING, *journal_rows.PERSONAL, "seal", "link")


class Overtaken(Exception):
    """Somebody else wrote the same records first; nothing was written."""


class WrongSecret(Exception):
    """The archive was sealed with another secret."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a partition's chain ends."""

    number: int
    offset: int
    link: bytes


class Store:
    """Writes turns. `key` seals the journal's records and makes pseudonyms; it is the installation's for good."""

    def __init__(self, engine: Engine, key: bytes, masters: MasterKeys | None = None) -> None:
        """Connects to nothing yet; `masters` wrap the keys that words are sealed with, None: they are not."""
        self._engine = engine
        self._key = key
        self._words = Words(masters)

    def claim(self) -> None:
        """Note whose archive this is.

        Raises:
            WrongSecret: its records were sealed with another key; nothing that is written now could be verified.
        """
        with self._engine.begin() as connection:
            add(connection, META, [{"name": "key", "value": sealing.mark(self._key)}])
        ours_or_raise(self._engine, self._key)
        with self._engine.begin() as connection:
            self._words.wrap_anew(connection)

    def positions(self) -> dict[tuple[str, int], int]:
        """The offset after the last written record of each partition that was ever begun."""
        with self._engine.connect().execution_options(reads=True) as connection:
            rows = connection.execute(select(POSITIONS.c.topic, POSITIONS.c.partition, POSITIONS.c.next_offset))
            return {(row.topic, row.partition): row.next_offset for row in rows}

    def begin(self, places: Positions, standing: Positions) -> None:
        """Partitions that are archived from now on, each from an offset; `standing` is what was written before.

        Raises:
            Overtaken: another archiver has begun meanwhile.
        """
        with self._engine.begin() as connection:
            for (topic, partition), offset in sorted(places.items()):
                before = standing.get((topic, partition))
                if before is None:
                    add(
                        connection,
                        POSITIONS,
                        [{"topic": topic, "partition": partition, "next_offset": offset}],
                    )
                if before != offset:
                    _move(connection, (topic, partition), offset if before is None else before, offset)

    def write(self, batch: Batch, positions: Positions) -> Positions:
        """Write a turn that follows `positions`; returns those after it.

        Raises:
            Overtaken: the positions have moved since; nothing was written.
        """
        with self._engine.begin() as connection:
            # First of all, because it takes the lock that keeps a second archiver out of these partitions.
            for place, offset in sorted(batch.reached.items()):
                _move(connection, place, positions[place], offset)
            self._journal(connection, batch.entries)
            put(connection, TALLIES, [tallied(tally, n) for tally, n in sorted(batch.tallies.items())], more=("n",))
            _contacts(connection, batch.contacts.values())
            add(connection, DIALS, batch.dials)
            put(connection, JUDGEMENTS, batch.judgements, replaced=("outcome", "at"), personal=("settled",))
            _facts(connection, batch)
            add(connection, TEXTS, self._words.kept(connection, _kept(connection, batch.facts.texts)))
            self._erasures(connection, [*batch.erasures, *batch.facts.erasures])
            add(connection, TASKS, batch.tasks)
            add(connection, POLICIES, batch.policies)
            add(connection, SWITCHES, batch.switches)
            add(connection, UNREAD, [_named(place) for place in batch.unread])
        return {**positions, **batch.reached}

    def _journal(self, connection: Connection, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        heads = _heads(connection)
        begun = set(heads)
        rows: list[tuple[object, ...]] = []
        for entry in entries:
            head = heads.get(entry.partition) or Head(0, -1, sealing.ROOT)
            number = head.number + 1
            lasting = journal_rows.lasting(entry.record, entry.partition, entry.offset, number, entry.appended)
            sealed = sealing.seal(self._key, entry.personal)
            link = sealing.link(self._key, head.link, lasting, sealed)
            rows.append((*lasting, *entry.personal, sealed, link))
            heads[entry.partition] = Head(number, entry.offset, link)
        append(connection, RECORDS, _RECORD, rows)
        for partition in sorted({entry.partition for entry in entries}):
            head = heads[partition]
            end = {"number": head.number, "offset": head.offset, "link": head.link}
            if partition in begun:
                connection.execute(update(CHAINS).where(CHAINS.c.partition == partition).values(**end))
            else:
                root = {"partition": partition, "root_number": 0, "root": sealing.ROOT, "emptied_to": 0}
                connection.execute(insert(CHAINS).values(**root, **end))

    def _erasures(self, connection: Connection, asked: Sequence[Row]) -> None:
        rows = [
            each | {"pseudonym": sealing.pseudonym(self._key, str(each["customer_id"])), "done_at": None}
            for each in asked
        ]
        add(connection, ERASURES, rows)


def ours_or_raise(engine: Engine, key: bytes) -> None:
    """Return if an archive was sealed with this key, or with none yet.

    Raises:
        WrongSecret: it was sealed with another one.
    """
    with engine.connect().execution_options(reads=True) as connection:
        found = connection.execute(select(META.c.value).where(META.c.name == "key")).scalar_one_or_none()
    if found is not None and bytes(found) != sealing.mark(key):
        raise WrongSecret("the archive was sealed with another DISPATCHER_SECRET (or DISPATCHER_APP_ID): set that one")


def _move(connection: Connection, place: tuple[str, int], before: int, after: int) -> None:
    topic, partition = place
    here = and_(POSITIONS.c.topic == topic, POSITIONS.c.partition == partition, POSITIONS.c.next_offset == before)
    if connection.execute(update(POSITIONS).where(here).values(next_offset=after)).rowcount != 1:
        raise Overtaken(f"{topic}[{partition}] has been archived further by another archiver")


def _heads(connection: Connection) -> dict[int, Head]:
    rows = connection.execute(select(CHAINS.c.partition, CHAINS.c.number, CHAINS.c.offset, CHAINS.c.link))
    return {row.partition: Head(row.number, row.offset, bytes(row.link)) for row in rows}


def _contacts(connection: Connection, rows: Iterable[contacts.Contact]) -> None:
    first = [
        name
        for name in _CONTACT
        if name not in contacts.NEWS and name not in {"attempt_id", "customer_id", "invoice_ids"}
    ]
    put(connection, CONTACTS, list(rows), latest=sorted(contacts.NEWS), first=first)


def _facts(connection: Connection, batch: Batch) -> None:
    facts = batch.facts
    add(connection, REPORTS, facts.reports)
    add(connection, FEEDBACK, facts.feedback)
    add(connection, CONSENTS, facts.consents)
    made = ("stated_us", "cancelled", "amount", "currency", "promised_on")
    put(
        connection,
        PROMISES,
        facts.promises,
        replaced=made,
        personal=("invoice_ids",),
        newer_by="stated_us",
    )
    unknown: Row = {"cancelled": True, "invoice_ids": "[]", "amount": None, "currency": None, "promised_on": None}
    cancelled = [unknown | each for each in facts.cancelled]
    put(connection, PROMISES, cancelled, replaced=("stated_us", "cancelled"), newer_by="stated_us")
    never: Row = {"kind": None, "scope": None, "invoice_id": None, "placed_us": 0, "until": None, "released_us": 0}
    placed = ("kind", "scope", "placed_us", "until")
    put(
        connection,
        HOLDS,
        [never | each for each in facts.placed],
        replaced=placed,
        personal=("invoice_id",),
        newer_by="placed_us",
    )
    put(connection, HOLDS, [never | each for each in facts.released], replaced=("released_us",), newer_by="released_us")
    _plans(connection, facts)
    add(connection, STATEMENTS, facts.statements)
    put(connection, ZONES, facts.zones, replaced=("stated_us",), personal=_CLOCK, newer_by="stated_us")
    _invoices(connection, facts.stated)
    add(connection, DIGESTS, facts.digests)


def _kept(connection: Connection, texts: Sequence[Row]) -> list[Row]:
    """Without the texts of attempts whose customer was erased before their sender had written them down."""
    attempts = sorted(str(each["attempt_id"]) for each in texts if each["topic"] == topics.TEXTS)
    whose: dict[str, str] = {}
    for start in range(0, len(attempts), _ONCE):
        some = CONTACTS.c.attempt_id.in_(attempts[start : start + _ONCE])
        found = connection.execute(select(CONTACTS.c.attempt_id, CONTACTS.c.customer_id).where(some))
        whose |= {row.attempt_id: row.customer_id for row in found}
    return [
        each
        for each in texts
        if each["topic"] != topics.TEXTS
        or whose.get(str(each["attempt_id"]), each["customer_id"]) == each["customer_id"]
    ]


def _plans(connection: Connection, facts: FactRows) -> None:
    agreed = ("stated_us", "cancelled", "currency", "instalments")
    put(connection, PLANS, facts.plans, replaced=agreed, personal=("invoice_ids",), newer_by="stated_us")
    unknown: Row = {"cancelled": True, "invoice_ids": "[]", "currency": None, "instalments": "[]"}
    ended = [unknown | each for each in facts.unplanned]
    put(connection, PLANS, ended, replaced=("stated_us", "cancelled"), newer_by="stated_us")


def _invoices(connection: Connection, stated: Sequence[Stated]) -> None:
    keys = sorted({each.key for each in stated})
    known: dict[invoices.Key, invoices.Known] = {}
    for start in range(0, len(keys), _ONCE):
        for row in connection.execute(select(INVOICES).where(INVOICES.c.key.in_(keys[start : start + _ONCE]))):
            known[bytes(row.key)] = invoices.Known(*row[1:])
    changes = invoices.heard(known, stated)
    _end_before(connection, changes)
    append(connection, CHANGES, _CHANGE, [[row[name] for name in _CHANGE] for row in changes])
    put_invoices(connection, {key: known[key] for key in keys})


def _end_before(connection: Connection, changes: Sequence[Row]) -> None:
    """What held of these invoices ends with the first of their changes."""
    first: dict[object, Row] = {}
    for row in changes:
        if row["was_amount"] is not None:
            first.setdefault(row["key"], row)
    if first:
        held = and_(CHANGES.c.key == bindparam("of"), CHANGES.c.until_us == invoices.FOREVER)
        ends = [{"of": key, "ends_us": row["since_us"]} for key, row in first.items()]
        connection.execute(update(CHANGES).where(held).values(until_us=bindparam("ends_us")), ends)


def put_invoices(connection: Connection, known: Mapping[invoices.Key, invoices.Known]) -> None:
    """Write what invoices come to now."""
    rows: list[Row] = [{"key": key, **msgspec.structs.asdict(values)} for key, values in known.items()]
    begun = {"key", "customer_id", "invoice_id", "partition", "offset"}
    put(connection, INVOICES, rows, replaced=[name for name in INVOICES.columns.keys() if name not in begun])  # noqa: SIM118


def _named(place: Place) -> Row:
    return {"topic": place.topic, "partition": place.partition, "offset": place.offset}
