"""One customer's timeline out of the archive, for commands: all of it, and how far behind the topics that is."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from dispatcher.archive.database import DatabaseUnsuitable
from dispatcher.archive.opening import archive_of
from dispatcher.archive.queries import Archive
from dispatcher.archive.said import Said
from dispatcher.archive.timelines import MOST, Entry, Wanted
from dispatcher.core.zones import place_of
from dispatcher.engine.clients import Kafka
from dispatcher.engine.placement import partition_of
from dispatcher.settings import Settings
from schemas import topics
from schemas.journal import JournalRecord
from schemas.values import Millis, from_millis

_WHY: Final = "check DISPATCHER_DATABASE_URL (unset: a file in DISPATCHER_DATA_DIR), or use `--from topics`"


class Hash(msgspec.Struct, frozen=True):
    """The SHA-256 of words that were said or noted. The words themselves no command shows."""

    kind: str
    sha256: str


class Beside(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the archive has beside a record of the journal: what the event said, and what proves the words."""

    record_id: str
    said: Said | None = None
    words: tuple[Hash, ...] = ()


class Archived(msgspec.Struct, frozen=True):
    """A timeline from the oldest entry on. `positions`: the next offset of each partition of the journal.

    `goes_on`: something came after the instant that was asked for.
    """

    happened: tuple[JournalRecord, ...]
    beside: tuple[Beside, ...]
    zone: str
    written_up_to: datetime | None
    positions: dict[int, int]
    goes_on: bool


class Unusable(Exception):
    """There is no archive, or it cannot be read; the message says what to do."""


def archived(settings: Settings, customer: str, invoice: str | None, now: Millis) -> Archived | None:
    """What the archive says of a customer up to an instant; None: it has never heard of this id.

    Raises:
        Unusable: there is no archive, or none that can be read.
    """
    try:
        archive = archive_of(settings)
        if archive is None:
            raise Unusable(f"there is no archive: {_WHY}")
        if not archive.standings.knows(customer):
            return None
        return _read(archive, customer, invoice, now)
    except DatabaseUnsuitable as unsuitable:
        raise Unusable(str(unsuitable)) from unsuitable
    except SQLAlchemyError as fault:
        raise Unusable(f"the archive cannot be read ({type(fault).__name__}): {_WHY}") from fault


async def behind(kafka: Kafka, settings: Settings, customer: str, positions: dict[int, int]) -> int:
    """How many records of the customer's partition the archive has not written yet.

    They are read, because the end of a topic counts marks of transactions, too.
    """
    journal = settings.topic(topics.JOURNAL)
    partitions = await kafka.partitions(journal)
    if partitions is None:
        return 0
    partition = partition_of(customer, partitions)
    missing = 0
    async for _ in kafka.read(journal, partition=partition, start=positions.get(partition)):
        missing += 1
    return missing


def _read(archive: Archive, customer: str, invoice: str | None, now: Millis) -> Archived:
    positions = archive.standings.written()  # first: what is read later may be fresher, never older
    standing = archive.standings.standing(customer, now)
    entries = list(_entries(archive, customer, Wanted(invoice, until=now + 1)))[::-1]
    known = standing.timezone or ("Etc/UTC" if standing.country is None else None)
    return Archived(
        tuple(each.record for each in entries),
        tuple(_beside(each) for each in entries if each.said is not None or each.words),
        place_of(known, standing.country or "", standing.region).zones[0],
        None if standing.written_up_to is None else from_millis(standing.written_up_to),
        positions,
        bool(archive.timelines.page(customer, Wanted(since=now + 1), most=1).entries),
    )


def _entries(archive: Archive, customer: str, wanted: Wanted) -> Iterator[Entry]:
    page = archive.timelines.page(customer, wanted, most=MOST)
    yield from page.entries
    while page.older is not None:
        page = archive.timelines.page(customer, wanted, page.older, MOST)
        yield from page.entries


def _beside(entry: Entry) -> Beside:
    return Beside(entry.record.record_id, entry.said, tuple(Hash(each.kind, each.sha256) for each in entry.words))
