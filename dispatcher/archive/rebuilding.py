"""Reading the topics anew: what they still hold is written again, what they no longer hold stays as it is.

Facts leave their topic after two weeks, so a rebuild from nothing would lose what people said. Everything that begins at or
after the first offset of its topic is deleted, in one transaction with the positions; the archiver then goes on from there.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, delete, exists, func, select, update

from dispatcher.archive import invoices
from dispatcher.archive.store import put_invoices
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
    PLANS,
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
from dispatcher.archive.tallies import DAY_MS, EPOCH_DAY
from schemas import topics

_BY_TOPIC: Final = {
    topics.JOURNAL: (CONTACTS, DIALS, JUDGEMENTS),
    topics.INBOX: (REPORTS, FEEDBACK, PROMISES, HOLDS, CHANGES, PLANS, CONSENTS, STATEMENTS, ZONES),
    topics.TASKS: (TASKS,),
}
_NAMED: Final = (TEXTS, DIGESTS, ERASURES, UNREAD)
"""Tables whose rows name their topic."""


def rebuild(engine: Engine, begins: Mapping[tuple[str, int], int]) -> int:
    """Go back to these first offsets (by topic without prefix, and partition); returns how many journal records go."""
    gone = 0
    with engine.begin() as connection:
        for (topic, partition), begin in sorted(begins.items()):
            if topic == topics.JOURNAL:
                gone += _journal(connection, partition, begin)
            for table in _BY_TOPIC.get(topic, ()):
                connection.execute(delete(table).where(_from(table, partition, begin)))
            for table in _NAMED:
                connection.execute(delete(table).where(table.c.topic == topic, _from(table, partition, begin)))
            if topic == topics.POLICY:
                connection.execute(delete(SWITCHES).where(SWITCHES.c.offset >= begin))
            at = and_(POSITIONS.c.topic == topic, POSITIONS.c.partition == partition)
            connection.execute(update(POSITIONS).where(at).values(next_offset=begin))
        if any(topic == topics.INBOX for topic, _ in begins):
            _invoices(connection)
    return gone


def _from(table: Table, partition: int, begin: int) -> ColumnElement[bool]:
    return and_(table.c.partition == partition, table.c.offset >= begin)


def _journal(connection: Connection, partition: int, begin: int) -> int:
    """Take the records out of chain and tallies."""
    going = _from(RECORDS, partition, begin)
    for counted in connection.execute(_counted(going)).all():
        *sort, n = counted
        same = and_(*(column == value for column, value in zip(_SORT, sort, strict=True)))
        connection.execute(update(TALLIES).where(same).values(n=TALLIES.c.n - n))
    connection.execute(delete(TALLIES).where(TALLIES.c.n == 0))
    gone = connection.execute(delete(RECORDS).where(going)).rowcount
    own = CHAINS.c.partition == partition
    last = select(RECORDS).where(RECORDS.c.partition == partition).order_by(RECORDS.c.offset.desc()).limit(1)
    end = connection.execute(last).first()
    if end is not None:
        ended = {"number": end.number, "offset": end.offset, "link": end.link}
        connection.execute(update(CHAINS).where(own).values(**ended))
    else:
        # Perhaps retention has deleted what was before: the chain goes on from where it did then.
        connection.execute(update(CHAINS).where(own).values(number=CHAINS.c.root_number, offset=-1, link=CHAINS.c.root))
    return gone


_SORT: Final = tuple(column for column in TALLIES.columns if column.name != "n")


def _counted(which: ColumnElement[bool]) -> Select[Any]:
    """What some records count under, as `tallies` says it."""
    day = (EPOCH_DAY + RECORDS.c.at // DAY_MS).label("day")
    sort = [
        day if column.name == "day" else func.coalesce(RECORDS.c[column.name], "").label(column.name)
        for column in _SORT
    ]
    return select(*sort, func.count()).where(which).group_by(*(label.name for label in sort))


def _invoices(connection: Connection) -> None:
    """Make `invoices` follow from the changes that stay, the last of which hold until further notice."""
    connection.execute(delete(INVOICES))
    later = CHANGES.alias()
    is_last = ~exists().where(
        later.c.key == CHANGES.c.key, later.c.partition == CHANGES.c.partition, later.c.offset > CHANGES.c.offset
    )
    connection.execute(update(CHANGES).where(is_last).values(until_us=invoices.FOREVER))
    known: dict[invoices.Key, invoices.Known] = {}
    for row in connection.execute(select(CHANGES).order_by(CHANGES.c.partition, CHANGES.c.offset)):
        invoices.again(known, invoices.Change(*row))
    put_invoices(connection, known)
